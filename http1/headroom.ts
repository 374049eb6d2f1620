/**
 * Content with room before it for the head of an answer, so that head and content go out in one write as they lie there:
 * nothing is put together, nothing is copied.
 *
 * A head stays for as long as the fields that every answer has stay the same, which is a second. The next one is laid
 * over it, unless the octets are being written at that moment: then a copy of all serves until the next change, and no
 * octet changes that a peer may still get.
 */
import { ownPages } from "./own_pages.ts";

/** Room for a head: those of files have 300 to 700 octets. A longer one is put together with its content each time. */
export const HEADROOM_BYTES = 1_024;

/** So much content has pages of its own, or the memory of a site that is larger than the cache would never fall. */
const OWN_PAGES_BYTES_MIN = 8_192;

const EMPTY_LINE = new Uint8Array([0x0d, 0x0a]);

/** An answer as it lies in memory. */
export interface Laid {
  /** Head and content; `undefined` before there is a head. */
  octets: Uint8Array | undefined;
  /** How many connections write it, or have it in their batch; nobody changes it meanwhile. */
  writes: number;
}

/** Which answer's head is wanted. */
export interface LaidHead {
  /** Status line and field lines of this answer alone. */
  readonly head: Uint8Array;
}

const headrooms = new WeakMap<ArrayBufferLike, Headroom>();

/**
 * Makes room for content.
 *
 * @param bytes octets of the content
 * @returns room for the content alone, all zeros; what lies before it in its buffer is the head's
 */
export function withHeadroom(bytes: number): Uint8Array<ArrayBuffer> {
  const length = HEADROOM_BYTES + bytes;
  const whole = bytes < OWN_PAGES_BYTES_MIN ? new Uint8Array(length) : ownPages(length);
  headrooms.set(whole.buffer, new Headroom(whole));
  return whole.subarray(HEADROOM_BYTES);
}

/** Returns the room before content that {@linkcode withHeadroom} made; `undefined` for other content, and parts of it. */
export function headroomOf(content: Uint8Array): Headroom | undefined {
  const isWhole = content.byteOffset === HEADROOM_BYTES &&
    content.byteLength === content.buffer.byteLength - HEADROOM_BYTES;
  return isWhole ? headrooms.get(content.buffer) : undefined;
}

/** The room before some content, in which one head lies at a time; what is given out is mostly itself. */
export class Headroom implements Laid {
  octets: Uint8Array | undefined;
  writes = 0;
  readonly #whole: Uint8Array;
  /** What is given out: laid in the room itself, or in a copy of all. */
  #laid: Laid = this;
  #answer: LaidHead | undefined;
  #commonFields: Uint8Array | undefined;

  /** Takes over octets of which the first {@linkcode HEADROOM_BYTES} are free. */
  constructor(whole: Uint8Array) {
    this.#whole = whole;
  }

  /**
   * Lays an answer's head before the content, unless it is there.
   *
   * @param answer whose head it is; the next answer of the same content has another
   * @param commonFields field lines that every answer has: the same array for as long as they are the same
   * @returns `undefined` when the head is too long, or another answer of the same content is being written
   */
  lay(answer: LaidHead, commonFields: Uint8Array): Laid | undefined {
    if (this.#answer === answer && this.#commonFields === commonFields) return this.#laid;
    const { head } = answer;
    const start = HEADROOM_BYTES - head.length - commonFields.length - EMPTY_LINE.length;
    if (start < 0) return undefined;
    if (this.writes === 0) this.#laid = this;
    // Answers that take turns are put together, else each would need a copy.
    else if (this.#answer !== answer) return undefined;
    else this.#laid = { octets: undefined, writes: 0 };
    const octets = this.#laid === this ? this.#whole.subarray(start) : this.#whole.slice(start);
    octets.set(head);
    octets.set(commonFields, head.length);
    octets.set(EMPTY_LINE, head.length + commonFields.length);
    this.#laid.octets = octets;
    this.#answer = answer;
    this.#commonFields = commonFields;
    return this.#laid;
  }
}
