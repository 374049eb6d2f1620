/**
 * The whole suite, next to other servers: `deno task bench`. See README.md in this folder for what the figures mean.
 *
 * @module
 */

import { type BenchRun, runBench } from "./bench_run.ts";
import { type Disturbance, disturbanceText, worst } from "./core_accounting.ts";
import { measureIdle } from "./idle_connections.ts";
import { chooseLoadTool, type LoadTool } from "./load_generator.ts";
import { measureLoad } from "./load_rounds.ts";
import { ratioPlot } from "./ratio_plot.ts";
import { type Measured, type Metric, resultTable } from "./results.ts";
import { measureSleepersOfAll } from "./sleepers_rounds.ts";
import { measureStart } from "./start_time.ts";
import { readSuiteOptions, type SuiteOptions } from "./suite_options.ts";
import type { Workload } from "./workloads.ts";

const said = new Set<string>();

/** Tells what happens; what is missing only once. */
function say(line: string): void {
  if (!said.has(line)) console.error(line);
  said.add(line);
}

async function measure(
  run: BenchRun,
  workload: Workload,
  tool: LoadTool,
  options: SuiteOptions,
): Promise<Measured & { details?: string; disturbances?: Disturbance[] }> {
  switch (workload.kind) {
    case "load":
      return await measureLoad(run, workload, tool, { ...options, say });
    case "idle":
      return await measureIdle(run, workload, say);
    case "start":
      return await measureStart(run, workload, { ...options, say });
    case "sleepers":
      return await measureSleepersOfAll(run, workload, say);
  }
}

/** The table with what has to be known to read it. */
function reportText(metrics: readonly Metric[], notes: readonly string[], conditions: string): string {
  return [resultTable(metrics), conditions, ...notes.length === 0 ? [] : [notes.map((note) => `- ${note}`).join("\n")]]
    .join("\n\n");
}

async function main(run: BenchRun, options: SuiteOptions): Promise<boolean> {
  const startMs = performance.now();
  const tool = await chooseLoadTool();
  const metrics: Metric[] = [];
  const notes = new Set<string>();
  const disturbances: Disturbance[] = [];
  let good = true;
  for (const workload of options.workloads) {
    const measured = await measure(run, workload, tool, options);
    metrics.push(...measured.metrics);
    for (const note of measured.notes) notes.add(note);
    disturbances.push(...measured.disturbances ?? []);
    if (measured.failed) good = false;
    if (options.details && measured.details !== undefined) console.log(`${measured.details}\n`);
  }
  const minutes = ((performance.now() - startMs) / 60_000).toFixed(1);
  const conditions = `Deno ${Deno.version.deno}, load by ${tool}, ${options.rounds} rounds of ${options.seconds} s, ` +
    `${minutes} minutes. ${disturbances.length > 0 ? disturbanceText(worst(disturbances)) : ""}`.trimEnd();
  const text = reportText(metrics, [...notes], conditions);
  console.log(text);
  if (options.out !== "") await Deno.writeTextFile(options.out, `${text}\n`);
  if (options.plot !== "") await Deno.writeTextFile(options.plot, ratioPlot(metrics));
  return good;
}

if (import.meta.main) await runBench(readSuiteOptions, main);
