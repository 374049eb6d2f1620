/**
 * The likeliest of some words, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/text/closest_string.js";

/** Options of {@linkcode closestString}. */
export interface ClosestStringOptions {
  /**
   * Whether `a` and `A` differ.
   *
   * @default {false}
   */
  caseSensitive?: boolean;
  /** The distance of two words; the Levenshtein distance unless given. */
  compareFn?: (a: string, b: string) => number;
}

/** The one of `possibleWords` that is nearest to `givenWord`. Throws when there are none. */
export const closestString: (
  givenWord: string,
  possibleWords: string[],
  options?: ClosestStringOptions,
) => string = npm.closestString;
