/** What runs in a Web Worker: one loop that does as the main thread, `workers.ts`, says. */
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { Instance, type InstanceLog, type Program } from "./instance.ts";
import { LogWriter } from "./log_writer.ts";
import type { MetricsSnapshot } from "./metrics.ts";
import type { DrainResult } from "./open_connections.ts";
import { textOf } from "./report.ts";
import { lockDown } from "./sandbox.ts";

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
export type Order =
  | ({ readonly kind: "start" } & WorkerSettings)
  | { readonly kind: "snapshot" | "reload" | "drain" };

/** What a worker tells. */
export type News =
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
