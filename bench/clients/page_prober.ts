/**
 * One visitor of `/`, again and again on one connection, in a process that does nothing else: how long does the page
 * take while the server is busy with others?
 *
 * Requests are due at fixed intervals. An answer that is late keeps the requests behind it from being sent; they are
 * counted from when they were due, or a stall of the server would hide all but one of those whom it hit.
 *
 * Prints `ready` after its warm-up; then, for every line on stdin and after the answer that is due by then, the figures
 * since the line before ({@linkcode ProbeReport}, as JSON). Ends with stdin.
 *
 * Run: `deno run --allow-net --allow-read bench/clients/page_prober.ts HOST PORT FILE EVERY_MS`
 *
 * @module
 */

import { percentile } from "../figures.ts";
import { checkAnswer, getRequest, readAnswer, writeAll } from "../http_answer.ts";
import { TextLineStream } from "../text_lines.ts";

/** Latencies of one phase. */
export interface ProbeReport {
  count: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

const WARM_UP_COUNT = 500;

/** The figures of at least one latency. */
export function probeReport(latenciesMs: readonly number[]): ProbeReport {
  const [p50Ms, p99Ms, maxMs] = [50, 99, 100].map((percent) => percentile(latenciesMs, percent));
  return { count: latenciesMs.length, p50Ms, p99Ms, maxMs };
}

/** From when the latency of a request counts: see the module comment. */
export function countedFromMs(dueMs: number, sentMs: number, previousAnswerMs: number): number {
  return previousAnswerMs > dueMs ? dueMs : sentMs;
}

async function main(): Promise<void> {
  const [hostname, port, file, every] = Deno.args;
  const everyMs = Number(every);
  const content = await Deno.readFile(file);
  const request = getRequest("/", `${hostname}:${port}`);
  let conn = await connect(hostname, Number(port));
  const exchange = async () => {
    await writeAll(conn, request);
    const answer = await readAnswer(conn);
    checkAnswer(answer, content);
    if (/\r\nconnection:[ \t]*close/i.test(answer.head)) {
      conn.close();
      conn = await connect(hostname, Number(port));
    }
  };

  for (let index = 0; index < WARM_UP_COUNT; index++) await exchange();
  console.log("ready");

  let reportsWanted = 0;
  countLines(() => reportsWanted++);
  let latenciesMs: number[] = [];
  let previousAnswerMs = performance.now();
  for (let dueMs = performance.now();; dueMs += everyMs) {
    const earlyMs = dueMs - performance.now();
    if (earlyMs > 0) await new Promise((resolve) => setTimeout(resolve, earlyMs));
    const sentMs = performance.now();
    await exchange();
    const answerMs = performance.now();
    latenciesMs.push(answerMs - countedFromMs(dueMs, sentMs, previousAnswerMs));
    previousAnswerMs = answerMs;
    if (reportsWanted > 0) {
      reportsWanted--;
      console.log(JSON.stringify(probeReport(latenciesMs)));
      latenciesMs = [];
    }
  }
}

async function connect(hostname: string, port: number): Promise<Deno.TcpConn> {
  const conn = await Deno.connect({ hostname, port });
  conn.setNoDelay();
  return conn;
}

/** Tells of every line on stdin, and ends the process with it. */
async function countLines(onLine: () => void): Promise<never> {
  for await (const _ of Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
    onLine();
  }
  Deno.exit(0);
}

if (import.meta.main) await main();
