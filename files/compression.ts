/**
 * Compresses content on the threads of the system's pool, so that the event loop goes on meanwhile.
 */
import { brotliCompress, constants, gzip } from "node:zlib";

/** The codings that content is compressed to here; zstd is left to files that were compressed before. */
export type CompressedCoding = "br" | "gzip";

/** Of brotli's 11: 1 MiB of text takes about 30 ms of a thread; 11 would take two seconds for a tenth less. */
const BROTLI_QUALITY = 5;
/** Of gzip's 9, the usual one. */
const GZIP_LEVEL = 6;

/** Types that gain; images, video, archives and web fonts are compressed already. */
const COMPRESSIBLE =
  /^(?:text\/|application\/(?:javascript|json|ld\+json|manifest\+json|wasm|xml|x-[\w-]*(?:javascript|sh|tex)|[\w.-]+\+(?:json|xml)|rtf|vnd\.ms-fontobject)|image\/(?:svg\+xml|bmp|x-icon|vnd\.microsoft\.icon|x-ms-bmp)|font\/(?:ttf|otf|collection)|model\/gltf\+json)/;

/** Returns whether a media type, with or without parameters, is one that gets smaller. */
export function isCompressible(mediaType: string): boolean {
  return COMPRESSIBLE.test(mediaType.toLowerCase());
}

/**
 * Compresses octets in memory.
 *
 * @returns `undefined` when they did not get smaller
 */
export function compressed(content: Uint8Array, coding: CompressedCoding): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, result: Uint8Array) => {
      if (error !== null) reject(error);
      // A view of plain octets: a Buffer answers to more than Uint8Array does, and may share a larger one's memory.
      else resolve(result.length < content.length ? new Uint8Array(result) : undefined);
    };
    if (coding === "gzip") return gzip(content, { level: GZIP_LEVEL }, done);
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    };
    brotliCompress(content, { params }, done);
  });
}
