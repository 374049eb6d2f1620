/**
 * Are a server's answers right? Asked before and after it is measured, since fast wrong answers are worth nothing.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { join } from "@std/path";
import {
  type Answer,
  checkAnswer,
  codingOf,
  fieldOf,
  getRequest,
  parseAnswerHead,
  readAnswer,
  readAnswers,
  repeated,
  writeAll,
} from "./http_answer.ts";
import type { RunningServer } from "./server_process.ts";
import { fileName, type Site } from "./site.ts";
import type { LoadWorkload } from "./workloads.ts";

/** What the check of a server found out. */
export interface Checked {
  /** Content coding of its answers. */
  coding: string;
  /** Field lines to ask with: those of the workload, and the condition where there is one. */
  fields: readonly string[];
}

/** How many files are asked for on one connection: some servers end it after a thousand answers. */
const FILES_PER_CONNECTION = 100;

/**
 * Checks the answers of a server to the requests of a workload. Of a folder it asks for every file once, so that who
 * keeps files has them all before anything is measured.
 *
 * @throws {Error} That says what is wrong with them.
 */
export async function checkServer(server: RunningServer, workload: LoadWorkload, site: Site): Promise<Checked> {
  const { mode, file, fields, fileCount = 0 } = workload;
  const usual = (coding: string) => ({ coding, fields });
  switch (mode) {
    case "stream":
      await checkLarge(server, file, site);
      return usual("identity");
    case "files":
      for (let first = 0; first < fileCount; first += FILES_PER_CONNECTION) {
        await checkFiles(server, workload, site, first, Math.min(first + FILES_PER_CONNECTION, fileCount));
      }
      return usual("identity");
    case "conditional":
      return { coding: "identity", fields: [...fields, await checkCondition(server, workload, site)] };
    default:
      return usual(await checkSame(server, workload, await Deno.readFile(join(site.root, file))));
  }
}

async function connect({ url }: RunningServer): Promise<Deno.TcpConn> {
  return await Deno.connect({ hostname: url.hostname, port: Number(url.port) });
}

async function askOnce(server: RunningServer, file: string, fields: readonly string[]): Promise<Answer> {
  using conn = await connect(server);
  await writeAll(conn, getRequest(`/${file}`, server.url.host, fields));
  return await readAnswer(conn);
}

/** Files of a folder, by their numbers, from `start` (inclusive) to `end` (exclusive). */
async function checkFiles(
  server: RunningServer,
  { file, fields }: LoadWorkload,
  { root }: Site,
  start: number,
  end: number,
): Promise<void> {
  using conn = await connect(server);
  for (let index = start; index < end; index++) {
    const name = `${file}/${fileName(index)}`;
    await writeAll(conn, getRequest(`/${name}`, server.url.host, fields));
    checkAnswer(await readAnswer(conn), await Deno.readFile(join(root, name)));
  }
}

/** A lone request, the next on the same connection, and as many as are pipelined; or one, and then the end. */
async function checkSame(server: RunningServer, workload: LoadWorkload, content: Uint8Array): Promise<string> {
  const { mode, file, fields, pipelineDepth } = workload;
  using conn = await connect(server);
  const request = getRequest(`/${file}`, server.url.host, fields);
  let coding = "identity";
  for (const count of mode === "close" ? [1] : [1, 1, pipelineDepth]) {
    await writeAll(conn, repeated(request, count));
    for (const answer of await readAnswers(conn, count)) {
      checkAnswer(answer, content);
      coding = codingOf(answer);
    }
  }
  if (mode === "close" && await conn.read(new Uint8Array(1)) !== null) throw new Error("Octets after the last answer");
  return coding;
}

/** Asks without a condition, then with one; returns the field line of the condition. */
async function checkCondition(server: RunningServer, { file, fields }: LoadWorkload, site: Site): Promise<string> {
  const full = await askOnce(server, file, fields);
  checkAnswer(full, await Deno.readFile(join(site.root, file)));
  const tag = fieldOf(full.head, "etag");
  const date = fieldOf(full.head, "last-modified");
  if (tag === undefined && date === undefined) throw new Error("Wrong answer: neither ETag nor Last-Modified");
  const condition = tag === undefined ? `If-Modified-Since: ${date}` : `If-None-Match: ${tag}`;
  const { status } = await askOnce(server, file, [...fields, condition]);
  if (status !== 304) throw new Error(`Wrong answer: status ${status} instead of 304`);
  return condition;
}

/** Compares an answer that is too large for the memory with the file, piece by piece. */
async function checkLarge(server: RunningServer, file: string, { root }: Site): Promise<void> {
  using conn = await connect(server);
  using expected = await Deno.open(join(root, file));
  const { size } = await expected.stat();
  await writeAll(conn, getRequest(`/${file}`, server.url.host));
  const { rest } = await readHead(conn, size);
  const wanted = new Uint8Array(1_048_576);
  let received = 0;
  const compare = (octets: Uint8Array) => {
    for (let at = 0; at < octets.length;) {
      const read = expected.readSync(wanted.subarray(0, octets.length - at)) ?? 0;
      const isSame = read > 0 && Buffer.compare(octets.subarray(at, at + read), wanted.subarray(0, read)) === 0;
      if (!isSame) throw new Error(`Wrong answer: its content differs after octet ${received + at}`);
      at += read;
    }
    received += octets.length;
  };
  compare(rest);
  const buffer = new Uint8Array(wanted.length);
  while (received < size) {
    const read = await conn.read(buffer);
    if (read === null) throw new Error(`Answer cut short after ${received} octets of content`);
    compare(buffer.subarray(0, read));
  }
}

/** Reads until the end of the head; what came of the content is `rest`. */
async function readHead(conn: Deno.TcpConn, contentLength: number): Promise<{ rest: Uint8Array }> {
  const buffer = new Uint8Array(65_536);
  for (let filled = 0; filled < buffer.length;) {
    const read = await conn.read(buffer.subarray(filled));
    if (read === null) throw new Error("Answer cut short");
    filled += read;
    const head = parseAnswerHead(buffer.subarray(0, filled));
    if (head === undefined) continue;
    if (head.status !== 200) throw new Error(`Wrong answer: status ${head.status}`);
    if (head.contentLength !== contentLength) {
      throw new Error(`Wrong answer: Content-Length ${head.contentLength}, not ${contentLength}`);
    }
    return { rest: buffer.slice(head.contentStart, filled) };
  }
  throw new Error("Cannot read answer: no end of its head");
}
