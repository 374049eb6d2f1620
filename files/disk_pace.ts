/**
 * Whether a disk answers so quickly that it may be asked on the event loop.
 *
 * A question to what the system has in memory takes some microseconds, and its way through the thread pool several times
 * as long. On a disk that really has to be read, or on another machine's, it takes milliseconds, in which nobody else is
 * served. So questions are asked at once as long as nearly all of them are answered at once; when several were not, all go
 * through the thread pool for a while.
 */

/** A slow answer counts as much as so many quick ones: whoever lost the processor meanwhile is slow now and then. */
const SLOW_WEIGHT = 16;
/**
 * How many slow answers more than quick ones in proportion are too many. With three, reads from memory were taken for a
 * slow disk's on a machine that was busy: 3 of some 25 took 0.43 to 2.1 ms.
 */
const SLOW_MAX = 6;
/** An answer that took so many times as long as a quick one counts twice: it was no accident, and it hurts more. */
const VERY_SLOW = 4;
/** One answer that took so long is too many: it held everybody up for as long as several packets need. */
const STALLED_MS = 25;
/** How long nothing is asked at once, then. */
const SLOW_MS = 5_000;

/** Times questions, and says whether the next may be asked at once. */
export class DiskPace {
  readonly #nowMs: () => number;
  readonly #quickMsMax: number;
  /** Rises with slow answers and falls with quick ones. */
  #slowness = 0;
  #slowUntilMs = -Infinity;

  /**
   * Begins by asking at once.
   *
   * @param nowMs monotonic time in milliseconds
   * @param quickMsMax an answer that took longer is slow
   */
  constructor(nowMs: () => number, quickMsMax: number) {
    this.#nowMs = nowMs;
    this.#quickMsMax = quickMsMax;
  }

  /** Whether {@linkcode atOnce} would ask. */
  get isQuick(): boolean {
    return this.#nowMs() >= this.#slowUntilMs;
  }

  /** Asks at once; gives `undefined`, and asks nothing, where that is too slow. Throws what the question throws. */
  atOnce<Answer>(question: () => Answer): Answer | undefined {
    const startMs = this.#nowMs();
    if (startMs < this.#slowUntilMs) return undefined;
    try {
      return question();
    } finally {
      this.#judge(startMs, this.#nowMs());
    }
  }

  /** Asks at once where that is quick, else through the thread pool. */
  async ask<Answer>(now: () => Answer, later: () => Promise<Answer>): Promise<Answer> {
    return this.atOnce(now) ?? await later();
  }

  #judge(startMs: number, endMs: number): void {
    const ms = endMs - startMs, quickMs = this.#quickMsMax;
    if (ms <= quickMs) {
      if (this.#slowness > 0) this.#slowness--;
      return;
    }
    this.#slowness += SLOW_WEIGHT * (ms >= STALLED_MS ? SLOW_MAX : ms >= VERY_SLOW * quickMs ? 2 : 1);
    if (this.#slowness <= (SLOW_MAX - 1) * SLOW_WEIGHT) return;
    this.#slowness = 0;
    this.#slowUntilMs = endMs + SLOW_MS;
  }
}
