/**
 * Character references of HTML, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/html/entities.js";

/** Options of {@linkcode unescape}. */
export interface UnescapeOptions {
  /** What each reference, such as `&amp;`, stands for. */
  entityList?: Record<string, string>;
}

/** Replaces `&`, `<`, `>`, `"` and `'` by character references. */
export const escape: (str: string) => string = npm.escape;

/** Replaces character references by what they stand for. */
export const unescape: (str: string, options?: UnescapeOptions) => string = npm.unescape;
