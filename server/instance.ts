/** One loop that serves: its clock, its connections, its listener. There is one in a process, or one in each worker. */
import type { Handler } from "../http1/message.ts";
import { delay } from "@std/async/delay";
import { allowHosts } from "./allow_host.ts";
import { atMost } from "./at_most.ts";
import { TrustedNetworks } from "./client_address.ts";
import { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { openListener } from "./open_listener.ts";
import type { LineFormat } from "./log_formats.ts";
import type { LogWriter } from "./log_writer.ts";
import type { CacheFigures, Metrics, MetricsSnapshot } from "./metrics.ts";
import { type Observer, observers } from "./observer.ts";
import { type DrainResult, OpenConnections } from "./open_connections.ts";
import type { Server } from "./server.ts";
import { StartError } from "./start_error.ts";
import { tidyMemory } from "./tidy_memory.ts";
import { UnendedTls } from "./unended_tls.ts";

/** What is served. */
export interface Site {
  /** Answers requests. */
  readonly handler: Handler;
  /** To be told of what happens, too. */
  readonly observer?: Observer;
  /** What its file cache has counted. */
  cacheFigures?(): CacheFigures;
  /** What whoever runs the server should know of what is served. */
  readonly warnings?: readonly string[];
}

/** What the lesson gives to whoever operates it. */
export interface Program {
  /** Version of the program. */
  readonly version: string;
  /** Opens what is to be served. */
  site(config: Config, clock: Clock): Promise<Site>;
  /** Serves all connections of a listener; all at the same time unless a mode says otherwise. */
  serve(listener: Deno.Listener, server: Server, mode?: Config["mode"]): Promise<void>;
}

/** How the log of one loop is written. */
export interface InstanceLog {
  /** How a line looks; `off` for no log. */
  readonly format: LineFormat | "off";
  /** Whether lines for people have colours. */
  readonly isColoured: boolean;
  /** Makes what takes the lines. */
  writer(clock: Clock): Pick<LogWriter, "push"> & { lostCount?: number };
  /** Told of errors that are ours; must not throw. */
  report(error: unknown): void;
  /** Told of what every loop sees, and one should say. */
  warn(warning: string): void;
}

/** Settings of {@linkcode Instance.start}. */
export interface InstanceOptions {
  /** What the command line says. */
  readonly config: Config;
  /** What the lesson gives. */
  readonly program: Program;
  /** Where lines and errors go. */
  readonly log: InstanceLog;
  /** Whether several listen on the same port. */
  readonly isShared: boolean;
  /** Whether spans and metrics go to OpenTelemetry. */
  readonly isTraced: boolean;
}

/** What an instance is made of. */
interface InstanceParts {
  readonly server: Server;
  readonly metrics: Metrics | undefined;
  readonly unended: UnendedTls;
}

/** Longest wait for the accept loop to end; one that waits for room has no pending accept. */
const LISTENER_END_MS = 100;

/** A loop that serves. */
export class Instance {
  /** The loop's clock, which runs. */
  readonly clock: Clock;
  readonly #options: InstanceOptions;
  readonly #server: Server;
  readonly #metrics: Metrics | undefined;
  readonly #unended: UnendedTls;
  #listener: Deno.Listener;
  #serving: Promise<void>;

  private constructor(options: InstanceOptions, listener: Deno.Listener, { server, metrics, unended }: InstanceParts) {
    this.clock = server.clock;
    this.#options = options;
    this.#server = server;
    this.#metrics = metrics;
    this.#unended = unended;
    this.#listener = listener;
    this.clock.start();
    this.#serving = options.program.serve(listener, server, options.config.mode);
  }

  /** Opens everything and serves. */
  static async start(options: InstanceOptions): Promise<Instance> {
    const { config, program, log, isShared, isTraced } = options;
    const clock = new Clock(config.serverHeader ? "siesta" : "");
    const connections = new OpenConnections(clock);
    tidyMemory({ clock, connections });
    const site = await program.site(config, clock);
    for (const warning of site.warnings ?? []) log.warn(warning);
    const unended = new UnendedTls();
    const listener = await openListener(config, { reusePort: isShared, unended, report: log.report });
    const writer = log.format === "off" ? undefined : log.writer(clock);
    const watching: Observer[] = [];
    const trusted = new TrustedNetworks(config.trustForwarded);
    if (writer !== undefined && log.format !== "off") {
      const { AccessLog } = await import("./access_log.ts");
      const clientOf = config.trustForwarded.length > 0 ? trusted.clientOf.bind(trusted) : undefined;
      watching.push(new AccessLog({ format: log.format, isColoured: log.isColoured, writer, clock, clientOf }));
    }
    let metrics: Metrics | undefined;
    if (config.admin !== undefined) {
      const { Metrics } = await import("./metrics.ts");
      const { cacheFigures } = site, lostLines = () => writer?.lostCount ?? 0;
      watching.push(metrics = new Metrics({ clock, connections, cacheFigures, lostLines }));
    }
    if (isTraced) watching.push(new (await import("./traces.ts")).Traces());
    if (site.observer !== undefined) watching.push(site.observer);
    const observer = observers(watching);
    const server: Server = {
      handler: allowHosts(config.allowHost, site.handler),
      limits: config.limits,
      clock,
      connections,
      observer,
      report: log.report,
      isProxy: config.trustForwarded.length > 0 ? (address) => trusted.has(address) : undefined,
      proxied: config.proxyProtocol
        ? await proxied(config, { clock, connections, observer, report: log.report })
        : undefined,
    };
    return new Instance(options, listener, { server, metrics, unended });
  }

  /** Where it listens. */
  get address(): Deno.Addr {
    return this.#listener.addr;
  }

  /** All metrics of now; none when nobody may ask for them. */
  snapshot(): MetricsSnapshot {
    return this.#metrics?.snapshot() ?? {};
  }

  /**
   * Listens with the certificate that is there now; the old listener goes when nobody waits there any more.
   *
   * @throws {StartError} when it cannot be used: the old one stays
   */
  async reload(): Promise<void> {
    const { config, program } = this.#options, old = this.#listener, oldServing = this.#serving;
    const { port } = old.addr as Deno.NetAddr;
    const opening = { reusePort: true, unended: this.#unended, report: this.#options.log.report };
    const listener = await openListener({ ...config, port }, opening).catch((error) => {
      throw error instanceof StartError ? new StartError(`${error.message}; the old certificate stays`) : error;
    });
    this.#listener = listener;
    this.#serving = program.serve(listener, this.#server, config.mode);
    // What came before the new listener was there is accepted first: the kernel resets what is left at a close.
    await delay(LISTENER_END_MS);
    old.close();
    await oldServing;
  }

  /** Closes the listener at once, and lets running answers finish. */
  async drain(): Promise<DrainResult> {
    this.#listener.close();
    // The kernel refuses connections only when the pending accept has ended.
    await atMost(this.#serving, LISTENER_END_MS);
    this.#server.observer?.stopping?.();
    return await this.#server.connections.drain(this.#server.limits.drainMs);
  }

  /** Leaves nothing behind that could keep the process: connections that are still there are cut. */
  end(): void {
    this.#server.connections.cut();
    this.clock.stop();
  }
}

/** Who does not get through is told of once in this time at most: a proxy with a mistake in it comes again and again. */
const REFUSED_TOLD_MS = 60_000;

type ProxiedOptions = Pick<Server, "clock" | "connections" | "observer" | "report">;

async function proxied(
  config: Config,
  { clock, connections, observer, report }: ProxiedOptions,
): Promise<Server["proxied"]> {
  const { behindProxy } = await import("./proxy_protocol.ts");
  const networks = config.trustForwarded.length > 0 ? config.trustForwarded : ["127.0.0.0/8", "::1"];
  const trusted = new TrustedNetworks(networks), { headReadMs } = config.limits;
  // Whoever may open a unix socket was let in by its mode.
  const isTrusted = (address: Deno.Addr) => !("hostname" in address) || trusted.has(address.hostname);
  let nextMs = -Infinity;
  const refused = (address: Deno.Addr, reason: string) => {
    observer?.refused?.("proxy");
    if (clock.nowMs < nextMs) return;
    nextMs = clock.nowMs + REFUSED_TOLD_MS;
    report(`Closed a connection of ${"hostname" in address ? address.hostname : "the unix socket"}: ${reason}`);
  };
  return (socket) => behindProxy(socket, { clock, connections, headReadMs, isTrusted, refused });
}
