/**
 * The command line of the suite.
 *
 * @module
 */

import { parseFlags, UsageError } from "./command_line.ts";
import { type PeerName, PEERS } from "./peers.ts";
import { type Workload, WORKLOADS } from "./workloads.ts";

/** What is to be measured, and how. */
export interface SuiteOptions {
  rounds: number;
  seconds: number;
  warmupSeconds: number;
  /** With only those servers that were asked for. */
  workloads: Workload[];
  details: boolean;
  /** File for the table; empty for none. */
  out: string;
  /** File for the plot; empty for none. */
  plot: string;
}

/**
 * Reads the command line.
 *
 * @throws {UsageError} For a value that is out of range, a workload or a server that there is not.
 */
export function readSuiteOptions(args: readonly string[]): SuiteOptions {
  const flags = parseFlags(args, {
    rounds: 5,
    seconds: 1,
    warmup: 1,
    workload: "all",
    peers: "all",
    details: false,
    out: "",
    plot: "",
  });
  if (!Number.isInteger(flags.rounds) || flags.rounds < 1) throw new UsageError("--rounds takes 1, 2, ...");
  // wrk takes whole seconds only.
  if (!Number.isInteger(flags.seconds) || flags.seconds < 1) throw new UsageError("--seconds takes 1, 2, ...");
  if (!Number.isInteger(flags.warmup)) throw new UsageError("--warmup takes 0, 1, ... seconds");
  const peers = flags.peers === "all" ? Object.keys(PEERS) : flags.peers.split(",");
  const unknown = peers.find((name) => !(name in PEERS));
  if (unknown !== undefined) throw new UsageError(`Unknown server "${unknown}" in --peers`);
  const { rounds, seconds, warmup: warmupSeconds, details, out, plot } = flags;
  const workloads = chosenWorkloads(flags.workload).map((workload) => ({
    ...workload,
    peers: workload.peers.filter((name: PeerName) => peers.includes(name)),
  }));
  return { rounds, seconds, warmupSeconds, workloads, details, out, plot };
}

function chosenWorkloads(list: string): readonly Workload[] {
  if (list === "all") return WORKLOADS;
  return list.split(",").map((id) => {
    const workload = WORKLOADS.find((workload) => workload.id === id);
    if (workload !== undefined) return workload;
    throw new UsageError(
      `Unknown workload "${id}" in --workload; there are ${WORKLOADS.map(({ id }) => id).join(" ")}`,
    );
  });
}
