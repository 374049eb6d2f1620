/**
 * Starts servers and load generators as child processes, each on a core of its own, and stops them.
 *
 * Knows nothing of what the servers are: see `peers.ts`.
 *
 * @module
 */

import { TextLineStream } from "./text_lines.ts";

/** How to start a server. */
export interface ServerCommand {
  name: string;
  command: string;
  args: string[];
  cwd?: string;
  /** A line on stdout or stderr that says that it listens. */
  ready: RegExp;
  /** Where it listens, unless the first group of `ready` says so. */
  url?: string;
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

const START_MS = 15_000;
const STOP_MS = 15_000;

/** Binds servers to the first core and clients to the others, with a line on stderr about what is not possible. */
export async function chooseCores(): Promise<Cores> {
  const count = navigator.hardwareConcurrency;
  if (!await isInstalled("taskset")) {
    console.error("taskset is missing: server and load share the cores as the system likes");
    return { server: undefined, load: undefined, probe: undefined };
  }
  if (count < 2) console.error("There is one core only: server and load share it");
  return { server: 0, load: Math.min(1, count - 1), probe: Math.min(2, count - 1) };
}

/** A child process whose command is bound to a core. */
export function pinned(core: number | undefined, command: string, options: Deno.CommandOptions): Deno.Command {
  if (core === undefined) return new Deno.Command(command, options);
  return new Deno.Command("taskset", { ...options, args: ["-c", `${core}`, command, ...options.args ?? []] });
}

/** Whether a program of that name can be run. */
export async function isInstalled(program: string): Promise<boolean> {
  try {
    // Every program that is asked for here knows -v or -V, or says so and ends.
    await new Deno.Command(program, { args: ["-v"], stdin: "null", stdout: "null", stderr: "null" }).output();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Starts a server and waits until it listens.
 *
 * @throws {Error} If it ends before, or says nothing of the kind in time; with the last lines that it printed.
 */
export async function startServer(server: ServerCommand, core: number | undefined): Promise<RunningServer> {
  const child = pinned(core, server.command, {
    args: server.args,
    cwd: server.cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stop = () => stopProcess(child);
  try {
    const match = await readyLine(child, server);
    return { name: server.name, pid: child.pid, url: new URL(server.url ?? match[1]), core, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits for the line that says that the server listens; goes on emptying both streams after it. */
async function readyLine(child: Deno.ChildProcess, server: ServerCommand): Promise<RegExpMatchArray> {
  const ready = Promise.withResolvers<RegExpMatchArray>();
  const lastLines: string[] = [];
  const failed = (what: string) => new Error(`Cannot start ${server.name}: ${what}\n${lastLines.join("\n")}`.trimEnd());
  const watch = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const line of stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
      if (lastLines.push(line) > 10) lastLines.shift();
      const match = server.ready.exec(line);
      if (match !== null) ready.resolve(match);
    }
  };
  Promise.all([watch(child.stdout), watch(child.stderr)]).then(
    () => ready.reject(failed("it ended")),
    (error) => ready.reject(failed(String(error))),
  );
  const timer = setTimeout(() => ready.reject(failed(`it did not say that it listens in ${START_MS} ms`)), START_MS);
  try {
    return await ready.promise;
  } finally {
    clearTimeout(timer);
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
