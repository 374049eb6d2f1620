/**
 * How much a request costs, next to what it costs others: `deno task bench`.
 *
 * 1. Start the servers, each bound to one and the same core, and check their answers octet by octet.
 * 2. Warm each of them up.
 * 3. In every round, put the load on one after the other, in another order each round.
 * 4. Check their answers again, stop them, and print medians and ratios as a markdown table.
 *
 * See README.md in this folder for what the figures mean.
 *
 * @module
 */

import { join } from "@std/path";
import { type BenchRun, runBench } from "./bench_run.ts";
import { parseFlags, UsageError } from "./command_line.ts";
import { coreTimes, type Disturbance, disturbance, disturbanceText, worst } from "./core_accounting.ts";
import { type Column, formatNumber, markdownTable, median, medianRatio } from "./figures.ts";
import { checkAnswer, getRequest, readAnswers, repeated, writeAll } from "./http_answer.ts";
import { chooseLoadTool, type Load, type LoadTool, runLoad } from "./load_generator.ts";
import { type PeerName, PEERS, USUAL_PEERS } from "./peers.ts";
import { cpuTimeMs } from "./process_accounting.ts";
import type { RunningServer } from "./server_process.ts";
import { type Workload, WORKLOADS } from "./workloads.ts";

/** What one server did in one round. */
export interface Round {
  requestsPerSecond: number;
  cpuUsPerRequest: number;
  /** The part of the time in which the server used its core, 0 to 1. */
  coreUse: number;
  /** What others had of that core; `undefined` if the server was not bound to one. */
  disturbance: Disturbance | undefined;
}

/** A server and its rounds. */
export interface Result {
  name: string;
  rounds: Round[];
}

type RoundFigure = "requestsPerSecond" | "cpuUsPerRequest" | "coreUse";

interface Options {
  rounds: number;
  seconds: number;
  warmupSeconds: number;
  peers: PeerName[];
  workloads: Workload[];
}

/** Fails unless the server gives the page for a lone request, for the next one, and for as many as are pipelined. */
async function checkServer(server: RunningServer, page: string, depth: number, content: Uint8Array): Promise<void> {
  using conn = await Deno.connect({ hostname: server.url.hostname, port: Number(server.url.port) });
  const request = getRequest(`/${page}`, server.url.host);
  try {
    for (const count of [1, 1, depth]) {
      await writeAll(conn, repeated(request, count));
      for (const answer of await readAnswers(conn, count)) checkAnswer(answer, content);
    }
  } catch (error) {
    throw new Error(`${server.name}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

/** Puts load on one server and takes its CPU time before and after. */
async function measure(
  server: RunningServer,
  load: Omit<Load, "url">,
  tool: LoadTool,
): Promise<Round> {
  const startMs = performance.now();
  const coreBefore = server.core === undefined ? undefined : coreTimes(server.core);
  const cpuBeforeMs = cpuTimeMs(server.pid);
  const report = await runLoad(tool, { ...load, url: server.url });
  const cpuMs = cpuTimeMs(server.pid) - cpuBeforeMs;
  return {
    requestsPerSecond: report.requests / (report.durationUs / 1e6),
    cpuUsPerRequest: cpuMs * 1000 / report.requests,
    coreUse: cpuMs * 1000 / report.durationUs,
    disturbance: coreBefore && disturbance(coreBefore, coreTimes(server.core!), cpuMs, performance.now() - startMs),
  };
}

/** All rounds of one workload, on servers of its own. */
async function runWorkload(
  run: BenchRun,
  workload: Workload,
  tool: LoadTool,
  options: Options,
): Promise<Result[]> {
  const { site, cores } = run;
  const content = await Deno.readFile(join(site.root, site.page));
  const servers: RunningServer[] = [];
  for (const name of options.peers) {
    const command = await PEERS[name](site, workload.mode);
    if (command === undefined) console.error(`${name} is missing: left out`);
    else servers.push(await run.start(command));
  }
  const results: Result[] = servers.map(({ name }) => ({ name, rounds: [] }));
  const load = { target: `/${site.page}`, workload, core: cores.load, signal: run.signal };
  for (const server of servers) {
    await checkServer(server, site.page, workload.pipelineDepth, content);
    if (options.warmupSeconds > 0) await measure(server, { ...load, seconds: options.warmupSeconds }, tool);
  }
  for (let round = 0; round < options.rounds; round++) {
    for (let turn = 0; turn < servers.length; turn++) {
      const index = (round + turn) % servers.length;
      const figures = await measure(servers[index], { ...load, seconds: options.seconds }, tool);
      results[index].rounds.push(figures);
      console.error(
        `${workload.id} round ${round + 1}/${options.rounds} ${servers[index].name}: ` +
          `${formatNumber(figures.requestsPerSecond)} requests/s, ${formatNumber(figures.cpuUsPerRequest, 2)} us`,
      );
    }
  }
  for (const server of servers) await checkServer(server, site.page, workload.pipelineDepth, content);
  await run.stopAll();
  return results;
}

/** The table of one workload: medians, and ratios within the rounds. */
export function resultTable(results: readonly Result[]): string {
  const series = (name: string, key: RoundFigure) =>
    results.find((result) => result.name === name)?.rounds.map((round) => round[key]);
  const ratio = (name: string, other: string, key: RoundFigure) => {
    const [numerators, denominators] = [series(name, key), series(other, key)];
    if (numerators === undefined || denominators === undefined) return "";
    return formatNumber(medianRatio(numerators, denominators), 2);
  };
  const right = (title: string): Column => ({ title, align: "right" });
  const columns: Column[] = [
    { title: "server", align: "left" },
    right("requests/s"),
    right("x bare loop"),
    right("core used"),
    right("CPU us/request"),
    right("lowest - highest"),
    right("CPU x bare loop"),
    right("CPU x nginx"),
  ];
  return markdownTable(
    columns,
    results.map(({ name, rounds }) => {
      const cpu = rounds.map((round) => round.cpuUsPerRequest);
      return [
        name,
        formatNumber(median(rounds.map((round) => round.requestsPerSecond))),
        ratio(name, "bare_loop", "requestsPerSecond"),
        `${formatNumber(median(rounds.map((round) => round.coreUse)) * 100)} %`,
        formatNumber(median(cpu), 2),
        `${formatNumber(Math.min(...cpu), 2)} - ${formatNumber(Math.max(...cpu), 2)}`,
        ratio(name, "bare_loop", "cpuUsPerRequest"),
        ratio(name, "nginx", "cpuUsPerRequest"),
      ];
    }),
  );
}

function readOptions(args: readonly string[]): Options {
  const flags = parseFlags(args, {
    rounds: 5,
    seconds: 4,
    warmup: 1,
    workload: "W1",
    peers: USUAL_PEERS.join(","),
  });
  if (!Number.isInteger(flags.rounds) || flags.rounds < 1) throw new UsageError("--rounds takes 1, 2, ...");
  // wrk takes whole seconds only.
  if (!Number.isInteger(flags.seconds) || flags.seconds < 1) throw new UsageError("--seconds takes 1, 2, ...");
  if (!Number.isInteger(flags.warmup)) throw new UsageError("--warmup takes 0, 1, ... seconds");
  const workloads = flags.workload.split(",").map((id) => {
    const workload = WORKLOADS.find((workload) => workload.id === id);
    if (workload === undefined) throw new UsageError(`Unknown workload "${id}" in --workload`);
    return workload;
  });
  const peers = flags.peers.split(",");
  const unknown = peers.find((name) => !(name in PEERS));
  if (unknown !== undefined) throw new UsageError(`Unknown server "${unknown}" in --peers`);
  const { rounds, seconds, warmup: warmupSeconds } = flags;
  return { rounds, seconds, warmupSeconds, workloads, peers: peers as PeerName[] };
}

async function main(run: BenchRun, options: Options): Promise<boolean> {
  const tool = await chooseLoadTool();
  for (const workload of options.workloads) {
    const results = await runWorkload(run, workload, tool, options);
    const disturbances = results.flatMap(({ rounds }) => rounds.flatMap(({ disturbance }) => disturbance ?? []));
    console.log(
      `${workload.id}: ${workload.title}. Deno ${Deno.version.deno}, load by ${tool}, ` +
        `${options.rounds} rounds of ${options.seconds} s\n\n${resultTable(results)}\n\n` +
        (disturbances.length > 0 ? `${disturbanceText(worst(disturbances))}\n` : ""),
    );
  }
  return true;
}

if (import.meta.main) await runBench(readOptions, main);
