/**
 * Counts requests without understanding them.
 *
 * @module
 */

/** Ends of request heads counted over the reads of one connection. */
export class HeadCounter {
  /** Three octets carried over from the read before, then the octets of this read. */
  readonly #buffer: Uint8Array<ArrayBuffer>;
  /** Where to read to. */
  readonly space: Uint8Array<ArrayBuffer>;

  constructor(spaceBytes: number) {
    this.#buffer = new Uint8Array(3 + spaceBytes);
    this.space = this.#buffer.subarray(3);
  }

  /**
   * Counts each CRLFCRLF that ends within the given number of octets that were read to `space`. Looks at every fourth
   * octet only, as long as that octet is neither CR nor LF: no CRLFCRLF can lie around it.
   */
  count(readBytes: number): number {
    const buffer = this.#buffer;
    const end = 3 + readBytes;
    let count = 0;
    for (let last = 3; last < end;) {
      const octet = buffer[last];
      if (octet === 13) last += 1;
      else if (octet !== 10) last += 4;
      else if (buffer[last - 1] !== 13) last += 4;
      else if (buffer[last - 2] === 10 && buffer[last - 3] === 13) {
        count++;
        last += 4;
      } else last += 2;
    }
    buffer.copyWithin(0, end - 3, end);
    return count;
  }
}
