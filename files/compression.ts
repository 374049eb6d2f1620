/**
 * Compresses content without holding anybody up: short content at once, longer content in a thread of its own.
 *
 * The asynchronous functions of `node:zlib` are meant for this, but what they do in other threads on Node and on Deno
 * 2.4, Deno 2.9 does on the event loop, and so does its `CompressionStream` (figures in docs/DESIGN.md).
 */
import { withHeadroom } from "../http1/headroom.ts";
import { type CompressionJob, CompressionThread, compressNow } from "./compression_thread.ts";

/** The codings that content is compressed to here; zstd is left to files that were compressed before. */
export type CompressedCoding = CompressionJob["coding"];

/**
 * Of brotli's 11: 43 ms for 1 MB of scripts; 9 takes 204 ms for 4 % less, 11 takes 2.5 s for 12 % less, and whoever asks
 * first waits for it. Of gzip's 9, the usual one.
 */
const LEVELS: Readonly<Record<CompressedCoding, number>> = { br: 5, gzip: 6 };

/** Types that gain; images, video, archives and web fonts are compressed already. */
const COMPRESSIBLE =
  /^(?:text\/|application\/(?:javascript|json|ld\+json|manifest\+json|wasm|xml|toml|yaml|x-[\w-]*(?:javascript|sh|tex)|[\w.-]+\+(?:json|xml)|rtf|vnd\.apple\.mpegurl|vnd\.ms-fontobject)|image\/(?:svg\+xml|bmp|x-icon|vnd\.microsoft\.icon|x-ms-bmp)|font\/(?:ttf|otf|collection)|model\/gltf\+json)/;

/** Returns whether a media type, with or without parameters, is one that gets smaller. */
export function isCompressible(mediaType: string): boolean {
  return COMPRESSIBLE.test(mediaType.toLowerCase());
}

/** What holds the event loop up for about a millisecond is done at once: most sites never need the thread. */
const AT_ONCE_BYTES_MAX = 32_768;

const thread = new CompressionThread();

/**
 * Compresses octets in memory. `node:zlib` is loaded by the first who needs it: half of the time that the server takes to
 * start beyond a bare loop was for it.
 *
 * @returns `undefined` when they did not get smaller
 */
export async function compressed(content: Uint8Array, coding: CompressedCoding): Promise<Uint8Array | undefined> {
  const job = { coding, level: LEVELS[coding] };
  const isShort = content.length <= AT_ONCE_BYTES_MAX;
  const octets = isShort ? compressNow(await import("node:zlib"), content, job) : await thread.compress(content, job);
  if (octets === undefined || octets.length >= content.length) return undefined;
  const compressed = withHeadroom(octets.length);
  compressed.set(octets);
  return compressed;
}

/** Ends the thread before its time; tests leave nothing behind. */
export function stopCompressing(): void {
  thread.stop();
}
