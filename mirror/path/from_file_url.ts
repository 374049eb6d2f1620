/**
 * A path from a file URL, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/path/from_file_url.js";

/** The path that a `file:` URL stands for. Throws for any other URL. */
export const fromFileUrl: (url: string | URL) => string = npm.fromFileUrl;
