/**
 * The value of a Content-Type field, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/media_types/content_type.js";

/**
 * The value of a Content-Type field, with a charset where one is due, for a media type or for a file name extension
 * with or without its dot; `undefined` for an unknown one.
 */
export const contentType: (extensionOrType: string) => string | undefined = npm.contentType;
