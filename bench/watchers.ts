/**
 * Do those who watch the lab's events and never read hold anybody up? Two servers on one core: nobody ever watches the
 * first one, and a hundred who do not read the second.
 *
 * In each round, in another order each time, one visitor asks for `/` at fixed intervals: of the server that nobody
 * watches, and of the other one, whose watchers have just come and are sent every event that is recorded. The medians of
 * the rounds are compared, and the differences within each round: what else the machine does meanwhile comes to both. It
 * only ever adds, so the first quartile says what there is when it does little.
 *
 * Then as many new ones stay while the visitor goes on asking, until all their streams are full: how much
 * memory do they hold then, in the process and in the kernel?
 *
 * Run: `deno run --allow-all bench/watchers.ts [--count 100] [--rounds 30] [--seconds 1.5] [--probe-every-ms 1]
 * [--stay-seconds 30]`
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { join } from "@std/path";
import { type BenchRun, runBench } from "./bench_run.ts";
import { startScript } from "./child_lines.ts";
import type { ProbeReport } from "./clients/page_prober.ts";
import { parseFlags, UsageError } from "./command_line.ts";
import { formatNumber, markdownTable, median, percentile } from "./figures.ts";
import { getRequest, writeAll } from "./http_answer.ts";
import { cpuTimeMs, residentBytes } from "./process_accounting.ts";
import { freePort, type RunningServer, type ServerCommand } from "./server_process.ts";
import { HELLO } from "./site.ts";

interface Options {
  count: number;
  rounds: number;
  seconds: number;
  probeEveryMs: number;
  staySeconds: number;
}

const KINDS = ["nobody", "watchers"] as const;
type Kind = typeof KINDS[number];

/** One measurement. */
export interface Measured {
  probe: ProbeReport;
  /** Part of the time in which the server's core worked for it, 0 to 1. */
  busy: number;
  residentBytes: number;
}

/** Everything measured of one kind, by round. */
export type Rounds = Record<Kind, Measured[]>;

const MAIN = new URL("../main.ts", import.meta.url).pathname;
function labServer(): ServerCommand {
  const port = freePort();
  const args = ["run", "--allow-net", `--allow-read=${new URL("../static", import.meta.url).pathname}`, MAIN];
  return { name: "siesta", command: Deno.execPath(), args: [...args, "--lab", "--quiet", "--port", `${port}`], port };
}

async function connect({ url }: RunningServer): Promise<Deno.TcpConn> {
  return await Deno.connect({ hostname: url.hostname, port: Number(url.port) });
}

/** Opens connections that ask for the events and are never read. */
async function watchers(server: RunningServer, count: number): Promise<Disposable> {
  const conns: Deno.TcpConn[] = [];
  for (let i = 0; i < count; i++) {
    const conn = await connect(server);
    await writeAll(conn, getRequest("/lab/events", server.url.host));
    conns.push(conn);
  }
  return { [Symbol.dispose]: () => conns.forEach((conn) => conn.close()) };
}

/** Octets that the kernel holds for all TCP connections of the machine. */
function kernelBytes(): number {
  const [, pages = "0"] = /^TCP: .* mem ([0-9]+)$/m.exec(Deno.readTextFileSync("/proc/net/sockstat")) ?? [];
  return 4_096 * Number(pages);
}

async function probe(run: BenchRun, server: RunningServer, { seconds, probeEveryMs }: Options): Promise<Measured> {
  const args = [server.url.hostname, server.url.port, join(run.site.root, HELLO), `${probeEveryMs}`];
  const prober = startScript(new URL("./clients/page_prober.ts", import.meta.url), args, run.cores.probe);
  try {
    await prober.hear(20_000); // "ready"
    await prober.say("");
    await prober.hear(10_000); // the time until now does not count
    const startMs = performance.now(), cpuBeforeMs = cpuTimeMs(server.pid);
    await delay(seconds * 1_000);
    const busy = (cpuTimeMs(server.pid) - cpuBeforeMs) / (performance.now() - startMs);
    await prober.say("");
    return { probe: JSON.parse(await prober.hear(10_000)), busy, residentBytes: residentBytes(server.pid) };
  } finally {
    await prober.stop();
  }
}

async function main(run: BenchRun, options: Options): Promise<boolean> {
  const { count } = options;
  const alone = await run.start(labServer()), watched = await run.start(labServer());
  const rounds: Rounds = { nobody: [], watchers: [] };
  for (const server of [alone, watched]) await probe(run, server, { ...options, seconds: 2 }); // warm code
  for (let round = 0; round < options.rounds; round++) {
    for (const kind of round % 2 === 0 ? KINDS : KINDS.toReversed()) {
      using _ = await watchers(watched, kind === "watchers" ? count : 0);
      rounds[kind].push(await probe(run, kind === "watchers" ? watched : alone, options));
    }
    const p99 = KINDS.map((kind) => `${kind} ${formatNumber(rounds[kind][round].probe.p99Ms, 2)}`).join(", ");
    console.log(`round ${round + 1}: p99 ms ${p99}`);
  }
  console.log(`\n${reportText(rounds, options)}\n`);
  const before = [residentBytes(watched.pid), kernelBytes()];
  using _ = await watchers(watched, count);
  await probe(run, watched, { ...options, seconds: options.staySeconds });
  const after = [residentBytes(watched.pid), kernelBytes()];
  const [process, kernel] = [0, 1].map((i) => `${formatNumber(before[i] / 1e6)} to ${formatNumber(after[i] / 1e6)} MB`);
  console.log(`${count} watchers for ${options.staySeconds} s: process ${process}, sockets of the machine ${kernel}`);
  return true;
}

/** The table of medians, and the differences to `nobody` within the rounds. */
export function reportText(rounds: Rounds, { count, probeEveryMs }: Pick<Options, "count" | "probeEveryMs">): string {
  const of = (kind: Kind, figure: (measured: Measured) => number) => rounds[kind].map(figure);
  const cell = (values: number[], digits: number) => formatNumber(median(values), digits);
  const difference = (kind: Kind) => {
    const values = rounds[kind].map(({ probe }, round) => probe.p99Ms - rounds.nobody[round].probe.p99Ms);
    return [median(values), percentile(values, 25), percentile(values, 75)].map((ms) => formatNumber(ms, 2));
  };
  const rows = KINDS.map((kind) => {
    const [middle, low, high] = difference(kind);
    return [
      kind,
      ...(["p50Ms", "p99Ms", "maxMs"] as const).map((name) => cell(of(kind, ({ probe }) => probe[name]), 2)),
      formatNumber(percentile(of(kind, ({ probe }) => probe.p99Ms), 25), 2),
      kind === "nobody" ? "" : `${middle} (${low} to ${high})`,
      `${formatNumber(100 * median(of(kind, ({ busy }) => busy)), 1)} %`,
      cell(of(kind, (measured) => measured.residentBytes / 1e6), 0),
    ];
  });
  const right = (title: string) => ({ title, align: "right" as const });
  const titles = ["p50 ms", "p99 ms", "slowest ms", "p99, first quartile", "p99 more, ms", "core", "resident MB"];
  return `${count} watchers who never read; \`GET /\` every ${probeEveryMs} ms; medians of ${rounds.nobody.length} ` +
    `rounds, and of the differences within them, with their quartiles. Deno ${Deno.version.deno}\n\n` +
    markdownTable([{ title: "watched by", align: "left" }, ...titles.map(right)], rows);
}

function readOptions(args: readonly string[]): Options {
  const flags = parseFlags(args, { count: 100, rounds: 30, seconds: 1.5, "probe-every-ms": 1, "stay-seconds": 30 });
  for (const name of ["count", "rounds"] as const) {
    if (!Number.isInteger(flags[name]) || flags[name] < 1) throw new UsageError(`--${name} takes 1, 2, ...`);
  }
  return { ...flags, probeEveryMs: flags["probe-every-ms"], staySeconds: flags["stay-seconds"] };
}

if (import.meta.main) await runBench(readOptions, main);
