/**
 * The sleepers' run of each server, as a workload of the suite.
 *
 * @module
 */

import type { BenchRun } from "./bench_run.ts";
import { type PeerName, PEERS } from "./peers.ts";
import { leftOut, type Measured, type Metric } from "./results.ts";
import { HELLO } from "./site.ts";
import { judge, measureSleepers } from "./sleepers.ts";
import type { SleepersWorkload } from "./workloads.ts";

/** An answer that takes so much longer than it should is late. */
const LATE_MS = 1_000;
const PROBE_EVERY_MS = 2;

/** Measures one server after the other, each once. */
export async function measureSleepersOfAll(
  run: BenchRun,
  workload: SleepersWorkload,
  say: (line: string) => void,
): Promise<Measured> {
  const { id, title, goals, peers, ...asked } = workload;
  const notes: string[] = [];
  const series: Record<"slowest" | "p99" | "late", Partial<Record<PeerName, number[]>>> = {
    slowest: {},
    p99: {},
    late: {},
  };
  for (const name of peers) {
    try {
      const command = await PEERS[name].command(run.site, { mode: "sleep", file: HELLO });
      if (typeof command === "string") throw command;
      const options = { ...asked, lateMs: LATE_MS, probeEveryMs: PROBE_EVERY_MS };
      const measured = await measureSleepers(run, await run.start(command), options);
      const { count, early, late, failures } = judge(measured.done, options);
      const failed = Object.values(failures).reduce((sum, times) => sum + times, 0);
      if (early > 0) throw new Error(`${early} answers came before their time`);
      series.slowest[name] = [Math.max(...measured.done.waitsMs) / 1000];
      series.p99[name] = [measured.phases.find((phase) => phase.name === "during")!.probe.p99Ms];
      series.late[name] = [100 * (late + failed) / count];
      say(`${id} ${name}: slowest ${series.slowest[name]} s, late or without answer ${late + failed}`);
    } catch (error) {
      if (run.signal.aborted) throw error;
      notes.push(leftOut(id, name, error));
      say(notes.at(-1)!);
    }
    await run.stopAll();
  }
  const common = { id, better: "lower", floor: "bare_loop" } as const;
  const metrics: Metric[] = [
    { ...common, title, unit: "slowest, s", decimals: 2, goal: goals.slowest, series: series.slowest },
    { ...common, title: "", unit: "GET / p99, ms", decimals: 1, goal: goals.p99, series: series.p99 },
    { ...common, title: "", unit: "over 6 s, %", decimals: 2, goal: goals.late, series: series.late },
  ];
  return { metrics, notes };
}
