/**
 * POSIX paths put together, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/path/posix/join.js";

/** Puts the parts together and normalizes the whole, with `/` on every system. */
export const join: (path: string | URL, ...paths: string[]) => string = npm.join;
