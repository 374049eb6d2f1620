/**
 * Several loops in one process, one a Web Worker, on one port: the kernel spreads new connections over them.
 *
 * A worker that ends with an error is told of and started again, after a pause that grows while that goes on; the others
 * serve meanwhile. Linux only: elsewhere `reusePort` gives all connections to one of them.
 */
import { delay } from "@std/async/delay";
import { nextPause, WORKER_BACK_OFF_MS } from "./back_off.ts";
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { Instance, type InstanceLog, type Program } from "./instance.ts";
import { lockDown } from "./sandbox.ts";
import { type MetricsSnapshot, summed } from "./metrics.ts";
import type { DrainResult } from "./open_connections.ts";
import { StartError } from "./start_error.ts";

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
  | { readonly kind: "log"; readonly lines: string }
  | { readonly kind: "report"; readonly message: string }
  | { readonly kind: "snapshot"; readonly values: MetricsSnapshot }
  | { readonly kind: "drained"; readonly result: DrainResult };

/** The worker's own scope; its type is that of another library. */
interface WorkerScope {
  postMessage(message: News): void;
  onmessage: ((event: MessageEvent<Order>) => void) | null;
}

/** Whether this code runs in a worker. */
export function isWorker(): boolean {
  return "WorkerGlobalScope" in globalThis;
}

/** Lines of a worker go to the main thread, a batch a tick, so that batches of two never mix. */
class PostingWriter {
  #lines = "";

  constructor(clock: Clock, post: (lines: string) => void) {
    clock.onTick(() => {
      if (this.#lines !== "") post(this.#lines);
      this.#lines = "";
    });
  }

  push(lines: string): void {
    this.#lines += lines;
  }
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
  let instance: Instance | undefined;
  const follow = async (order: Order): Promise<void> => {
    switch (order.kind) {
      case "start": {
        const writer = (clock: Clock) => new PostingWriter(clock, (lines) => post({ kind: "log", lines }));
        const { config, isTraced, ...log } = order;
        instance = await Instance.start({ config, program, log: { ...log, writer, report }, isShared: true, isTraced });
        lockDown(config);
        return post({ kind: "started", address: instance.address });
      }
      case "snapshot":
        return post({ kind: "snapshot", values: instance!.snapshot() });
      case "reload":
        return await instance!.reload();
      case "drain": {
        const result = await instance!.drain();
        await delay(300); // the last lines of the log go with the clock's tick
        return post({ kind: "drained", result });
      }
    }
  };
  scope.onmessage = ({ data }) => {
    follow(data).catch((error) => {
      const isOurs = !(error instanceof StartError);
      if (data.kind === "start") post({ kind: "failed", message: isOurs ? textOf(error) : error.message });
      else report(error);
    });
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

/** Settings of {@linkcode Workers.start}. */
export interface WorkersOptions extends WorkerSettings {
  /** How many are started. */
  readonly count: number;
  /** Module that calls {@linkcode serveInWorker}. */
  readonly url: string;
  /** Takes the log's lines of all. */
  push(lines: string): void;
  /** Told of errors, and of workers that end. */
  report(error: unknown): void;
}

/** A worker that lived longer than this is started again at once when it ends. */
const HEALTHY_MS = 10_000;

/** All workers of a process. */
export class Workers {
  readonly #options: WorkersOptions;
  readonly #all: Set<OneWorker> = new Set();
  #config: Config;
  #isStopping = false;

  private constructor(options: WorkersOptions) {
    this.#options = options;
    this.#config = options.config;
  }

  /** Starts all; the first says which port it is. */
  static async start(options: WorkersOptions): Promise<{ workers: Workers; address: Deno.Addr }> {
    const workers = new Workers(options);
    const address = await workers.#startOne();
    workers.#config = { ...options.config, port: (address as Deno.NetAddr).port };
    await Promise.all(Array.from({ length: options.count - 1 }, () => workers.#startOne()));
    return { workers, address };
  }

  async #startOne(backOffMs = 0): Promise<Deno.Addr> {
    const startMs = performance.now();
    const one = new OneWorker({ ...this.#options, config: this.#config }, (message) => {
      this.#all.delete(one);
      if (this.#isStopping) return;
      const isHealthy = performance.now() - startMs > HEALTHY_MS;
      const pauseMs = nextPause(isHealthy ? 0 : backOffMs, WORKER_BACK_OFF_MS);
      this.#options.report(`A worker has ended (${message}); another one starts in ${pauseMs / 1_000} s`);
      const again = async () => {
        await delay(pauseMs);
        if (!this.#isStopping) await this.#startOne(pauseMs);
      };
      again().catch(this.#options.report);
    });
    this.#all.add(one);
    return await one.started;
  }

  /** The metrics of all, added up. */
  async snapshot(): Promise<MetricsSnapshot> {
    return summed(await Promise.all([...this.#all].map((one) => one.snapshot())));
  }

  /** Lets all take up a new certificate. */
  reload(): void {
    for (const one of this.#all) one.order({ kind: "reload" });
  }

  /** Stops all together. */
  async drain(): Promise<DrainResult> {
    this.#isStopping = true;
    const results = await Promise.all([...this.#all].map((one) => one.drain()));
    return results.reduce((sum, it) => ({ finished: sum.finished + it.finished, cut: sum.cut + it.cut }), {
      finished: 0,
      cut: 0,
    });
  }
}

/** One worker as the main thread sees it. */
class OneWorker {
  readonly started: Promise<Deno.Addr>;
  readonly #worker: Worker;
  readonly #drained = Promise.withResolvers<DrainResult>();
  #snapshots: ((values: MetricsSnapshot) => void)[] = [];

  constructor(options: WorkersOptions, onEnd: (message: string) => void) {
    const { url, push, report, config, format, isColoured, isTraced } = options;
    const started = Promise.withResolvers<Deno.Addr>();
    this.started = started.promise;
    this.#worker = new Worker(url, { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<News>) => {
      switch (data.kind) {
        case "started":
          return started.resolve(data.address);
        case "failed":
          return started.reject(new StartError(data.message));
        case "log":
          return push(data.lines);
        case "report":
          return report(data.message);
        case "snapshot":
          return this.#snapshots.shift()?.(data.values);
        case "drained":
          return this.#drained.resolve(data.result);
      }
    };
    this.#worker.onerror = (event) => {
      event.preventDefault(); // else it ends this thread, too
      started.reject(new StartError(`A worker cannot start: ${event.message}`));
      for (const resolve of this.#snapshots) resolve({});
      this.#snapshots = [];
      this.#drained.resolve({ finished: 0, cut: 0 });
      onEnd(event.message);
    };
    this.order({ kind: "start", config, format, isColoured, isTraced });
  }

  order(order: Order): void {
    this.#worker.postMessage(order);
  }

  snapshot(): Promise<MetricsSnapshot> {
    const { promise, resolve } = Promise.withResolvers<MetricsSnapshot>();
    this.#snapshots.push(resolve);
    this.order({ kind: "snapshot" });
    return promise;
  }

  async drain(): Promise<DrainResult> {
    this.order({ kind: "drain" });
    const result = await this.#drained.promise;
    this.#worker.terminate();
    return result;
  }
}
