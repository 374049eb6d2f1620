/**
 * Sends content that is too long for the batch: a part of a file, or gives it back unsent.
 *
 * It knows only a function that writes; the connection keeps the deadline of each write.
 */
import type { Content, FileSlice } from "../http1/message.ts";
import { ownPages } from "../http1/own_pages.ts";

/**
 * Octets of one read from a file, and of the write behind it. Octets in memory are offered whole: a kernel takes what it
 * has room for, and a fifth less time is spent than on four pieces of a file of 1 MiB.
 */
const PIECE_BYTES = 262_144;
/** How many file buffers are kept for the next download. */
const PIECES_KEPT = 16;
const sparePieces: Uint8Array<ArrayBuffer>[] = [];

/** Thrown when a file changed or ended while it went out: the connection is cut, since a short answer can be seen. */
export class ContentChangedError extends Error {
  /** Tells it from other errors. */
  override readonly name = "ContentChangedError";
}

/** Writes all of the octets before it resolves. */
export type Write = (octets: Uint8Array) => Promise<void>;

/**
 * Sends a part of a file, and gives its handle back.
 *
 * @throws {ContentChangedError} before the last piece goes out, when the file is no longer the one it was
 */
export async function sendSlice(slice: FileSlice, write: Write): Promise<void> {
  const piece = sparePieces.pop() ?? ownPages(PIECE_BYTES);
  let isHeld = false;
  try {
    while (slice.remaining > 0) {
      const room = slice.remaining < piece.length ? piece.subarray(0, slice.remaining) : piece;
      isHeld = true;
      const count = slice.readNow?.(room) ?? await slice.read(room);
      isHeld = false;
      const isChanged = count === 0 || slice.remaining === 0 && !await slice.isUnchanged();
      if (isChanged) throw new ContentChangedError("The file changed while it was sent");
      isHeld = true;
      await write(room.subarray(0, count));
      isHeld = false;
    }
  } finally {
    slice.close();
    // A piece that a failed read or write may still hold is not given to others.
    if (!isHeld && sparePieces.length < PIECES_KEPT) sparePieces.push(piece);
  }
}

/** Gives back what content holds that will not be sent. */
export async function giveBackContent(content: Content | null): Promise<void> {
  if (content === null || content instanceof Uint8Array) return;
  if ("remaining" in content) content.close();
  else await content[Symbol.asyncIterator]().return?.();
}
