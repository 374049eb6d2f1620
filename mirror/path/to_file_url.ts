/**
 * A file URL from a path, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/path/to_file_url.js";

/** The `file:` URL of an absolute path. Throws for a relative one. */
export const toFileUrl: (path: string) => URL = npm.toFileUrl;
