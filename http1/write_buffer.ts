/**
 * Buffers for what connections write; a connection borrows one only from the first answer in it until it is written, so
 * that idle connections hold none. The other way round it is `read_buffer.ts`.
 */
import { ownPages } from "./own_pages.ts";

/** Sizes of batches that are kept for the next connection: a page's answer, and a full pipeline's. */
const BATCH_SIZES = [4_096, 16_384, 65_536];
/** How many of each size are kept: more connections than this seldom write in the same moment. */
const BATCHES_KEPT = 64;
const spareBatches: Uint8Array[][] = BATCH_SIZES.map(() => []);

/** Borrows a batch of at least so many octets. */
export function takeBatch(bytes: number): Uint8Array {
  let size = 0;
  while (size < BATCH_SIZES.length && bytes > BATCH_SIZES[size]) size++;
  if (size === BATCH_SIZES.length) return ownPages(bytes);
  // One whose write failed is not kept, so a peer that leaves costs one.
  return spareBatches[size].pop() ?? (size === 0 ? new Uint8Array(BATCH_SIZES[size]) : ownPages(BATCH_SIZES[size]));
}

/** Gives a batch back, for the next connection that writes. */
export function giveBatch(batch: Uint8Array): void {
  const spare = spareBatches[BATCH_SIZES.indexOf(batch.length)];
  if (spare !== undefined && spare.length < BATCHES_KEPT) spare.push(batch);
}
