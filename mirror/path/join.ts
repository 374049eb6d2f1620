/**
 * Paths put together, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/path/join.js";

/** Puts the parts together and normalizes the whole. */
export const join: (path: string | URL, ...paths: string[]) => string = npm.join;
