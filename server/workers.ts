/**
 * Several loops in one process, one a Web Worker, on one port: the kernel spreads new connections over them.
 *
 * A worker that ends with an error is told of and started again, after a pause that grows while that goes on; the others
 * serve meanwhile. Linux only: elsewhere `reusePort` gives all connections to one of them.
 */
import { deadline } from "@std/async/deadline";
import { delay } from "@std/async/delay";
import { workerPause } from "./back_off.ts";
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { Instance, type InstanceLog, type Program } from "./instance.ts";
import { lockDown } from "./sandbox.ts";
import { countersOf, type MetricsSnapshot, summed } from "./metrics.ts";
import { LogWriter } from "./log_writer.ts";
import type { DrainResult } from "./open_connections.ts";
import { textOf } from "./report.ts";
import { demand, StartError } from "./start_error.ts";

/** What each worker has to know. */
export interface WorkerSettings {
  /** What the command line says. */
  readonly config: Config;
  /** How a line of the log looks; `off` for no log. */
  readonly format: InstanceLog["format"];
  /** Whether lines for people have colours. */
  readonly isColoured: boolean;
  /** Whether spans and metrics go to OpenTelemetry. */
  readonly isTraced: boolean;
}

/** What a worker is told. */
type Order =
  | ({ readonly kind: "start" } & WorkerSettings)
  | { readonly kind: "snapshot" | "reload" | "drain" };

/** What a worker tells. */
type News =
  | { readonly kind: "started"; readonly address: Deno.Addr }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "log"; readonly lines: Uint8Array<ArrayBuffer> }
  | { readonly kind: "report" | "warning"; readonly message: string }
  | { readonly kind: "snapshot"; readonly values: MetricsSnapshot }
  | { readonly kind: "drained"; readonly result: DrainResult; readonly values: MetricsSnapshot };

/** The worker's own scope; its type is that of another library. */
interface WorkerScope {
  postMessage(message: News, transfer?: ArrayBuffer[]): void;
  onmessage: ((event: MessageEvent<Order>) => void) | null;
}

/** Whether this code runs in a worker. */
export function isWorker(): boolean {
  return "WorkerGlobalScope" in globalThis;
}

/** Waits for orders; called where {@linkcode isWorker} is true. */
export function serveInWorker(program: Program): void {
  const scope = globalThis as unknown as WorkerScope;
  const post = (news: News) => scope.postMessage(news);
  const report = (error: unknown) => post({ kind: "report", message: textOf(error) });
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    report(event.reason);
  });
  // Whole lines go to the main thread, as octets that are not copied there, so that those of two workers never mix.
  const postLines = (octets: Uint8Array) => {
    const lines = octets.slice();
    scope.postMessage({ kind: "log", lines }, [lines.buffer]);
    return Promise.resolve(octets.length);
  };
  let starting: Promise<Instance> | undefined, lines: LogWriter | undefined;
  const follow = async (order: Order): Promise<void> => {
    if (order.kind === "start") {
      const { config, isTraced, ...settings } = order;
      const writer = (clock: Clock) => lines = new LogWriter({ stream: { write: postLines }, clock, tell: report });
      const warn = (message: string) => post({ kind: "warning", message });
      const log = { ...settings, writer, report, warn };
      const { address } = await (starting = Instance.start({ config, program, log, isShared: true, isTraced }));
      lockDown(config);
      return post({ kind: "started", address });
    }
    // An order may come while the loop is being started.
    const instance = await starting;
    if (instance === undefined) return;
    switch (order.kind) {
      case "snapshot":
        return post({ kind: "snapshot", values: instance.snapshot() });
      case "reload":
        return await instance.reload();
      case "drain": {
        const result = await instance.drain();
        await lines?.end();
        return post({ kind: "drained", result, values: instance.snapshot() });
      }
    }
  };
  scope.onmessage = ({ data }) => {
    follow(data).catch((error) => {
      if (data.kind === "start") post({ kind: "failed", message: textOf(error) });
      else report(error);
    });
  };
}

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
