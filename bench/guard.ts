/**
 * Has a request become dearer? `deno task guard`, made for machines whose speed nobody knows.
 *
 * It compares with the bare loop, in the same minute on the same core, the CPU time that a request takes: neither the
 * speed of the machine nor other processes change that ratio much. The bound is generous, {@linkcode FACTOR} times the
 * ratio that is recorded in `guard.json`, and a run fails only if so many measurements in a row are above it as
 * {@linkcode ATTEMPTS}. `--record` writes down what it measures.
 *
 * The load is that of `clients/load_client.ts`, also where wrk is installed, so that the ratios belong together.
 *
 * @module
 */

import { checkServer } from "./answer_check.ts";
import { type BenchRun, runBench } from "./bench_run.ts";
import { parseFlags } from "./command_line.ts";
import { formatNumber, medianRatio } from "./figures.ts";
import { measureRound } from "./load_rounds.ts";
import { PEERS } from "./peers.ts";
import type { RunningServer } from "./server_process.ts";
import { type LoadWorkload, WORKLOADS } from "./workloads.ts";

/** How many times the recorded ratio is too much. */
export const FACTOR = 1.5;
/** How many measurements in a row have to say so. */
export const ATTEMPTS = 3;
const ROUNDS = 5;
const ROUND_SECONDS = 0.4;
const GUARDED = ["W1", "W2"];
const RECORD = new URL("./guard.json", import.meta.url);

/** Ratios to the bare loop, by workload. */
export type Ratios = Record<string, number>;

/**
 * Measures until a ratio is within the bound, or has been above it too often.
 *
 * @param recorded The ratio that is usual.
 * @param measure Measures once; called up to {@linkcode ATTEMPTS} times.
 * @returns All that were measured, and whether one of them was good.
 */
export async function judgeRatio(
  recorded: number,
  measure: () => Promise<number>,
): Promise<{ isGood: boolean; ratios: number[] }> {
  const ratios: number[] = [];
  while (ratios.length < ATTEMPTS) {
    const ratio = await measure();
    ratios.push(ratio);
    if (ratio <= FACTOR * recorded) return { isGood: true, ratios };
  }
  return { isGood: false, ratios };
}

/** Ours and the bare loop, started for one workload. */
interface Pair {
  workload: LoadWorkload;
  ours: RunningServer;
  bare: RunningServer;
}

async function startPair(run: BenchRun, id: string): Promise<Pair> {
  const workload = WORKLOADS.find((workload): workload is LoadWorkload => workload.id === id)!;
  const start = async (name: "siesta" | "bare_loop") => {
    const command = await PEERS[name].command(run.site, workload);
    if (typeof command === "string") throw new Error(`${name} ${command}`);
    const server = await run.start(command);
    await checkServer(server, workload, run.site);
    return server;
  };
  const pair = { workload, ours: await start("siesta"), bare: await start("bare_loop") };
  await ratioOf(run, pair, 1); // warm-up
  return pair;
}

/** The median, over short rounds in turns, of our CPU time a request divided by the bare loop's. */
async function ratioOf(run: BenchRun, { workload, ours, bare }: Pair, rounds: number): Promise<number> {
  const { file, connections, pipelineDepth, fields } = workload;
  const requests = { target: `/${file}`, fileCount: 0, connections, pipelineDepth, fields };
  const load = { ...requests, seconds: ROUND_SECONDS, core: run.cores.load, signal: run.signal };
  const cpuUs: Record<"ours" | "bare", number[]> = { ours: [], bare: [] };
  for (let round = 0; round < rounds; round++) {
    const measureOurs = async () => cpuUs.ours.push((await measureRound(ours, load, "load_client")).cpuUsPerRequest);
    const measureBare = async () => cpuUs.bare.push((await measureRound(bare, load, "load_client")).cpuUsPerRequest);
    for (const measure of round % 2 === 0 ? [measureOurs, measureBare] : [measureBare, measureOurs]) await measure();
  }
  return medianRatio(cpuUs.ours, cpuUs.bare);
}

async function main(run: BenchRun, { record }: { record: boolean }): Promise<boolean> {
  const recorded: Ratios = record ? {} : JSON.parse(await Deno.readTextFile(RECORD));
  let good = true;
  for (const id of GUARDED) {
    const pair = await startPair(run, id);
    if (record) {
      recorded[id] = Number((await ratioOf(run, pair, ROUNDS * ATTEMPTS)).toFixed(2));
      console.log(`${id}: ${recorded[id]} x bare loop, recorded`);
    } else {
      const { isGood, ratios } = await judgeRatio(recorded[id], () => ratioOf(run, pair, ROUNDS));
      const text = ratios.map((ratio) => formatNumber(ratio, 2)).join(", ");
      const bound = formatNumber(FACTOR * recorded[id], 2);
      console.log(`${id}: ${text} x bare loop, at most ${bound}: ${isGood ? "good" : "too much"}`);
      good &&= isGood;
    }
    await run.stopAll();
  }
  if (record) await Deno.writeTextFile(RECORD, `${JSON.stringify(recorded, null, 2)}\n`);
  return good;
}

if (import.meta.main) await runBench((args) => parseFlags(args, { record: false }), main);
