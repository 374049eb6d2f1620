/**
 * Puts load on the servers in turns:
 *
 * 1. Start them, each bound to one and the same core, and check their answers.
 * 2. Warm each of them up.
 * 3. In every round, put the load on one after the other, in another order each round.
 * 4. Check their answers again, and stop them.
 *
 * A server whose answers are wrong or that fails under the load is left out; the others go on.
 *
 * @module
 */

import { type Checked, checkServer } from "./answer_check.ts";
import type { BenchRun } from "./bench_run.ts";
import { coreTimes, type Disturbance, disturbance } from "./core_accounting.ts";
import { type Column, formatNumber, markdownTable, median } from "./figures.ts";
import { type Load, type LoadTool, runLoad } from "./load_generator.ts";
import { type PeerName, PEERS } from "./peers.ts";
import { cpuTimeMs, residentBytes } from "./process_accounting.ts";
import { firstLine, leftOut, type Measured, type Metric } from "./results.ts";
import type { RunningServer } from "./server_process.ts";
import { addFolder, addLargeFile } from "./site.ts";
import type { FigureName, LoadWorkload } from "./workloads.ts";

/** How long and how often. */
export interface RoundOptions {
  rounds: number;
  seconds: number;
  warmupSeconds: number;
  /** Tells what happens. */
  say(line: string): void;
}

/**
 * How much longer the warm-up takes with many files: what compiles its code while it runs, and learns which files are
 * asked for, is at its pace after three to four seconds.
 */
const WARMUPS_OF_FILES = 4;

/** What one server did in one round. */
export interface Round extends Record<FigureName, number> {
  /** The part of the time in which the server used its core, 0 to 1. */
  coreUse: number;
  /** What others had of that core; `undefined` if the server was not bound to one. */
  disturbance: Disturbance | undefined;
}

/** All rounds of one workload, with a table of the details. */
export interface LoadMeasured extends Measured {
  details: string;
  disturbances: Disturbance[];
}

/** A server in its rounds. */
export interface Runner {
  name: PeerName;
  server: RunningServer;
  checked: Checked;
  rounds: Round[];
}

const UNITS: Record<FigureName, Pick<Metric, "unit" | "decimals" | "better">> = {
  cpuUsPerRequest: { unit: "CPU us/request", decimals: 2, better: "lower" },
  cpuSecondsPerGigabyte: { unit: "CPU s/GB", decimals: 3, better: "lower" },
  megabytesPerSecond: { unit: "MB/s", decimals: 0, better: "higher" },
  requestsPerSecond: { unit: "requests/s", decimals: 0, better: "higher" },
  peakMegabytes: { unit: "peak MB", decimals: 0, better: "lower" },
};

/** Measures one workload. */
export async function measureLoad(
  run: BenchRun,
  workload: LoadWorkload,
  tool: LoadTool,
  options: RoundOptions,
): Promise<LoadMeasured> {
  const { mode, file, fileCount = 0, peers } = workload;
  if (mode === "stream") await addLargeFile(run.site);
  if (mode === "files") await addFolder(run.site, file, fileCount);
  const contest = new Contest(run, workload, tool, options);
  for (const name of peers) if (PEERS[name].modes.includes(mode)) await contest.enter(name);
  for (let round = 0; round < options.rounds; round++) await contest.round(round);
  await contest.checkAgain();
  await run.stopAll();
  const { runners, notes, failed } = contest;
  return {
    metrics: metricsOf(workload, runners),
    notes,
    failed,
    details: `${workload.id}: ${workload.title}\n\n${detailTable(workload, runners)}`,
    disturbances: runners.flatMap(({ rounds }) => rounds.flatMap(({ disturbance }) => disturbance ?? [])),
  };
}

/** The servers of one workload, as long as they are right. */
class Contest {
  readonly runners: Runner[] = [];
  readonly notes: string[] = [];
  /** Whether ours broke down under the load, which is worse than a feature that it does not have. */
  failed = false;
  readonly #run: BenchRun;
  readonly #workload: LoadWorkload;
  readonly #tool: LoadTool;
  readonly #options: RoundOptions;

  constructor(run: BenchRun, workload: LoadWorkload, tool: LoadTool, options: RoundOptions) {
    this.#run = run;
    this.#workload = workload;
    this.#tool = tool;
    this.#options = options;
  }

  /** Starts a server, checks it and warms it up. */
  async enter(name: PeerName): Promise<void> {
    const command = await PEERS[name].command(this.#run.site, this.#workload);
    if (typeof command === "string") return this.#note(name, command);
    let server: RunningServer;
    try {
      const { onAllCores = command.onAllCores } = this.#workload;
      server = await this.#run.start({ ...command, onAllCores });
    } catch (error) {
      this.#options.say(error instanceof Error ? error.message : `${error}`);
      return this.#note(name, `cannot be started (${firstLine(error)})`);
    }
    const runner: Runner = { name, server, checked: { coding: "", fields: [] }, rounds: [] };
    this.runners.push(runner);
    await this.#check(runner);
    const warmupSeconds = this.#options.warmupSeconds * (this.#workload.mode === "files" ? WARMUPS_OF_FILES : 1);
    if (warmupSeconds > 0 && this.runners.includes(runner)) await this.#measure(runner, warmupSeconds);
  }

  /** Lets every server have its turn. */
  async round(round: number): Promise<void> {
    const { id } = this.#workload;
    const first = round % Math.max(1, this.runners.length);
    for (const runner of [...this.runners.slice(first), ...this.runners.slice(0, first)]) {
      const figures = await this.#measure(runner, this.#options.seconds);
      if (figures === undefined) continue;
      runner.rounds.push(figures);
      const text = this.#workload.figures.map(({ name }) => {
        const { unit, decimals } = UNITS[name];
        return `${formatNumber(figures[name], decimals)} ${unit}`;
      }).join(", ");
      this.#options.say(`${id} round ${round + 1}/${this.#options.rounds} ${runner.name}: ${text}`);
    }
  }

  /** What is compressed in the background has its coding only now; and a server may go wrong under load. */
  async checkAgain(): Promise<void> {
    for (const runner of [...this.runners]) await this.#check(runner);
  }

  async #check(runner: Runner): Promise<void> {
    try {
      runner.checked = await checkServer(runner.server, this.#workload, this.#run.site);
    } catch (error) {
      await this.#leaveOut(runner, `answers wrongly (${firstLine(error)})`, error);
    }
  }

  async #measure(runner: Runner, seconds: number): Promise<Round | undefined> {
    const { file, fileCount = 0, connections, pipelineDepth } = this.#workload;
    const { fields } = runner.checked;
    const requests = {
      target: fileCount > 0 ? `/${file}/` : `/${file}`,
      fileCount,
      connections,
      pipelineDepth,
      fields,
    };
    const load = { ...requests, seconds, core: this.#run.cores.load, signal: this.#run.signal };
    try {
      const round = await measureRound(runner.server, load, this.#tool);
      const isMeasured = this.#workload.figures.every(({ name }) => Number.isFinite(round[name]));
      if (!isMeasured) throw new Error("no whole answer came in time");
      return round;
    } catch (error) {
      if (runner.name === "siesta") this.failed = true;
      await this.#leaveOut(runner, `fails under the load (${firstLine(error)})`, error);
    }
  }

  async #leaveOut(runner: Runner, why: string, error: unknown): Promise<void> {
    if (this.#run.signal.aborted) throw error;
    this.runners.splice(this.runners.indexOf(runner), 1);
    this.#note(runner.name, why);
    await runner.server.stop();
  }

  #note(name: PeerName, why: string): void {
    const note = leftOut(this.#workload.id, name, why);
    this.notes.push(note);
    this.#options.say(note);
  }
}

/** Puts load on one server and takes its CPU time before and after. */
export async function measureRound(
  server: RunningServer,
  load: Omit<Load, "url">,
  tool: LoadTool,
): Promise<Round> {
  const startMs = performance.now();
  const coreBefore = server.core === undefined ? undefined : coreTimes(server.core);
  const cpuBeforeMs = cpuTimeMs(server.pid);
  const { requests, bytes, durationUs } = await runLoad(tool, { ...load, url: server.url });
  const cpuMs = cpuTimeMs(server.pid) - cpuBeforeMs;
  return {
    requestsPerSecond: requests / (durationUs / 1e6),
    megabytesPerSecond: bytes / durationUs,
    cpuUsPerRequest: cpuMs * 1000 / requests,
    cpuSecondsPerGigabyte: cpuMs * 1e6 / bytes,
    peakMegabytes: residentBytes(server.pid, "VmHWM") / 1e6,
    coreUse: cpuMs * 1000 / durationUs,
    disturbance: coreBefore && disturbance(coreBefore, coreTimes(server.core!), cpuMs, performance.now() - startMs),
  };
}

function metricsOf({ id, title, figures }: LoadWorkload, runners: readonly Runner[]): Metric[] {
  return figures.map(({ name, floor, goal }, index) => ({
    ...{ id, title: index === 0 ? title : "", floor, goal, ...UNITS[name] },
    plotted: name.startsWith("cpu") && floor !== "siesta",
    series: Object.fromEntries(runners.map((runner) => [runner.name, runner.rounds.map((round) => round[name])])),
  }));
}

/** Throughput, spread and how busy the core was, for one workload. */
export function detailTable({ figures }: Pick<LoadWorkload, "figures">, runners: readonly Runner[]): string {
  const name = figures.find(({ name }) => name.startsWith("cpu"))!.name;
  const { unit, decimals } = UNITS[name];
  const right = (title: string): Column => ({ title, align: "right" });
  const columns: Column[] = [
    { title: "server", align: "left" },
    { title: "coding", align: "left" },
    ...["requests/s", "MB/s", "core used", unit, "lowest - highest", "peak MB"].map(right),
  ];
  return markdownTable(
    columns,
    runners.filter(({ rounds }) => rounds.length > 0).map((runner) => {
      const of = (name: Exclude<keyof Round, "disturbance">) => runner.rounds.map((round) => round[name]);
      return [
        runner.name,
        runner.checked.coding,
        formatNumber(median(of("requestsPerSecond"))),
        formatNumber(median(of("megabytesPerSecond"))),
        `${formatNumber(median(of("coreUse")) * 100)} %`,
        formatNumber(median(of(name)), decimals),
        `${formatNumber(Math.min(...of(name)), decimals)} - ${formatNumber(Math.max(...of(name)), decimals)}`,
        formatNumber(median(of("peakMegabytes"))),
      ];
    }),
  );
}
