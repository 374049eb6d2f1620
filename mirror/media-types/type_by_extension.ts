/**
 * The media type of a file name extension, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/media_types/type_by_extension.js";

/** The media type, without a charset, of an extension with or without its dot; `undefined` for an unknown one. */
export const typeByExtension: (extension: string) => string | undefined = npm.typeByExtension;
