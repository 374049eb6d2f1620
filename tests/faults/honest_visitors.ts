/**
 * Visitors who behave, in a process of their own, while others attack: each of their answers is compared octet by octet,
 * and the time that it took is kept.
 *
 * One asks for the page on a connection that it keeps, one on a new connection each time, one for larger files. Who finds
 * that the server has closed a kept connection before a word of the answer came asks again on a new one, as browsers do.
 *
 * Prints `ready` when all have been answered once; for a line on stdin it prints a {@linkcode HonestReport}, as JSON, and
 * ends.
 *
 * Run: `deno run --allow-net --allow-read tests/faults/honest_visitors.ts PORT ROOT`
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { delay } from "@std/async/delay";
import { startScript } from "../../bench/child_lines.ts";
import { percentile } from "../../bench/figures.ts";
import { type Answer, checkAnswer, getRequest, readAnswer, writeAll } from "../../bench/http_answer.ts";
import { FILES } from "./site.ts";

/** What became of the visits. */
export interface HonestReport {
  readonly answers: number;
  /** Answers with 200 whose octets were wrong. */
  readonly wrong: number;
  /** Visits without an answer of 200, by what happened. */
  readonly failures: Record<string, number>;
  /** Times of the page in milliseconds, from the request (and the connection, if it is a new one) to its last octet. */
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Visitors at work. */
export interface HonestVisitors {
  /** Ends their visits, and tells what became of them. */
  report(): Promise<HonestReport>;
  /** Ends them without a report. */
  stop(): Promise<void>;
}

/** A visit that takes so long has failed. */
const VISIT_MS = 12_000;
const PAGE_EVERY_MS = 10, FILE_EVERY_MS = 100;

/** Sends visitors to a port of loopback. */
export async function startVisitors(port: number, root: string): Promise<HonestVisitors> {
  const child = startScript(new URL(import.meta.url), [`${port}`, root], undefined);
  const line = await child.hear(VISIT_MS);
  if (line !== "ready") throw new Error(`Visitors are not ready: ${line}`);
  return {
    async report() {
      await child.say("report");
      try {
        return JSON.parse(await child.hear(2 * VISIT_MS));
      } finally {
        await child.stop();
      }
    },
    stop: () => child.stop(),
  };
}

/** An answer with 200 that is not the file. */
class WrongOctets extends Error {}

class Visitor {
  readonly #port: number;
  readonly #isKeeping: boolean;
  #conn: Deno.TcpConn | undefined;

  constructor(port: number, isKeeping: boolean) {
    this.#port = port;
    this.#isKeeping = isKeeping;
  }

  /** Asks once and checks the answer. */
  async visit(target: string, content: Uint8Array): Promise<void> {
    const kept = this.#conn;
    this.#conn = undefined;
    const request = getRequest(target, "127.0.0.1", this.#isKeeping ? [] : ["Connection: close"]);
    const answer = (kept && await this.#ask(kept, request)) ?? await this.#ask(await this.#connect(), request);
    if (answer === undefined) throw new Error("closed without an answer");
    if (answer.status !== 200) throw new Error(`status ${answer.status}`);
    try {
      checkAnswer(answer, content);
    } catch (error) {
      throw new WrongOctets((error as Error).message);
    }
  }

  async #connect(): Promise<Deno.TcpConn> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: this.#port });
    conn.setNoDelay();
    return conn;
  }

  /** Returns `undefined` when the connection was closed before any of the answer came. */
  async #ask(conn: Deno.TcpConn, request: Uint8Array): Promise<Answer | undefined> {
    let hasBegun = false;
    const stream = {
      write: (octets: Uint8Array) => conn.write(octets as Uint8Array<ArrayBuffer>),
      async read(into: Uint8Array) {
        const count = await conn.read(into as Uint8Array<ArrayBuffer>);
        hasBegun ||= count !== null;
        return count;
      },
    };
    const timer = setTimeout(() => conn.close(), VISIT_MS);
    try {
      await writeAll(stream, request);
      const answer = await readAnswer(stream);
      clearTimeout(timer);
      if (!this.#isKeeping || /\r\nconnection:[ \t]*close/i.test(answer.head)) conn.close();
      else this.#conn = conn;
      return answer;
    } catch (error) {
      clearTimeout(timer);
      if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) {
        throw new Error(`no answer in ${VISIT_MS / 1_000} s`);
      }
      conn.close();
      if (hasBegun) throw error;
      return undefined;
    }
  }
}

async function main(): Promise<void> {
  const [port, root] = Deno.args;
  const contents = await Promise.all(FILES.map((name) => Deno.readFile(`${root}/${name}`)));
  const pageTimesMs: number[] = [], failures: Record<string, number> = {};
  let answers = 0, wrong = 0, isOver = false;
  const first: PromiseWithResolvers<void>[] = [];
  const visits = async (isKeeping: boolean, everyMs: number, files: number[]) => {
    const visitor = new Visitor(Number(port), isKeeping), answered = Promise.withResolvers<void>();
    first.push(answered);
    for (let turn = 0; !isOver; turn++) {
      const file = files[turn % files.length], startMs = performance.now();
      try {
        await visitor.visit(file === 0 ? "/" : `/${FILES[file]}`, contents[file]);
        answers++;
        if (file === 0) pageTimesMs.push(performance.now() - startMs);
        answered.resolve();
      } catch (error) {
        if (error instanceof WrongOctets) wrong++;
        else failures[(error as Error).message] = (failures[(error as Error).message] ?? 0) + 1;
      }
      await delay(everyMs);
    }
  };
  const all = Promise.all([
    visits(true, PAGE_EVERY_MS, [0]),
    visits(false, PAGE_EVERY_MS, [0]),
    visits(true, FILE_EVERY_MS, [1, 2]),
  ]);
  await deadline(Promise.all(first.map(({ promise }) => promise)), VISIT_MS);
  pageTimesMs.length = 0;
  console.log("ready");
  await Deno.stdin.read(new Uint8Array(64));
  isOver = true;
  await all;
  const [p99Ms, maxMs] = pageTimesMs.length === 0
    ? [Infinity, Infinity]
    : [99, 100].map((percent) => percentile(pageTimesMs, percent));
  const report: HonestReport = { answers, wrong, failures, p99Ms, maxMs };
  console.log(JSON.stringify(report));
  Deno.exit(0);
}

if (import.meta.main) await main();
