/**
 * Globs of POSIX paths, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/path/posix/glob_to_regexp.js";

/** Options of {@linkcode globToRegExp}. */
export interface GlobOptions {
  /**
   * Whether `?(a|b)`, `@(a|b)` and their like are understood.
   *
   * @default {true}
   */
  extended?: boolean;
  /**
   * Whether `**` crosses folders.
   *
   * @default {true}
   */
  globstar?: boolean;
  /**
   * Whether letters match in either case.
   *
   * @default {false}
   */
  caseInsensitive?: boolean;
}

/** An expression that matches the whole of the paths that `glob` matches. */
export const globToRegExp: (glob: string, options?: GlobOptions) => RegExp = npm.globToRegExp;
