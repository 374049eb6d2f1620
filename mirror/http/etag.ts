/**
 * Entity tags, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/http/etag.js";

/** What of a file's information goes into its entity tag. */
export interface FileInfo {
  /** When the content was last modified. */
  mtime: Date | null;
  /** The length of the content in octets. */
  size: number;
}

/** Options of {@linkcode eTag}. */
export interface ETagOptions {
  /**
   * The digest.
   *
   * @default {"SHA-256"}
   */
  algorithm?: AlgorithmIdentifier;
  /** Whether the tag is weak; unless given, it is for a {@linkcode FileInfo} and is not for content. */
  weak?: boolean;
}

/** The entity tag of some content or of a file's information. */
export const eTag: {
  (entity: string | Uint8Array, options?: ETagOptions): Promise<string>;
  (entity: FileInfo, options?: ETagOptions): Promise<string | undefined>;
  (entity: string | Uint8Array | FileInfo, options?: ETagOptions): Promise<string | undefined>;
} = npm.eTag;

/** Whether an If-Match field allows the request, by the strong comparison. */
export const ifMatch: (value: string | null, etag: string | undefined) => boolean = npm.ifMatch;

/** Whether an If-None-Match field allows the request, by the weak comparison. */
export const ifNoneMatch: (value: string | null, etag: string | undefined) => boolean = npm.ifNoneMatch;
