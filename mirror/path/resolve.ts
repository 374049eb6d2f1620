/**
 * Absolute paths, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/path/resolve.js";

/** The absolute path that the segments lead to, one after the other, from the working directory. */
export const resolve: (...pathSegments: string[]) => string = npm.resolve;
