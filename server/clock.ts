/**
 * The one timer of the server: a coarse time for deadlines, the Date field as octets, and a tick for whoever sweeps.
 *
 * Asking the system for the time and setting timers costs more than parsing a request, so both happen a few times a
 * second for everybody. What it may get wrong: a deadline is early or late, and Date late, by up to one tick.
 */

/** Time between two ticks. Deadlines are seconds, so a quarter of one is fine enough. */
export const TICK_MS = 250;

/** A coarse clock. Tests move it by hand with {@linkcode Clock.advance}. */
export class Clock {
  /**
   * Monotonic time of the last tick, in whole milliseconds since an arbitrary start; for deadlines. Whole numbers lie in
   * the objects that hold them, others in a place of their own, for each connection and each file.
   */
  nowMs = 0;
  /** Time of the last tick, in milliseconds since 1970; for logs. */
  dateMs = 0;
  /** Field lines that every answer has: Server and Date (RFC 9110 10.2.4, 6.6.1). */
  commonFields: Uint8Array = new Uint8Array();

  readonly #server: string;
  readonly #listeners: ((nowMs: number) => void)[] = [];
  #dateSeconds = -1;
  #timeout: AbortSignal | undefined;

  /**
   * Stands still until it is started or advanced.
   *
   * @param server value of the Server field, empty for none
   */
  constructor(server = "siesta") {
    this.#server = server;
    this.advance(performance.now(), Date.now());
  }

  /** Calls a function on every tick. It must not throw; if it does, the others are called all the same. */
  onTick(listener: (nowMs: number) => void): void {
    this.#listeners.push(listener);
  }

  /** Starts ticking by itself. */
  start(): void {
    if (this.#timeout === undefined) this.#wait();
  }

  /** Stops ticking. */
  stop(): void {
    this.#timeout?.removeEventListener("abort", this.#onTimeout);
    this.#timeout = undefined;
  }

  /** A timeout signal and no `setInterval`, with which 20 modules of Node's would start: 5 to 11 ms, 2 MB. */
  #wait(): void {
    this.#timeout = AbortSignal.timeout(TICK_MS);
    this.#timeout.addEventListener("abort", this.#onTimeout);
  }

  readonly #onTimeout = (): void => {
    this.#wait(); // first, since whoever is told of a tick may stop the clock
    this.advance(performance.now(), Date.now());
  };

  /**
   * Sets the time and calls everybody who waits for a tick.
   *
   * @param nowMs monotonic time in milliseconds
   * @param dateMs time since 1970 in milliseconds
   */
  advance(nowMs: number, dateMs: number): void {
    this.nowMs = Math.floor(nowMs);
    this.dateMs = dateMs;
    const seconds = Math.floor(dateMs / 1000);
    if (seconds !== this.#dateSeconds) {
      this.#dateSeconds = seconds;
      // A fresh array each second: the last one may still be in use.
      const server = this.#server === "" ? "" : `Server: ${this.#server}\r\n`;
      // toUTCString is the IMF-fixdate of RFC 9110 5.6.7 to the letter.
      this.commonFields = new TextEncoder().encode(`${server}Date: ${new Date(seconds * 1000).toUTCString()}\r\n`);
    }
    for (const listener of this.#listeners) {
      try {
        listener(this.nowMs);
      } catch (error) {
        // A throw in a timer ends the process; the unhandled rejection is caught, counted and logged.
        Promise.reject(error);
      }
    }
  }
}
