/**
 * The folder of a path, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/path/dirname.js";

/** The folder that `path` lies in. */
export const dirname: (path: string | URL) => string = npm.dirname;
