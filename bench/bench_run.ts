/**
 * What every benchmark program does around its measuring: a scratch folder, the page, the cores, an end that leaves no
 * process behind, exit codes.
 *
 * @module
 */

import { UsageError } from "./command_line.ts";
import {
  chooseCores,
  type Cores,
  type LaunchedServer,
  launchServer,
  type RunningServer,
  type ServerCommand,
  TRY_EVERY_MS,
  untilListening,
} from "./server_process.ts";
import { makeSite, type Site } from "./site.ts";

/** One run of a benchmark program. */
export interface BenchRun {
  site: Site;
  cores: Cores;
  /** Starts a server on its core; it is stopped at the end of the run at the latest. */
  launch(command: ServerCommand): LaunchedServer;
  /** The same, and waits until it listens. */
  start(command: ServerCommand): Promise<RunningServer>;
  /** Stops what was started or registered, last first. */
  stopAll(): Promise<void>;
  /** Aborted when the run is broken off by a signal. */
  signal: AbortSignal;
  /** Registers what else has to be stopped. */
  atEnd(stop: () => Promise<void>): void;
}

/**
 * Runs a benchmark and ends the process: exit code 0 if it gives `true`, 1 if it gives `false` or throws, 2 if it
 * throws a {@linkcode UsageError}.
 *
 * @param prepare Reads the command line; runs before anything is started.
 * @param measure The benchmark.
 */
export async function runBench<T>(
  prepare: (args: readonly string[]) => T,
  measure: (run: BenchRun, options: T) => Promise<boolean>,
): Promise<never> {
  try {
    const options = prepare(Deno.args);
    if (Deno.build.os !== "linux") throw new Error("The benchmarks run on Linux only: they read /proc");
    Deno.exit(await inScratchFolder((run) => measure(run, options)) ? 0 : 1);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(error instanceof UsageError ? 2 : 1);
  }
}

async function inScratchFolder(measure: (run: BenchRun) => Promise<boolean>): Promise<boolean> {
  const scratch = await Deno.makeTempDir({ prefix: "siesta_bench_" });
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async () => {
    for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop();
  };
  const cleanUp = async () => {
    await stopAll();
    await Deno.remove(scratch, { recursive: true });
  };
  const breakOff = new AbortController();
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    Deno.addSignalListener(signal, () => {
      breakOff.abort();
      cleanUp().finally(() => Deno.exit(code));
    });
  }
  try {
    const run: BenchRun = {
      site: await makeSite(scratch),
      cores: await chooseCores(),
      launch(command) {
        const server = launchServer(command, run.cores.server);
        stops.push(() => server.stop());
        return server;
      },
      async start(command) {
        const server = run.launch(command);
        await untilListening(server, TRY_EVERY_MS);
        return server;
      },
      stopAll,
      signal: breakOff.signal,
      atEnd: (stop) => void stops.push(stop),
    };
    const good = await measure(run);
    await cleanUp();
    return good;
  } catch (error) {
    // What fails because its processes were ended is no news; the signal's listener ends this process.
    if (breakOff.signal.aborted) return await new Promise(() => {});
    await cleanUp();
    throw error;
  }
}
