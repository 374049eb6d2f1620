/**
 * The floor of every comparison: read, write, nothing else. It answers every read with the same prepared octets, never
 * looks at the request (beyond what a mode needs, see below) and so shows what the two socket operations cost.
 *
 * Run: `deno run --allow-net --allow-read bench/servers/bare_loop.ts PORT FILE [MODE [CODING]] [--reuse-port]`. Modes:
 *
 * - `plain` (default): one answer a read. Right only for a client that waits for each answer.
 * - `pipelined`: one answer for each CRLFCRLF, all answers of a read in one write.
 * - `close`: one answer, then the connection is closed.
 * - `conditional`: 304 for a request that is long enough to have a condition.
 * - `files`: FILE is a folder whose files are named by numbers of five digits; the number is all that is looked at.
 * - `sleep`: as `plain`, but `GET /sleep` waits 5,000 ms first, or the number in `GET /sleep?ms=`.
 *
 * @module
 */

import { basename } from "@std/path/basename";
import { prepare, type Prepared, prepareFolder, TAG } from "./answers.ts";
import { HeadCounter } from "./head_counter.ts";

/** Serves one connection until it ends. */
type Loop = (conn: Deno.TcpConn) => Promise<void>;

const READ_BYTES = 2048;

async function writeAll(conn: Deno.TcpConn, octets: Uint8Array): Promise<void> {
  for (let written = 0; written < octets.length;) written += await conn.write(octets.subarray(written));
}

function plain(answer: Uint8Array): Loop {
  return async (conn) => {
    const buffer = new Uint8Array(READ_BYTES);
    while (await conn.read(buffer) !== null) {
      const written = await conn.write(answer);
      if (written < answer.length) await writeAll(conn, answer.subarray(written));
    }
  };
}

function pipelined(answer: Uint8Array): Loop {
  return async (conn) => {
    const heads = new HeadCounter(4096);
    let answers = answer;
    for (let read = await conn.read(heads.space); read !== null; read = await conn.read(heads.space)) {
      const octetCount = heads.count(read) * answer.length;
      if (octetCount > answers.length) answers = repeated(answer, octetCount / answer.length);
      await writeAll(conn, answers.subarray(0, octetCount));
    }
  };
}

function close(answer: Uint8Array): Loop {
  return async (conn) => {
    if (await conn.read(new Uint8Array(READ_BYTES)) !== null) await writeAll(conn, answer);
  };
}

// A request for the page without a condition is shorter, one with the tag is longer.
const CONDITIONAL_BYTES_MIN = 70;

function conditional(answer: Uint8Array): Loop {
  const notModified = new TextEncoder().encode(`HTTP/1.1 304 Not Modified\r\netag: ${TAG}\r\n\r\n`);
  return async (conn) => {
    const buffer = new Uint8Array(READ_BYTES);
    for (let read = await conn.read(buffer); read !== null; read = await conn.read(buffer)) {
      await writeAll(conn, read < CONDITIONAL_BYTES_MIN ? answer : notModified);
    }
  };
}

function files(answers: readonly Uint8Array[], folder: string): Loop {
  const start = `GET /${folder}/`.length;
  return async (conn) => {
    const buffer = new Uint8Array(READ_BYTES);
    while (await conn.read(buffer) !== null) {
      let index = 0;
      for (let at = start; at < start + 5; at++) index = index * 10 + buffer[at] - 48;
      await writeAll(conn, answers[index]);
    }
  };
}

function sleep(answer: Uint8Array): Loop {
  const decoder = new TextDecoder("latin1");
  return async (conn) => {
    const buffer = new Uint8Array(READ_BYTES);
    for (let read = await conn.read(buffer); read !== null; read = await conn.read(buffer)) {
      const match = /^GET \/sleep(?:\?ms=([0-9]+))? /.exec(decoder.decode(buffer.subarray(0, Math.min(read, 40))));
      if (match !== null) await new Promise((resolve) => setTimeout(resolve, Number(match[1] ?? 5000)));
      await writeAll(conn, answer);
    }
  };
}

function repeated(octets: Uint8Array, times: number): Uint8Array {
  const result = new Uint8Array(octets.length * times);
  for (let time = 0; time < times; time++) result.set(octets, time * octets.length);
  return result;
}

const ONE_FILE: Record<string, (answer: Uint8Array) => Loop> = { plain, pipelined, close, conditional, sleep };

async function loopOf(file: string, mode: string, coding: string): Promise<Loop> {
  if (mode === "files") return files((await prepareFolder(file)).map((it) => octetsOf(it)), basename(file));
  return ONE_FILE[mode](octetsOf(await prepare(file, coding), mode === "close"));
}

function octetsOf({ content, fields }: Prepared, isLast = false): Uint8Array {
  const lines = Object.entries({ ...fields, "content-length": content.length, ...isLast && { connection: "close" } })
    .map(([name, value]) => `${name}: ${value}\r\n`);
  const head = new TextEncoder().encode(`HTTP/1.1 200 OK\r\n${lines.join("")}\r\n`);
  const octets = new Uint8Array(head.length + content.length);
  octets.set(head);
  octets.set(content, head.length);
  return octets;
}

async function main(args: readonly string[]): Promise<void> {
  const reusePort = args.includes("--reuse-port");
  const [port, file, mode = "plain", coding = "identity"] = args.filter((arg) => arg !== "--reuse-port");
  const serve = await loopOf(file, mode, coding);
  // A variable, because Deno 2.4 knows no tcpBacklog and would refuse it in a literal.
  const options = { hostname: "127.0.0.1", port: Number(port), tcpBacklog: 4096, ...reusePort && { reusePort } };
  const listener = Deno.listen(options);
  Deno.addSignalListener("SIGTERM", () => Deno.exit(0));
  for await (const conn of listener) {
    conn.setNoDelay();
    serve(conn).catch(() => {/* the peer went away */}).finally(() => conn.close());
  }
}

if (import.meta.main) await main(Deno.args);
