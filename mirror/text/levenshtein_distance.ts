/**
 * In how many letters two words differ, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/text/levenshtein_distance.js";

/** How many letters have to be added, taken away or changed to make `str2` of `str1`. */
export const levenshteinDistance: (str1: string, str2: string) => number = npm.levenshteinDistance;
