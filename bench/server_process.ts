/**
 * Starts servers and load generators as child processes, each on a core of its own, and stops them.
 *
 * Knows nothing of what the servers are: see `peers.ts`.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { isInstalled } from "./installed.ts";
import { TextLineStream } from "./text_lines.ts";

/** How to start a server. */
export interface ServerCommand {
  name: string;
  command: string;
  args: string[];
  cwd?: string;
  env?: Record<string, string>;
  /** Where it will listen, on 127.0.0.1. */
  port: number;
  /** Whether it may use all cores, since it has workers. */
  onAllCores?: boolean;
}

/** A server that was started. */
export interface LaunchedServer extends RunningServer {
  /** Resolves to an error, with the last lines that it printed, when it has ended. */
  ended: Promise<Error>;
  /** Resolves to how it ended. */
  status: Promise<Deno.CommandStatus>;
}

/** A server that listens. */
export interface RunningServer {
  name: string;
  pid: number;
  url: URL;
  /** The core that it is bound to. */
  core: number | undefined;
  /** Asks it to end (SIGTERM), waits until it has, and kills it if it takes too long. */
  stop(): Promise<void>;
}

/** Which core each kind of process is bound to; `undefined` where nothing can be bound. */
export interface Cores {
  server: number | undefined;
  load: number | undefined;
  /** A second client, whose latencies count: on a core of its own if there is one. */
  probe: number | undefined;
}

/** One core by its number, or a list such as `0,1`; `undefined` for any. */
export type CoreSet = number | string | undefined;

const START_MS = 15_000;
const STOP_MS = 15_000;
/** How often it is tried whether a server listens yet. */
export const TRY_EVERY_MS = 10;

/** Binds servers to the first core and clients to the others, with a line on stderr about what is not possible. */
export async function chooseCores(): Promise<Cores> {
  const count = navigator.hardwareConcurrency;
  if (!await isInstalled("taskset")) {
    console.error("taskset is missing: server and load share the cores as the system likes");
    return { server: undefined, load: undefined, probe: undefined };
  }
  if (count < 2) console.error("There is one core only: server and load share it");
  const cores = { server: 0, load: Math.min(1, count - 1), probe: Math.min(2, count - 1) };
  // What this process does itself must not disturb a server.
  const own = new Deno.Command("taskset", { args: ["-a", "-c", "-p", `${cores.load}`, `${Deno.pid}`], stdout: "null" });
  await own.output();
  return cores;
}

/** A port that was free a moment ago. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A child process whose command is bound to a core, or to some. */
export function pinned(core: CoreSet, command: string, options: Deno.CommandOptions): Deno.Command {
  if (core === undefined) return new Deno.Command(command, options);
  return new Deno.Command("taskset", { ...options, args: ["-c", `${core}`, command, ...options.args ?? []] });
}

/** Starts a server; it does not listen yet. */
export function launchServer(server: ServerCommand, core: number | undefined): LaunchedServer {
  const { name, command, args, cwd, env, port, onAllCores = false } = server;
  const all = Array.from({ length: navigator.hardwareConcurrency }, (_, index) => index).join(",");
  const child = pinned(core !== undefined && onAllCores ? all : core, command, {
    ...{ args, cwd, env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lastLines: string[] = [];
  const watch = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const line of stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
      if (lastLines.push(line) > 10) lastLines.shift();
    }
  };
  // A server may close its standard output and error, and go on.
  const ended = Promise.all([watch(child.stdout), watch(child.stderr), child.status])
    .then(() => new Error(`${name} ended\n${lastLines.join("\n")}`.trimEnd()));
  return {
    ...{ name, pid: child.pid, ended, status: child.status },
    url: new URL(`http://127.0.0.1:${port}/`),
    core: onAllCores ? undefined : core,
    stop: () => stopProcess(child),
  };
}

/**
 * Waits until a server accepts connections.
 *
 * @param everyMs How often it is tried.
 * @throws {Error} If it ends before, or does not listen in time.
 */
export async function untilListening(server: LaunchedServer, everyMs: number): Promise<void> {
  let end: Error | undefined;
  server.ended.then((error) => end = error);
  const startMs = performance.now();
  while (performance.now() - startMs < START_MS) {
    if (end !== undefined) throw new Error(`Cannot start: ${end.message}`);
    try {
      using _conn = await Deno.connect({ hostname: server.url.hostname, port: Number(server.url.port) });
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    }
    await delay(everyMs);
  }
  throw new Error(`Cannot start: ${server.name} does not listen after ${START_MS} ms`);
}

/** Starts a server and waits until it listens; it is stopped if it does not. */
export async function startServer(command: ServerCommand, core: number | undefined): Promise<RunningServer> {
  const server = launchServer(command, core);
  try {
    await untilListening(server, TRY_EVERY_MS);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function stopProcess(child: Deno.ChildProcess): Promise<void> {
  const kill = (signal: Deno.Signal) => {
    try {
      child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error; // it has ended
    }
  };
  kill("SIGTERM");
  const timer = setTimeout(() => kill("SIGKILL"), STOP_MS);
  await child.status;
  clearTimeout(timer);
}
