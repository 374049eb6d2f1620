/**
 * Where the time of a W1 request goes, but for the two socket operations: `deno run --allow-read bench/budget.ts`.
 *
 * Connections whose sockets answer from memory are served as always; what the parts cost is measured alone, and taken
 * off the whole. Each figure is the best of many rounds, since whatever else the machine does only adds to it. What read
 * and write cost on a real socket is the bare loop's figure in the suite.
 *
 * @module
 */
import { memoryFiles } from "../files/memory_files.ts";
import { staticFiles } from "../files/static_files.ts";
import { handlers } from "../handlers.ts";
import { DEFAULT_LIMITS } from "../http1/message.ts";
import { type Answer, ResponseWriter } from "../http1/response_writer.ts";
import { AccessLog } from "../server/access_log.ts";
import { Clock } from "../server/clock.ts";
import { serveConnection } from "../server/connection.ts";
import { LogWriter } from "../server/log_writer.ts";
import type { Observer } from "../server/observer.ts";
import { OpenConnections } from "../server/open_connections.ts";
import type { Socket } from "../server/socket.ts";
import { BROWSER_FIELDS } from "./browser_fields.ts";
import { type Column, formatNumber, markdownTable } from "./figures.ts";
import { feed, headOf, newParser, turns } from "./parsed_head.ts";

const REQUESTS = 20_000;
const ROUNDS = 25;

const clock = new Clock();
const page = await Deno.readFile(new URL("../static/hello.html", import.meta.url));
const handler = handlers(staticFiles(memoryFiles({ "hello.html": page }), { nowMs: () => 0 }), { home: "/hello.html" });

/** A socket whose peer sends one request after the other, and takes everything at once. */
class InstantSocket implements Socket {
  readonly remoteAddr: Deno.NetAddr = { transport: "tcp", hostname: "127.0.0.1", port: 50_000 };
  readonly #next: () => Uint8Array;
  #left: number;

  constructor(next: () => Uint8Array, count: number) {
    this.#next = next;
    this.#left = count;
  }

  read(into: Uint8Array): Promise<number | null> {
    if (this.#left-- <= 0) return Promise.resolve(null);
    const request = this.#next();
    into.set(request);
    return Promise.resolve(request.length);
  }

  write(octets: Uint8Array): Promise<number> {
    return Promise.resolve(octets.length);
  }

  closeWrite(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {}
}

async function bare(next: () => Uint8Array, count: number): Promise<void> {
  const socket = new InstantSocket(next, count), buffer = new Uint8Array(2_048), answer = new Uint8Array(400);
  while (await socket.read(buffer) !== null) await socket.write(answer);
}

async function served(next: () => Uint8Array, count: number, observer?: Observer): Promise<void> {
  const connections = new OpenConnections(clock);
  const server = { handler, limits: DEFAULT_LIMITS, clock, connections, observer, report: console.error };
  await serveConnection(new InstantSocket(next, count), server);
}

/** Nanoseconds of one of many. */
async function best(run: (count: number) => Promise<void> | void): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const startMs = performance.now();
    await run(REQUESTS);
    least = Math.min(least, performance.now() - startMs);
  }
  return least * 1e6 / REQUESTS;
}

function repeat(count: number, run: () => void): void {
  for (let i = 0; i < count; i++) run();
}

async function budget(headLines: readonly [string, ...string[]]): Promise<{ part: string; ns: number }[]> {
  const head = headOf(headLines),
    next = turns(headLines),
    parser = newParser(),
    writer = new ResponseWriter(DEFAULT_LIMITS);
  const answer: Answer = { isHead: false, minorVersion: 1, persistent: true, commonFields: clock.commonFields };
  const request = feed(parser, head), response = await handler(request);
  const parse = await best((count) => repeat(count, () => void feed(parser, next())));
  const repeated = await best((count) => repeat(count, () => void feed(parser, head)));
  const lookUp = await best((count) => repeat(count, () => void handler(request)));
  const respond = await best((count) =>
    repeat(count, () => {
      writer.append(response, answer);
      writer.take();
      writer.release();
    })
  );
  const floor = await best((count) => bare(next, count));
  const whole = await best((count) => served(next, count));
  const stream = { write: (octets: Uint8Array) => Promise.resolve(octets.length) };
  const lines = new LogWriter({ stream, clock, tell: console.error });
  const log = new AccessLog({ format: "combined", writer: lines, clock });
  const logged = await best((count) => served(next, count, log));
  return [
    { part: "parse: head found, checked, framing decided", ns: parse },
    { part: "look-up: route, path, cache, which variant", ns: lookUp },
    { part: "response: the octets that go out", ns: respond },
    {
      part: "the rest of the connection's loop: phases, deadlines, order",
      ns: whole - floor - parse - lookUp - respond,
    },
    { part: "all of Siesta, over a loop that only reads and writes", ns: whole - floor },
    { part: "parse, where the head is the last one once more", ns: repeated },
    { part: "access log (combined), where it is on", ns: logged - whole },
  ];
}

if (import.meta.main) {
  const small = ["GET / HTTP/1.1", "Host: 127.0.0.1:7878"] as const;
  const browser = ["GET / HTTP/1.1", "Host: 127.0.0.1:7878", ...BROWSER_FIELDS] as const;
  const [ofSmall, ofBrowser] = [await budget(small), await budget(browser)];
  const us = (ns: number) => formatNumber(ns / 1_000, 2);
  const columns: Column[] = [
    { title: "part", align: "left" },
    { title: `us, head of ${headOf(small).length} octets`, align: "right" },
    { title: `us, head of ${headOf(browser).length} octets`, align: "right" },
  ];
  console.log(markdownTable(columns, ofSmall.map(({ part, ns }, row) => [part, us(ns), us(ofBrowser[row].ns)])));
}
