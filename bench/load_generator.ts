/**
 * Puts load on a server: with wrk, or with the client in this folder where wrk is missing.
 *
 * @module
 */

import { fromFileUrl } from "@std/path";
import { isInstalled } from "./installed.ts";
import { pinned } from "./server_process.ts";

/** What a load generator reports; both report the same. */
export interface LoadReport {
  /** Answers that came. */
  requests: number;
  /** Octets of answers that came, heads and those of unfinished answers included. */
  bytes: number;
  durationUs: number;
  /** From a request (pipelined: from the first of its batch) to its answer. */
  p50Us: number;
  p99Us: number;
  /** Answers that were not what they should be. */
  wrong: number;
  /** Connections that failed or broke, and requests that got no answer in time. */
  broken: number;
}

/** What is asked for. */
export interface Requests {
  /** The path of a file, or of a folder that ends with `/`. */
  target: string;
  /** How many files of the folder are asked for at random, see `site.ts`; 0 if `target` is a file. */
  fileCount: number;
  connections: number;
  pipelineDepth: number;
  /** Field lines besides Host. */
  fields: readonly string[];
}

/** A load on one server. */
export interface Load extends Requests {
  url: URL;
  /** wrk takes whole numbers only. */
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
  const { url, core, signal } = load;
  const [command, args] = tool === "wrk" ? ["wrk", wrkArgs(load)] : [Deno.execPath(), clientArgs(load)];
  const output = await pinned(core, command, { args, signal, stdin: "null", stdout: "piped", stderr: "inherit" })
    .output();
  if (!output.success) throw new Error(`${command} failed with exit code ${output.code}`);
  const report = parseReport(new TextDecoder().decode(output.stdout));
  if (report.wrong > 0 || report.broken > 0) {
    throw new Error(`${url}: ${report.wrong} wrong answers, ${report.broken} broken connections or missing answers`);
  }
  return report;
}

function scriptPath(path: string): string {
  return fromFileUrl(new URL(path, import.meta.url));
}

/** The command line of wrk. */
export function wrkArgs(load: Omit<Load, "core" | "signal">): string[] {
  const { url, target, fileCount, connections, pipelineDepth, fields, seconds } = load;
  return [
    // A large file takes longer than the 2 s that wrk waits otherwise.
    ...["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "30s", "-s", scriptPath("./wrk_report.lua")],
    ...fields.flatMap((field) => ["-H", field]),
    ...[`${new URL(target, url)}`, "--", `${pipelineDepth}`, `${fileCount}`],
  ];
}

function clientArgs({ url, target, fileCount, connections, pipelineDepth, fields, seconds }: Load): string[] {
  const { hostname, port } = url;
  const wanted = { hostname, port: Number(port), target, fileCount, connections, pipelineDepth, fields, seconds };
  return ["run", "--allow-net", scriptPath("./clients/load_client.ts"), JSON.stringify(wanted)];
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
