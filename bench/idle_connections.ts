/**
 * What a connection costs that has had its answer and stays: resident memory with thousands of them, less that without.
 *
 * @module
 */

import type { BenchRun } from "./bench_run.ts";
import { startScript } from "./child_lines.ts";
import { PEERS } from "./peers.ts";
import { residentBytes } from "./process_accounting.ts";
import { leftOut, type Measured } from "./results.ts";
import type { RunningServer } from "./server_process.ts";
import { settled } from "./settling.ts";
import { HELLO } from "./site.ts";
import type { IdleWorkload } from "./workloads.ts";

const OPEN_MS = 60_000;
/** Visitors who come and go before the first look, so that what the server does only once is in both figures. */
const WARM_UP_COUNT = 200;

/** Measures one server after the other, each once. */
export async function measureIdle(
  run: BenchRun,
  { id, title, connections, goal, peers }: IdleWorkload,
  say: (line: string) => void,
): Promise<Measured> {
  const series: Measured["metrics"][number]["series"] = {};
  const notes: string[] = [];
  const note = (text: string) => {
    notes.push(text);
    say(text);
  };
  for (const name of peers) {
    const command = await PEERS[name].command(run.site, { mode: "plain", file: HELLO });
    if (typeof command === "string") {
      note(leftOut(id, name, command));
      continue;
    }
    try {
      const bytes = await bytesOfEach(run, await run.start(command), connections);
      series[name] = [bytes / 1000];
      say(`${id} ${name}: ${(bytes / 1000).toFixed(2)} KB each`);
    } catch (error) {
      if (run.signal.aborted) throw error;
      note(leftOut(id, name, error));
    }
    await run.stopAll();
  }
  const metric = {
    id,
    title,
    unit: "KB each",
    decimals: 1,
    better: "lower",
    floor: "bare_loop",
    goal,
    series,
  } as const;
  return { metrics: [metric], notes };
}

async function bytesOfEach(run: BenchRun, server: RunningServer, count: number): Promise<number> {
  await (await idleClients(run, server, WARM_UP_COUNT)).stop();
  const before = await settled(() => residentBytes(server.pid));
  const clients = await idleClients(run, server, count);
  const after = await settled(() => residentBytes(server.pid));
  await clients.stop();
  return (after - before) / count;
}

async function idleClients(run: BenchRun, server: RunningServer, count: number) {
  const script = new URL("./clients/idle_clients.ts", import.meta.url);
  const { hostname, port } = server.url;
  const clients = startScript(script, [hostname, port, `/${HELLO}`, `${count}`], run.cores.load);
  run.atEnd(() => clients.stop());
  const line = await clients.hear(OPEN_MS);
  if (line !== `open ${count}`) throw new Error(`Cannot open ${count} connections: ${line}`);
  return clients;
}
