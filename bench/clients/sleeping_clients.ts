/**
 * Many visitors of `/sleep`, each on a connection of its own, in one process.
 *
 * Prints events as lines of JSON, see {@linkcode SleepingEvent}. Each visitor's time runs from the moment before it
 * writes its request to the last octet of its answer; connecting is not in it.
 *
 * Run with `deno run --allow-net --allow-read`; arguments: HOST PORT TARGET FILE COUNT RAMP_MS LIMIT_MS. What has no
 * answer LIMIT_MS after the start has failed.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { checkAnswer, getRequest, readAnswer, writeAll } from "../http_answer.ts";

/** What the process prints, in this order. */
export type SleepingEvent =
  /** It begins to connect. */
  | { event: "start" }
  /** Every visitor has sent its request or failed; `open` of them wait for their answers. */
  | { event: "sent"; open: number }
  | {
    event: "done";
    /** Times of the visitors that got the right answer. */
    waitsMs: number[];
    slowestConnectMs: number;
    /** Messages of the others, and how many had each. */
    failures: Record<string, number>;
  };

async function main(): Promise<void> {
  const [hostname, port, target, file] = Deno.args;
  const [count, rampMs, limitMs] = Deno.args.slice(4).map(Number);
  const content = await Deno.readFile(file);
  const request = getRequest(target, `${hostname}:${port}`);
  const conns = new Set<Deno.TcpConn>();
  const waitsMs: number[] = [];
  const failures: Record<string, number> = {};
  let slowestConnectMs = 0;
  let notSent = count;
  const oneLessToSend = () => {
    if (--notSent === 0) print({ event: "sent", open: conns.size });
  };

  async function visit(): Promise<void> {
    let sent = false;
    const connectMs = performance.now();
    let conn: Deno.TcpConn | undefined;
    try {
      conn = await Deno.connect({ hostname, port: Number(port) });
      conns.add(conn);
      const startMs = performance.now();
      slowestConnectMs = Math.max(slowestConnectMs, startMs - connectMs);
      await writeAll(conn, request);
      sent = true;
      oneLessToSend();
      const answer = await readAnswer(conn);
      const waitMs = performance.now() - startMs;
      checkAnswer(answer, content);
      waitsMs.push(Math.round(waitMs * 1000) / 1000);
    } catch (error) {
      const message = error instanceof Error ? error.message : `${error}`;
      failures[message] = (failures[message] ?? 0) + 1;
      if (!sent) oneLessToSend();
    } finally {
      if (conn !== undefined && conns.delete(conn)) conn.close();
    }
  }

  print({ event: "start" });
  // Ends the wait for answers that never come: closing makes the reads fail.
  const limit = setTimeout(() => conns.forEach((conn) => conns.delete(conn) && conn.close()), limitMs);
  await onRamp(count, rampMs, visit);
  clearTimeout(limit);
  print({ event: "done", waitsMs, slowestConnectMs, failures });
}

// Behind its schedule, the process catches up in small steps, lest it make bursts that no ramp asked for.
const STEP_COUNT_MAX = 20;

/** Starts something so many times, evenly over a time (without one, all at once), and waits until all have ended. */
async function onRamp(count: number, rampMs: number, begin: () => Promise<void>): Promise<void> {
  const all: Promise<void>[] = [];
  const startMs = performance.now();
  while (all.length < count) {
    const due = rampMs > 0 ? Math.min(count, Math.ceil((performance.now() - startMs) / rampMs * count)) : count;
    const end = rampMs > 0 ? Math.min(due, all.length + STEP_COUNT_MAX) : count;
    while (all.length < end) all.push(begin());
    if (all.length < count) await delay(1);
  }
  await Promise.all(all);
}

function print(event: SleepingEvent): void {
  console.log(JSON.stringify(event));
}

if (import.meta.main) await main();
