/**
 * Rooms to read content in that is looked at and not kept. One whose read failed is not given back: the read may still
 * write into it.
 */

const spareRooms: Uint8Array[] = [];
/** Octets of each; content that is longer gets a room of its own. */
const ROOM_BYTES = 65_536;
/** How many are kept: more reads than this are seldom under way. */
const ROOMS_KEPT = 16;

/** Borrows room for so many octets; what is in it is left from others. */
export function takeRoom(bytes: number): Uint8Array {
  if (bytes > ROOM_BYTES) return new Uint8Array(bytes);
  return (spareRooms.pop() ?? new Uint8Array(ROOM_BYTES)).subarray(0, bytes);
}

/** Gives room back that nobody reads into any more. */
export function giveRoom(room: Uint8Array): void {
  if (room.buffer.byteLength === ROOM_BYTES && spareRooms.length < ROOMS_KEPT) {
    spareRooms.push(new Uint8Array(room.buffer));
  }
}
