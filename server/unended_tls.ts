/**
 * TLS connections whose descriptor the runtime keeps, and that it cannot be made to give back.
 *
 * Deno (2.4.2, 2.9.6) ends a TLS connection in order: what is closed in its handshake, or with octets that its peer does
 * not read, keeps its socket until the peer goes. So it is not closed before that, and counted here meanwhile.
 */

/** Connections that have not come to their handshake's end, or to their own. */
export class UnendedTls {
  /** Tells the time in milliseconds, from any moment on. */
  readonly nowMs: () => number;
  readonly #sinceMs: Set<{ readonly sinceMs: number }> = new Set();
  #wake: PromiseWithResolvers<void> | undefined;

  /** Counts by the clock of the process, unless a test has its own. */
  constructor(nowMs: () => number = () => performance.now()) {
    this.nowMs = nowMs;
  }

  /** How many there are. */
  get size(): number {
    return this.#sinceMs.size;
  }

  /** How many there are already for longer than so many milliseconds. */
  olderThan(ms: number): number {
    const latestMs = this.nowMs() - ms;
    let count = 0;
    for (const { sinceMs } of this.#sinceMs) if (sinceMs < latestMs) count++;
    return count;
  }

  /** Counts one until something has come to its end, be it an error, which is nobody's here. */
  async during(end: Promise<unknown>): Promise<void> {
    const one = { sinceMs: this.nowMs() };
    this.#sinceMs.add(one);
    await end.catch(() => {});
    this.#sinceMs.delete(one);
    this.#wake?.resolve();
    this.#wake = undefined;
  }

  /** Resolves when one of them has come to its end. */
  oneLess(): Promise<void> {
    return (this.#wake ??= Promise.withResolvers()).promise;
  }
}
