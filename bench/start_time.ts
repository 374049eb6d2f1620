/**
 * From the start of a server's process to its first answer with 200, and its memory when it has nothing to do.
 *
 * @module
 */

import type { BenchRun } from "./bench_run.ts";
import { getRequest, readAnswer, writeAll } from "./http_answer.ts";
import { type PeerName, PEERS } from "./peers.ts";
import { residentBytes } from "./process_accounting.ts";
import { leftOut, type Measured, type Metric } from "./results.ts";
import { type RunningServer, type ServerCommand, untilListening } from "./server_process.ts";
import { settled } from "./settling.ts";
import { HELLO } from "./site.ts";
import type { StartWorkload } from "./workloads.ts";

const TRY_EVERY_MS = 1;

/** Starts each server so many times, in turns. */
export async function measureStart(
  run: BenchRun,
  { id, title, goals, peers }: StartWorkload,
  options: { rounds: number; say(line: string): void },
): Promise<Measured> {
  const notes: string[] = [];
  const left = new Set(peers);
  const startMs: Partial<Record<PeerName, number[]>> = {};
  const idleMegabytes: Partial<Record<PeerName, number[]>> = {};
  for (let round = 0; round < options.rounds; round++) {
    for (const name of left) {
      try {
        const command = await PEERS[name].command(run.site, { mode: "plain", file: HELLO });
        if (typeof command === "string") throw command;
        // Deno keeps compiled code for the flags that V8 had last: of two programs that share a module and not the flags,
        // each start throws away what the other one kept. Who starts a server again finds its own.
        await startOnce(run, command);
        const { ms, bytes } = await startOnce(run, command);
        (startMs[name] ??= []).push(ms);
        (idleMegabytes[name] ??= []).push(bytes / 1e6);
        options.say(`${id} round ${round + 1}/${options.rounds} ${name}: ${ms.toFixed(0)} ms`);
      } catch (error) {
        if (run.signal.aborted) throw error;
        left.delete(name);
        delete startMs[name];
        delete idleMegabytes[name];
        notes.push(leftOut(id, name, error));
        options.say(notes.at(-1)!);
      }
    }
  }
  const common = { id, decimals: 0, better: "lower", floor: "bare_loop" } as const;
  const metrics: Metric[] = [
    { ...common, title: `${title} to first 200`, unit: "ms", goal: goals.ms, series: startMs },
    { ...common, title: "idle memory", unit: "MB", goal: goals.megabytes, series: idleMegabytes },
  ];
  return { metrics, notes };
}

async function startOnce(run: BenchRun, command: ServerCommand): Promise<{ ms: number; bytes: number }> {
  const startMs = performance.now();
  const server = run.launch(command);
  try {
    await untilListening(server, TRY_EVERY_MS);
    await askOnce(server);
    const ms = performance.now() - startMs;
    return { ms, bytes: await settled(() => residentBytes(server.pid)) };
  } finally {
    await server.stop();
  }
}

async function askOnce({ url }: RunningServer): Promise<void> {
  using conn = await Deno.connect({ hostname: url.hostname, port: Number(url.port) });
  await writeAll(conn, getRequest(`/${HELLO}`, url.host));
  const { status } = await readAnswer(conn);
  if (status !== 200) throw new Error(`Wrong answer: status ${status}`);
}
