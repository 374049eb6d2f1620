/**
 * Does anybody hold anybody up? 10,000 visitors of `/sleep` at the same time, and one of `/` who measures.
 *
 * 1. Start the server on one core, and a client in a process of its own that asks for `/` all the time.
 * 2. For a second: its latencies without anybody else ("before").
 * 3. Another process opens the connections over a short ramp, each sends `GET /sleep` and waits for its answer, which
 *    has to be the page, neither early nor more than `--late-ms` after its time ("during").
 * 4. For two seconds after the last answer: latencies again ("after").
 *
 * Run: `deno run --allow-all bench/sleepers.ts [--count 10000] [--ms 5000] [--ramp-ms 2000] [--server siesta]
 * [--late-ms 1000] [--probe-every-ms 2] [--report-only]`. Exit code 1 if an answer was wrong or late.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { join } from "@std/path";
import { type BenchRun, runBench } from "./bench_run.ts";
import { type LineChild, startScript } from "./child_lines.ts";
import type { ProbeReport } from "./clients/page_prober.ts";
import type { SleepingEvent } from "./clients/sleeping_clients.ts";
import { parseFlags, UsageError } from "./command_line.ts";
import { coreTimes, type Disturbance, disturbance, disturbanceText } from "./core_accounting.ts";
import { type Column, formatNumber, markdownTable, percentile } from "./figures.ts";
import { checkAnswer, getRequest, readAnswer, writeAll } from "./http_answer.ts";
import { type PeerName, PEERS } from "./peers.ts";
import { cpuTimeMs, residentBytes } from "./process_accounting.ts";
import type { RunningServer } from "./server_process.ts";
import { HELLO } from "./site.ts";

/** What is asked for. */
export interface SleepersOptions {
  count: number;
  /** How long `/sleep` has to take. */
  ms: number;
  rampMs: number;
  /** How much longer an answer may take before it is late. */
  lateMs: number;
  probeEveryMs: number;
}

interface Options extends SleepersOptions {
  server: PeerName;
  reportOnly: boolean;
}

/** What happened to the visitors. */
export interface Outcome {
  count: number;
  /** The right page, in time. */
  right: number;
  /** The right page, but before its time. */
  early: number;
  /** The right page, but more than the tolerance after its time. */
  late: number;
  /** Messages of those who got another answer or none, and how many had each. */
  failures: Record<string, number>;
}

/** One phase of the run. */
interface Phase {
  name: string;
  probe: ProbeReport;
  residentBytes: number;
}

/** Sorts the visitors by what they got. */
export function judge(
  done: { waitsMs: readonly number[]; failures: Record<string, number> },
  expected: { count: number; ms: number; lateMs: number },
): Outcome {
  const { count, ms, lateMs } = expected;
  const early = done.waitsMs.filter((waitMs) => waitMs < ms).length;
  const late = done.waitsMs.filter((waitMs) => waitMs > ms + lateMs).length;
  const failures = { ...done.failures };
  const failed = Object.values(failures).reduce((sum, times) => sum + times, 0);
  const missing = count - done.waitsMs.length - failed;
  if (missing !== 0) failures["Not accounted for"] = missing;
  return { count, right: done.waitsMs.length - early - late, early, late, failures };
}

/** The outcome in a line, and a line for each kind of failure. */
export function outcomeText(outcome: Outcome): string {
  const { count, right, early, late, failures } = outcome;
  const failed = Object.values(failures).reduce((sum, times) => sum + times, 0);
  const number = (value: number) => formatNumber(value);
  return [
    `${number(right)} of ${number(count)} right and in time, ${number(early)} early, ${number(late)} late, ` +
    `${number(failed)} failed`,
    ...Object.entries(failures).map(([message, times]) => `  ${number(times)} x ${message}`),
  ].join("\n");
}

function sleepTarget(ms: number): string {
  return ms === 5000 ? "/sleep" : `/sleep?ms=${ms}`;
}

/** Fails unless both targets give the page. */
async function checkServer(server: RunningServer, content: Uint8Array): Promise<void> {
  for (const target of ["/", sleepTarget(1)]) {
    using conn = await Deno.connect({ hostname: server.url.hostname, port: Number(server.url.port) });
    await writeAll(conn, getRequest(target, server.url.host));
    checkAnswer(await readAnswer(conn), content);
  }
}

/** Ends a phase of the prober. */
async function phaseReport(prober: LineChild): Promise<ProbeReport> {
  await prober.say("");
  return JSON.parse(await prober.hear(10_000));
}

async function hearEvent<E extends SleepingEvent["event"]>(
  child: LineChild,
  event: E,
  timeoutMs: number,
): Promise<SleepingEvent & { event: E }> {
  const heard: SleepingEvent = JSON.parse(await child.hear(timeoutMs));
  if (heard.event !== event) throw new Error(`Unexpected event "${heard.event}" instead of "${event}"`);
  return heard as SleepingEvent & { event: E };
}

/** What was measured. */
export interface SleepersMeasured {
  done: SleepingEvent & { event: "done" };
  asleepAtOnce: number;
  cpuMs: number;
  largestResidentBytes: number;
  phases: Phase[];
  others: Disturbance | undefined;
}

/** Checks a server that was started in the mode `sleep`, and measures it. */
export async function measureSleepers(
  run: BenchRun,
  server: RunningServer,
  options: SleepersOptions,
): Promise<SleepersMeasured> {
  const { count, ms, rampMs, lateMs } = options;
  const { pid, core } = server;
  const page = join(run.site.root, HELLO);
  await checkServer(server, await Deno.readFile(page));
  const start = (script: string, args: readonly string[], core: number | undefined) => {
    const url = new URL(`./clients/${script}.ts`, import.meta.url);
    const child = startScript(url, [server.url.hostname, server.url.port, ...args], core);
    run.atEnd(() => child.stop());
    return child;
  };
  const prober = start("page_prober", [page, `${options.probeEveryMs}`], run.cores.probe);
  await prober.hear(10_000); // "ready"
  const phase = async (name: string, bytes = residentBytes(pid)): Promise<Phase> => ({
    name,
    probe: await phaseReport(prober),
    residentBytes: bytes,
  });

  await phaseReport(prober); // the time until now belongs to no phase
  await delay(1000);
  const before = await phase("before");

  const limitMs = rampMs + ms + lateMs + 10_000;
  const args = [sleepTarget(ms), page, `${count}`, `${rampMs}`, `${limitMs}`];
  const sleeping = start("sleeping_clients", args, run.cores.load);
  await hearEvent(sleeping, "start", 10_000);
  await phaseReport(prober); // nor does the start of a process
  const startMs = performance.now();
  const coreBefore = core === undefined ? undefined : coreTimes(core);
  const cpuBeforeMs = cpuTimeMs(pid);
  const sent = await hearEvent(sleeping, "sent", limitMs + 10_000);
  const duringBytes = residentBytes(pid);
  const done = await hearEvent(sleeping, "done", limitMs + 10_000);
  const cpuMs = cpuTimeMs(pid) - cpuBeforeMs;
  const others = coreBefore && disturbance(coreBefore, coreTimes(core!), cpuMs, performance.now() - startMs);
  const during = await phase("during", duringBytes);

  await delay(2000);
  const after = await phase("after");
  const largestResidentBytes = residentBytes(pid, "VmHWM");
  return { done, asleepAtOnce: sent.open, cpuMs, largestResidentBytes, phases: [before, during, after], others };
}

async function main(run: BenchRun, options: Options): Promise<boolean> {
  const { modes, command: commandOf } = PEERS[options.server];
  if (!modes.includes("sleep")) throw new Error(`${options.server} has no /sleep`);
  const command = await commandOf(run.site, { mode: "sleep", file: HELLO });
  if (typeof command === "string") throw new Error(`${options.server} ${command}`);
  const measured = await measureSleepers(run, await run.start(command), options);
  const outcome = judge(measured.done, options);
  console.log([
    `${options.server}: ${formatNumber(options.count)} x GET ${sleepTarget(options.ms)} opened over ` +
    `${formatNumber(options.rampMs)} ms. Deno ${Deno.version.deno}\n`,
    outcomeText(outcome),
    `Asleep at the same time: ${formatNumber(measured.asleepAtOnce)}; ` +
    `slowest connect ${formatNumber(measured.done.slowestConnectMs)} ms; ` +
    `CPU time of the server ${formatNumber(measured.cpuMs / 1000, 2)} s; ` +
    `largest resident memory ${megabytes(measured.largestResidentBytes)} MB\n`,
    `${waitTable(measured.done.waitsMs)}\n`,
    `${phaseTable(measured.phases)}\n`,
    ...measured.others === undefined ? [] : [disturbanceText(measured.others)],
  ].join("\n"));
  return options.reportOnly || outcome.right === options.count;
}

const right = (title: string): Column => ({ title, align: "right" });

function waitTable(waitsMs: readonly number[]): string {
  if (waitsMs.length === 0) return "No answer.";
  const seconds = [Math.min(...waitsMs), percentile(waitsMs, 50), percentile(waitsMs, 99), Math.max(...waitsMs)]
    .map((waitMs) => formatNumber(waitMs / 1000, 3));
  return markdownTable(
    [{ title: "answers of /sleep, s", align: "left" }, right("fastest"), right("p50"), right("p99"), right("slowest")],
    [["from request to last octet", ...seconds]],
  );
}

function phaseTable(phases: readonly Phase[]): string {
  return markdownTable(
    [
      { title: "GET / meanwhile", align: "left" },
      ...["answers", "p50 ms", "p99 ms", "slowest ms", "resident MB"].map(right),
    ],
    phases.map(({ name, probe, residentBytes }) => [
      name,
      formatNumber(probe.count),
      ...[probe.p50Ms, probe.p99Ms, probe.maxMs].map((ms) => formatNumber(ms, 2)),
      megabytes(residentBytes),
    ]),
  );
}

function megabytes(bytes: number): string {
  return formatNumber(bytes / 1e6, 1);
}

function readOptions(args: readonly string[]): Options {
  const flags = parseFlags(args, {
    count: 10_000,
    ms: 5000,
    "ramp-ms": 2000,
    "late-ms": 1000,
    "probe-every-ms": 2,
    server: "siesta",
    "report-only": false,
  });
  if (!Number.isInteger(flags.count) || flags.count < 1) throw new UsageError("--count takes 1, 2, ...");
  if (!Number.isInteger(flags.ms)) throw new UsageError("--ms takes whole milliseconds");
  if (!(flags.server in PEERS)) throw new UsageError(`Unknown server "${flags.server}" in --server`);
  return {
    count: flags.count,
    ms: flags.ms,
    rampMs: flags["ramp-ms"],
    lateMs: flags["late-ms"],
    probeEveryMs: flags["probe-every-ms"],
    server: flags.server as PeerName,
    reportOnly: flags["report-only"],
  };
}

if (import.meta.main) await runBench(readOptions, main);
