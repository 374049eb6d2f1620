/**
 * The extension of a POSIX path, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/path/posix/extname.js";

/** The extension of `path`, dot included; empty when there is none. */
export const extname: (path: string | URL) => string = npm.extname;
