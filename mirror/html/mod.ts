/**
 * Text in HTML, by way of npm.
 *
 * @module
 */

export * from "./entities.ts";
