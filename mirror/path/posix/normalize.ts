/**
 * POSIX paths without detours, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/path/posix/normalize.js";

/** Resolves `.` and `..` and doubled `/` by the text alone, on every system. */
export const normalize: (path: string | URL) => string = npm.normalize;
