/**
 * The separators of paths, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/path/constants.js";

/** What separates paths in a list such as that of `PATH`. */
export const DELIMITER: ";" | ":" = npm.DELIMITER;

/** What separates the parts of a path. */
export const SEPARATOR: "\\" | "/" = npm.SEPARATOR;

/** Matches one separator or more. */
export const SEPARATOR_PATTERN: RegExp = npm.SEPARATOR_PATTERN;
