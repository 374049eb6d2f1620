/**
 * Media types, by way of npm.
 *
 * @module
 */

export * from "./content_type.ts";
export * from "./type_by_extension.ts";
