/**
 * Paths without detours, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/path/normalize.js";

/** Resolves `.` and `..` and doubled separators by the text alone. */
export const normalize: (path: string | URL) => string = npm.normalize;
