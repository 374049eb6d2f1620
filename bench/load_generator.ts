/**
 * Puts load on a server: with wrk, or with the client in this folder where wrk is missing.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";
import { isInstalled, pinned } from "./server_process.ts";
import type { Workload } from "./workloads.ts";

/** What a load generator reports; both report the same. */
export interface LoadReport {
  /** Answers that came. */
  requests: number;
  durationUs: number;
  /** From a request (pipelined: from the first of its batch) to its answer. */
  p50Us: number;
  p99Us: number;
  /** Answers that were not what they should be. */
  wrong: number;
  /** Connections that failed or broke, and requests that got no answer in time. */
  broken: number;
}

/** A load on one server. */
export interface Load {
  url: URL;
  target: string;
  workload: Workload;
  /** A whole number, because wrk takes no other. */
  seconds: number;
  core: number | undefined;
  /** Ends the load before its time. */
  signal: AbortSignal;
}

/** The program that makes the load. */
export type LoadTool = "wrk" | "load_client";

/** wrk if it is installed, else the client in this folder, with a line on stderr. */
export async function chooseLoadTool(): Promise<LoadTool> {
  if (await isInstalled("wrk")) return "wrk";
  console.error(
    "wrk is missing: the load comes from bench/clients/load_client.ts, which is slower than some servers;" +
      " mind the column of the core's use",
  );
  return "load_client";
}

/**
 * Runs one load and waits for its end.
 *
 * @throws {Error} If the generator fails, or any answer was wrong or missing: such a figure means nothing.
 */
export async function runLoad(tool: LoadTool, load: Load): Promise<LoadReport> {
  const { url, target, workload, seconds, core, signal } = load;
  const script = (path: string) => fromFileUrl(new URL(path, import.meta.url));
  const [command, args] = tool === "wrk"
    ? ["wrk", [
      ...["-t1", `-c${workload.connections}`, `-d${seconds}s`, "-s", script("./wrk_report.lua")],
      ...[`${new URL(target, url)}`, "--", `${workload.pipelineDepth}`],
    ]]
    : [Deno.execPath(), [
      ...["run", "--allow-net", script("./clients/load_client.ts")],
      ...[url.hostname, url.port, target, `${workload.connections}`, `${workload.pipelineDepth}`, `${seconds}`],
    ]];
  const output = await pinned(core, command, { args, signal, stdin: "null", stdout: "piped", stderr: "inherit" })
    .output();
  if (!output.success) throw new Error(`${command} failed with exit code ${output.code}`);
  const report = parseReport(new TextDecoder().decode(output.stdout));
  if (report.wrong > 0 || report.broken > 0) {
    throw new Error(`${url}: ${report.wrong} wrong answers, ${report.broken} broken connections or missing answers`);
  }
  return report;
}

/**
 * The report is the last line that the generator prints; wrk prints its own text before it.
 *
 * @throws {Error} If there is none.
 */
export function parseReport(text: string): LoadReport {
  const line = text.trimEnd().split("\n").at(-1)!;
  if (!line.startsWith("{")) throw new Error(`Cannot read the load generator's report: "${line}"`);
  return JSON.parse(line);
}
