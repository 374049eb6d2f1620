/**
 * The last part of a path, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/path/basename.js";

/** The last part of `path`, without `suffix`. */
export const basename: (path: string | URL, suffix?: string) => string = npm.basename;
