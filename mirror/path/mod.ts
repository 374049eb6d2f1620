/**
 * Paths of files, by way of npm.
 *
 * @module
 */

export * from "./basename.ts";
export * from "./constants.ts";
export * from "./dirname.ts";
export * from "./from_file_url.ts";
export * from "./is_absolute.ts";
export * from "./join.ts";
export * from "./normalize.ts";
export * from "./relative.ts";
export * from "./resolve.ts";
export * from "./to_file_url.ts";
