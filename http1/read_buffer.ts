/**
 * What a connection has read and not dealt with: where the head lies in it, how far it was looked at, and room for more.
 *
 * It knows no grammar. The octets of connections that have ended are used again: to make them costs as much as to parse
 * a few requests, and more when the garbage collector takes them away.
 */

/** Octets of a fresh read buffer: a browser's head is 400 to 1,000; 10,000 idle connections hold one each. */
export const BUFFER_BYTES = 2_048;
/** Octets of a buffer that an idle connection may keep: who once sent more will again. */
export const IDLE_BUFFER_BYTES_MAX = 4_096;
/** Octets of the longest head to be compared with the next: most of the buffer is left for that one. */
const KEPT_HEAD_BYTES_MAX = 768;
/** How many fresh buffers are kept: more connections than this seldom end before as many begin. */
const BUFFERS_KEPT = 256;

const NO_OCTETS = new Uint8Array();

const spareBuffers: Uint8Array[] = [];

/** Returns a buffer of {@linkcode BUFFER_BYTES}. It is not empty: nobody may look behind the octets that were read. */
export function takeReadBuffer(): Uint8Array {
  return spareBuffers.pop() ?? new Uint8Array(BUFFER_BYTES);
}

/** Takes back a buffer that nobody will touch again. */
export function giveReadBuffer(buffer: Uint8Array): void {
  if (buffer.length === BUFFER_BYTES && spareBuffers.length < BUFFERS_KEPT) spareBuffers.push(buffer);
}

/** The read buffer of one connection: its parser's, and the request's that the parser hands out. */
export class ReadBuffer {
  /** The octets; other ones when they grow. */
  octets: Uint8Array = takeReadBuffer();
  /** Where the head begins that is being scanned or was handed out; another place when the octets move. */
  start = 0;
  /** The next octet to scan. */
  position = 0;
  /** Behind the last octet that was read. */
  end = 0;
  /** Behind the last head, as long as it lies from {@linkcode start} on and nothing came behind it; else -1. */
  #lastHeadEnd = -1;

  /** Whether there is nothing left to scan. */
  get isScanned(): boolean {
    return this.position === this.end;
  }

  /** A head begins with the next octet. */
  beginHead(): void {
    this.start = this.position;
    this.#lastHeadEnd = -1;
  }

  /** The head ends before the next octet, and is to be compared with what comes. */
  keepHead(): void {
    this.#lastHeadEnd = this.position;
  }

  /**
   * Whether the head behind the last one is the same once more, as from a client that asks again, or ahead: it means the
   * same then, and stands in the last one's place. Where it differs, it mostly does so in the first octets of the target.
   */
  repeatsHead(): boolean {
    const { octets, start, position, end } = this, length = position - start;
    if (position !== this.#lastHeadEnd || end - position < length) return false;
    for (let at = position, before = start; before < position; at++, before++) {
      if (octets[at] !== octets[before]) return false;
    }
    // Of two that are the same, one is enough to be compared with the next.
    if (position + length === end) this.end = position;
    else {
      this.start = position;
      this.position = this.#lastHeadEnd = position + length;
    }
    return true;
  }

  /**
   * Starts again at the front, when all was dealt with, and gives back octets that had to grow far. A head that is alone
   * at the front stays there, to be compared with the next.
   */
  restart(): void {
    if (this.octets.length > IDLE_BUFFER_BYTES_MAX) this.octets = takeReadBuffer();
    else if (this.start === 0 && this.end === this.#lastHeadEnd && this.end <= KEPT_HEAD_BYTES_MAX) return;
    this.start = this.position = this.end = 0;
    this.#lastHeadEnd = -1;
  }

  /** Content that was read leaves its room to the content behind it; the head of so many octets before it stays. */
  reuseContentRoom(headBytes: number): void {
    if (this.isScanned) this.position = this.end = this.start + headBytes;
  }

  /**
   * Free room behind the octets; empty when there is none, and the buffer may not grow.
   *
   * @param from where the octets begin that are still needed
   * @param bytesMax how far the buffer may grow
   */
  room(from: number, bytesMax: number): Uint8Array {
    if (this.end === this.octets.length) this.#makeRoom(from, bytesMax);
    // The whole buffer needs no view, and it is the common case.
    return this.end === 0 ? this.octets : this.octets.subarray(this.end);
  }

  /** Moves what is needed to the front, or else to a buffer of twice the size. */
  #makeRoom(from: number, bytesMax: number): void {
    const { octets } = this;
    if (from > 0) {
      octets.copyWithin(0, from, this.end);
    } else if (octets.length < bytesMax) {
      this.octets = new Uint8Array(Math.min(2 * octets.length, bytesMax));
      this.octets.set(octets);
    }
    this.position -= from;
    this.end -= from;
    this.start = 0;
    this.#lastHeadEnd = -1;
  }

  /** Gives the octets to the next connection; who still looks finds none. */
  release(): void {
    giveReadBuffer(this.octets);
    this.octets = NO_OCTETS;
  }
}
