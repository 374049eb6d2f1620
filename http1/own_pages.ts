/**
 * Room for octets that has memory pages of its own, which go back to the system with it.
 *
 * A buffer that could be resized, though nobody does, is allocated that way. Others come from the C library's heap, which
 * keeps what was freed in its middle: 45 MB after 200 stalled downloads. It is worth it from some pages on.
 *
 * @param bytes octets of the room
 */
export function ownPages(bytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(bytes, { maxByteLength: bytes }));
}
