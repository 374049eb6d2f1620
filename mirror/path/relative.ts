/**
 * The way from one path to another, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/path/relative.js";

/** The path that leads from `from` to `to`. */
export const relative: (from: string, to: string) => string = npm.relative;
