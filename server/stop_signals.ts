/**
 * The signals that stop the program: the first asks it to, the second no longer asks.
 *
 * One Ctrl-C below `deno task` or `npx` comes twice: the terminal sends it to all programs of its group, and those in
 * front pass it on once more. Taken for a second one, it would cut every running answer.
 */

/** Time in which the same signal is the first one once more; somebody who is impatient looks first whether it ends. */
const ECHO_MS = 500;

/** Exit codes of a second signal. Windows has no SIGTERM; its SIGBREAK is the closing of the console window. */
const CODES: Partial<Record<Deno.Signal, number>> = Deno.build.os === "windows"
  ? { SIGINT: 130, SIGBREAK: 143 }
  : { SIGINT: 130, SIGTERM: 143 };

/** What has been heard of the signals that stop the program. */
export class StopSignals {
  readonly #first = Promise.withResolvers<void>();
  readonly #second = Promise.withResolvers<number>();
  #firstSignal: Deno.Signal | undefined;
  #firstMs = 0;

  /** Resolves at the first signal. */
  readonly first: Promise<void> = this.#first.promise;
  /** Resolves at the second signal to its exit code. */
  readonly second: Promise<number> = this.#second.promise;

  /** Listens to the signals, from now to the end of the process. */
  static listen(): StopSignals {
    const signals = new StopSignals();
    for (const signal of Object.keys(CODES) as Deno.Signal[]) {
      Deno.addSignalListener(signal, () => signals.hear(signal, performance.now()));
    }
    return signals;
  }

  /** Takes a signal that came at a time in ms, of a clock that is not set back. */
  hear(signal: Deno.Signal, nowMs: number): void {
    if (this.#firstSignal === undefined) {
      this.#firstSignal = signal;
      this.#firstMs = nowMs;
      this.#first.resolve();
    } else if (signal !== this.#firstSignal || nowMs - this.#firstMs >= ECHO_MS) {
      this.#second.resolve(CODES[signal] ?? 1);
    }
  }
}
