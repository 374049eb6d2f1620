/**
 * Absolute paths, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/path/is_absolute.js";

/** Whether `path` starts at a root. */
export const isAbsolute: (path: string) => boolean = npm.isAbsolute;
