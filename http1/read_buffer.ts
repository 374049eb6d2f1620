/**
 * The buffers that connections read into. Those of connections that have ended are used again: to make one costs as much
 * as to parse a few requests, and more when the garbage collector takes it away.
 */

/** Octets of a fresh read buffer: a browser's head is 400 to 1,000; 10,000 idle connections hold one each. */
export const BUFFER_BYTES = 2_048;
/** Octets of a buffer that an idle connection may keep: who once sent more will again. */
export const IDLE_BUFFER_BYTES_MAX = 4_096;
/** How many are kept: more connections than this seldom end before as many begin. */
const BUFFERS_KEPT = 256;

const spareBuffers: Uint8Array[] = [];

/** Returns a buffer of {@linkcode BUFFER_BYTES}. It is not empty: nobody may look behind the octets that were read. */
export function takeReadBuffer(): Uint8Array {
  return spareBuffers.pop() ?? new Uint8Array(BUFFER_BYTES);
}

/** Takes back a buffer that nobody will touch again. */
export function giveReadBuffer(buffer: Uint8Array): void {
  if (buffer.length === BUFFER_BYTES && spareBuffers.length < BUFFERS_KEPT) spareBuffers.push(buffer);
}
