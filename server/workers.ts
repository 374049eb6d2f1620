/**
 * Several loops in one process, each a Web Worker (`worker.ts`), on one port: the kernel spreads new connections over
 * them.
 *
 * A worker that ends with an error is told of and started again, after a pause that grows while that goes on; the others
 * serve meanwhile. Linux only: elsewhere `reusePort` gives all connections to one of them.
 */
import { deadline } from "@std/async/deadline";
import { delay } from "@std/async/delay";
import { workerPause } from "./back_off.ts";
import type { Config } from "./config.ts";
import type { InstanceLog } from "./instance.ts";
import { countersOf, type MetricsSnapshot, summed } from "./metrics.ts";
import type { DrainResult } from "./open_connections.ts";
import { demand, StartError } from "./start_error.ts";
import type { News, Order, WorkerSettings } from "./worker.ts";

/** Settings of {@linkcode Workers.start}. */
export interface WorkersOptions extends WorkerSettings {
  /** How many are started. */
  readonly count: number;
  /** Module that calls {@linkcode serveInWorker}. */
  readonly url: string;
  /** Takes the log's lines of all. */
  push(lines: Uint8Array): void;
  /** Told of errors, and of workers that end. */
  report(error: unknown): void;
}

/** How long a worker that does not answer is waited for, beyond what it was told to take. */
const ANSWER_MS = 2_000;

/** All workers of a process. */
export class Workers {
  readonly #options: WorkersOptions;
  readonly #all: Set<OneWorker> = new Set();
  /** What workers counted that have ended: a counter never goes back. */
  #past: MetricsSnapshot = {};
  /** What one has warned of: all see the same site. */
  readonly #warnings: Set<string> = new Set();
  #config: Config;
  #isStarted = false;
  #isStopping = false;

  private constructor(options: WorkersOptions) {
    this.#options = options;
    this.#config = options.config;
  }

  /**
   * Starts all; the first says which port it is.
   *
   * @throws {StartError} when one of them cannot start
   */
  static async start(options: WorkersOptions): Promise<{ workers: Workers; address: Deno.Addr }> {
    const folder = decodeURIComponent(new URL(".", options.url).pathname);
    // What is embedded in a compiled program needs no permission.
    if (!Deno.build.standalone) demand({ name: "read", path: folder }, "start workers", `--allow-read=${folder}`);
    const workers = new Workers(options);
    const address = await workers.#startOne();
    workers.#config = { ...options.config, port: (address as Deno.NetAddr).port };
    await Promise.all(Array.from({ length: options.count - 1 }, () => workers.#startOne()));
    workers.#isStarted = true;
    return { workers, address };
  }

  async #startOne(backOffMs = 0): Promise<Deno.Addr> {
    const startMs = performance.now(), warn = (warning: string) => this.#warn(warning);
    const options = { ...this.#options, config: this.#config, warn };
    const one: OneWorker = new OneWorker(options, (message) => {
      this.#all.delete(one);
      this.#past = summed([this.#past, countersOf(one.lastSnapshot)]);
      if (this.#isStopping || !this.#isStarted) return;
      const pauseMs = workerPause(backOffMs, performance.now() - startMs);
      this.#options.report(`A worker has ended (${message}); another one starts in ${pauseMs / 1_000} s`);
      this.#startAgain(pauseMs);
    });
    this.#all.add(one);
    return await one.started;
  }

  #warn(warning: string): void {
    if (!this.#warnings.has(warning)) this.#options.report(warning);
    this.#warnings.add(warning);
  }

  /** One that cannot start has ended, too: that is told there, and it is tried again. */
  async #startAgain(pauseMs: number): Promise<void> {
    await delay(pauseMs);
    if (!this.#isStopping) await this.#startOne(pauseMs).catch(() => {});
  }

  /** The metrics of all, added up. */
  async snapshot(): Promise<MetricsSnapshot> {
    return summed([this.#past, ...await Promise.all([...this.#all].map((one) => one.snapshot()))]);
  }

  /** Lets all take up a new certificate. */
  reload(): void {
    for (const one of this.#all) one.order({ kind: "reload" });
  }

  /** Stops all together. */
  async drain(): Promise<DrainResult> {
    this.#isStopping = true;
    const { drainMs } = this.#config.limits;
    const results = await Promise.all([...this.#all].map((one) => one.drain(drainMs + ANSWER_MS)));
    return results.reduce((sum, it) => ({ finished: sum.finished + it.finished, cut: sum.cut + it.cut }), {
      finished: 0,
      cut: 0,
    });
  }

  /** Ends all at once. */
  end(): void {
    this.#isStopping = true;
    for (const one of this.#all) one.end();
  }
}

/** One worker as the main thread sees it. */
class OneWorker {
  readonly started: Promise<Deno.Addr>;
  /** What it had counted when it was asked last. */
  lastSnapshot: MetricsSnapshot = {};
  readonly #worker: Worker;
  readonly #drained = Promise.withResolvers<DrainResult>();
  #asked: PromiseWithResolvers<void> | undefined;
  #isEnded = false;

  constructor(options: WorkersOptions & Pick<InstanceLog, "warn">, onEnd: (message: string) => void) {
    const { url, push, report, warn, config, format, isColoured, isTraced } = options;
    const started = Promise.withResolvers<Deno.Addr>();
    this.started = started.promise;
    this.#worker = new Worker(url, { type: "module" });
    const end = (message: string) => {
      this.#worker.terminate();
      started.reject(new StartError(message));
      this.#asked?.resolve();
      this.#drained.resolve({ finished: 0, cut: 0 });
      onEnd(message);
    };
    this.#worker.onmessage = ({ data }: MessageEvent<News>) => {
      switch (data.kind) {
        case "started":
          return started.resolve(data.address);
        case "failed":
          return end(data.message);
        case "log":
          return push(data.lines);
        case "report":
          return report(data.message);
        case "warning":
          return warn(data.message);
        case "snapshot":
          this.lastSnapshot = data.values;
          return this.#asked?.resolve();
        case "drained":
          this.lastSnapshot = data.values;
          return this.#drained.resolve(data.result);
      }
    };
    this.#worker.onerror = (event) => {
      event.preventDefault(); // else it ends this thread, too
      end(event.message);
    };
    this.order({ kind: "start", config, format, isColoured, isTraced });
  }

  order(order: Order): void {
    this.#worker.postMessage(order);
  }

  /** What it has counted; of one that does not answer in time, what it had counted before. */
  async snapshot(): Promise<MetricsSnapshot> {
    // One that has drained before the others is asked in vain.
    if (this.#isEnded) return this.lastSnapshot;
    if (this.#asked === undefined) {
      const asked = this.#asked = Promise.withResolvers<void>();
      asked.promise.finally(() => this.#asked = undefined);
      this.order({ kind: "snapshot" });
    }
    await deadline(this.#asked.promise, ANSWER_MS).catch(() => {});
    return this.lastSnapshot;
  }

  /** Lets it stop; one that does not, since its handler never gives the thread back, is ended, and counts as one cut. */
  async drain(ms: number): Promise<DrainResult> {
    this.order({ kind: "drain" });
    const result = await deadline(this.#drained.promise, ms).catch(() => ({ finished: 0, cut: 1 }));
    this.end();
    return result;
  }

  /** Ends it where it stands. */
  end(): void {
    this.#isEnded = true;
    this.#asked?.resolve();
    this.#worker.terminate();
  }
}
