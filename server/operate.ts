/**
 * Runs a server from its start to its stop: one loop or several, the log, the admin listener, signals.
 *
 * 1. listen for signals: one that comes right after the start must find its listener
 * 2. listen on the port, and on the admin port
 * 3. give back the permissions that are no longer needed; say what runs
 * 4. at the first signal: not ready, no new connections, running answers finish, the rest is cut; at the second all is
 * 5. leave nothing behind that keeps the process
 */
import type { AdminOptions } from "./admin.ts";
import { atMost } from "./at_most.ts";
import { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { Instance, type Program } from "./instance.ts";
import { demandFree, inUrl, openListener, urlOf } from "./open_listener.ts";
import { LogWriter } from "./log_writer.ts";
import type { LineFormat } from "./log_formats.ts";
import type { MetricsSnapshot } from "./metrics.ts";
import { type DrainResult, OpenConnections } from "./open_connections.ts";
import { report } from "./report.ts";
import { grantedNames, lockDown, type Sandbox } from "./sandbox.ts";
import { StopSignals } from "./stop_signals.ts";

/** Settings of {@linkcode operate}. */
export interface OperateOptions {
  /** What the lesson gives. */
  readonly program: Program;
  /** Module that workers run. */
  readonly url: string;
  /** Variables of the environment that may be seen. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** One loop or several, seen alike. */
interface Loops {
  readonly address: Deno.Addr;
  snapshot(): MetricsSnapshot | Promise<MetricsSnapshot>;
  reload(): void;
  drain(): Promise<DrainResult>;
  /** Cuts what is left, and ends. */
  end(): void;
}

/** Longest wait for the log's last lines; a pipe that nobody reads takes none. */
const LAST_LINES_MS = 1_000;

/** Serves as a configuration says until a signal comes; returns the exit code. */
export async function operate(config: Config, options: OperateOptions): Promise<number> {
  const { first, second } = StopSignals.listen();
  const clock = new Clock(), isTerminal = Deno.stdout.isTerminal();
  const writer = new LogWriter({ stream: Deno.stdout, clock, tell: report });
  clock.start();
  const isColoured = wantsColour(options.environment, isTerminal);
  const granted = grantedNames(config);
  const loops = await startLoops(config, options, { writer, format: formatOf(config, isTerminal), isColoured });
  onReload(config, isTerminal, () => loops.reload());
  let isReady = true;
  const admin = await startAdmin(config, options.program, clock, { isReady: () => isReady, snapshot: loops.snapshot });
  const lan = lanUrl(config, loops.address);
  const sandbox = lockDown(config, granted);
  if (config.verbosity !== "quiet") {
    writer.push(startLines(config, { address: loops.address, admin: admin?.address, lan, sandbox, isColoured }));
    clock.advance(performance.now(), Date.now()); // prints now, not with the next tick
  }

  await first;
  isReady = false;
  const result = await Promise.race([loops.drain(), second]);
  const code = typeof result === "number" ? result : await tellOfEnd(config, writer, result);
  loops.end();
  admin?.end();
  clock.stop();
  return code;
}

/** The last lines; returns the exit code. */
async function tellOfEnd(config: Config, writer: LogWriter, { finished, cut }: DrainResult): Promise<number> {
  const last: Promise<void>[] = [];
  if (config.verbosity !== "quiet") writer.push(`Siesta stops: ${connectionsOf(finished)} finished, ${cut} cut\n`);
  if (cut > 0) last.push(report(`Cut ${connectionsOf(cut)} that did not end within ${graceOf(config)}`));
  last.push(writer.end());
  await atMost(Promise.all(last), LAST_LINES_MS);
  return cut > 0 ? 1 : 0;
}

function connectionsOf(count: number): string {
  return count === 1 ? "1 connection" : `${count} connections`;
}

function graceOf({ limits }: Config): string {
  return `${limits.drainMs / 1_000} s`;
}

async function startLoops(
  config: Config,
  { program, url, environment }: OperateOptions,
  { writer, format, isColoured }: { writer: LogWriter; format: LineFormat | "off"; isColoured: boolean },
): Promise<Loops> {
  const isTraced = await wantsTraces(environment), push = (lines: Uint8Array) => writer.pushOctets(lines);
  const count = workerCount(config), isShared = count > 1 || config.tls !== undefined && Deno.build.os === "linux";
  if (isShared) await demandFree(config);
  if (count > 1) {
    const { Workers } = await import("./workers.ts");
    const { workers, address } = await Workers.start({
      ...{ count, url, config, format, isColoured, isTraced, push, report },
    });
    return {
      address,
      // They hand their lines over, so it is here that some are lost.
      snapshot: async () => ({ ...await workers.snapshot(), siesta_log_lines_lost_total: writer.lostCount }),
      reload: () => workers.reload(),
      drain: () => workers.drain(),
      end: () => workers.end(),
    };
  }
  const log = { format, isColoured, writer: () => writer, report, warn: report };
  const instance = await Instance.start({ config, program, log, isShared, isTraced });
  return {
    address: instance.address,
    snapshot: () => instance.snapshot(),
    reload: () => void instance.reload().catch(report),
    drain: () => instance.drain(),
    end: () => instance.end(),
  };
}

/** Serves on without them where they cannot be: the variable may be there for other programs. */
async function wantsTraces({ OTEL_DENO }: OperateOptions["environment"]): Promise<boolean> {
  if (OTEL_DENO !== "true") return false;
  const { hasTelemetry } = await import("./traces.ts");
  const isThere = hasTelemetry();
  if (!isThere) report("Sends nothing to OpenTelemetry: the program was compiled without OTEL_DENO=true");
  return isThere;
}

function workerCount({ workers, unix }: Config): number {
  if (unix !== undefined) return 1;
  const count = workers === "auto" ? navigator.hardwareConcurrency : workers;
  if (count === 1 || Deno.build.os === "linux") return count;
  report(`Serves with one worker: on ${Deno.build.os} several cannot share a port`);
  return 1;
}

async function startAdmin(
  { admin, limits }: Config,
  program: Program,
  clock: Clock,
  options: AdminOptions,
): Promise<{ address: Deno.Addr; end(): void } | undefined> {
  if (admin === undefined) return undefined;
  const listener = await openListener({ ...admin, unix: undefined, tls: undefined });
  const connections = new OpenConnections(clock);
  const build = `siesta_build_info{version="${program.version}",deno="${Deno.version.deno}"}`;
  const snapshot = async () => ({ ...await options.snapshot(), [build]: 1 });
  const { adminHandler } = await import("./admin.ts");
  const handler = adminHandler({ ...options, snapshot });
  program.serve(listener, { handler, limits: { ...limits, connectionsMax: 64 }, clock, connections, report });
  const end = () => {
    connections.isDraining = true;
    listener.close();
    connections.cut();
  };
  return { address: listener.addr, end };
}

/**
 * SIGHUP means a new certificate. Without one it means nothing, so that `systemctl reload` does not end the server; but
 * a terminal that is closed ends what runs in it.
 */
function onReload({ tls }: Config, isTerminal: boolean, reload: () => void): void {
  if (Deno.build.os === "windows" || tls === undefined && isTerminal) return;
  const nothing = () => void report("There is no certificate to read anew");
  Deno.addSignalListener("SIGHUP", tls === undefined ? nothing : reload);
}

function formatOf({ log, verbosity }: Config, isTerminal: boolean): LineFormat | "off" {
  if (verbosity === "quiet") return "off";
  return log === "auto" ? isTerminal ? "pretty" : "combined" : log;
}

/** NO_COLOR beats FORCE_COLOR, which beats what the terminal says. */
function wantsColour({ NO_COLOR, FORCE_COLOR }: OperateOptions["environment"], isTerminal: boolean): boolean {
  if (NO_COLOR) return false;
  return FORCE_COLOR ? FORCE_COLOR !== "0" : isTerminal;
}

/** The URL for others in the local network, when all interfaces are listened on and they may be asked for. */
function lanUrl({ host, tls }: Config, address: Deno.Addr): string | undefined {
  if (!["0.0.0.0", "::"].includes(host) || !("port" in address)) return undefined;
  if (Deno.permissions.querySync({ name: "sys", kind: "networkInterfaces" }).state !== "granted") return undefined;
  const own = Deno.networkInterfaces().find((it) => it.family === "IPv4" && !it.address.startsWith("127."));
  return own && `http${tls === undefined ? "" : "s"}://${inUrl(own.address)}:${address.port}/`;
}

interface Started {
  readonly address: Deno.Addr;
  readonly admin: Deno.Addr | undefined;
  readonly lan: string | undefined;
  readonly sandbox: Sandbox;
  readonly isColoured: boolean;
}

function startLines(config: Config, { address, admin, lan, sandbox, isColoured }: Started): string {
  const strong = (text: string) => isColoured ? `\x1b[1m${text}\x1b[0m` : text;
  const url = strong(urlOf(address, config.tls !== undefined));
  const lines = [
    `Siesta serves ${config.root ?? "the lesson"} on ${url}${lan ? ` and ${strong(lan)}` : ""}${modeOf(config)}`,
  ];
  const { dirListing, dotfiles, single, corsOrigin } = config.files;
  const on = [
    config.root !== undefined && config.lesson ? "/sleep and /pause" : "",
    dirListing ? "folders listed" : "",
    dotfiles ? "dotfiles" : "",
    single === undefined ? "" : `${single} for unknown paths`,
    corsOrigin === undefined ? "" : `CORS for ${corsOrigin}`,
    workerCount(config) > 1 ? `${workerCount(config)} workers` : "",
    admin === undefined ? "" : `health and metrics on ${urlOf(admin, false)}`,
    config.proxyProtocol ? "PROXY protocol" : "",
    config.trustForwarded.length > 0 ? `Forwarded of ${config.trustForwarded.join(", ")}` : "",
    config.allowHost.length > 0 ? `only for ${config.allowHost.join(", ")}` : "",
  ].filter((it) => it !== "");
  if (config.lab) lines.push(`  and shows at ${url}lab what it does`);
  if (on.length > 0) lines.push(`  with ${on.join("; ")}`);
  if (config.verbosity === "verbose") {
    const { revoked, kept } = sandbox;
    lines.push(`  permissions given back: ${revoked.join(", ") || "none"}; kept: ${kept.join(", ")}`);
    lines.push(`  log ${config.log}; grace ${graceOf(config)}; Deno ${Deno.version.deno}`);
  }
  return lines.map((line) => `${line}\n`).join("");
}

/** What has to be said of the mode, on the line that everybody reads. */
function modeOf({ mode }: Config): string {
  return mode === "concurrent" ? "" : `, in the mode ${mode}: a mistake that the lesson shows, not for use`;
}
