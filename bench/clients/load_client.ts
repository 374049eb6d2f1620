/**
 * A simple load generator for where wrk is missing. Prints one line, a `LoadReport` as JSON.
 *
 * It learns how long the answer to a target is from the first one, counts octets from then on, checks the status of
 * each batch's first answer, and leaves the content to the check before the timing.
 *
 * Run: `deno run --allow-net bench/clients/load_client.ts JSON`, with the fields of {@linkcode Wanted}.
 *
 * @module
 */

import { percentile } from "../figures.ts";
import { fieldOf, getRequest, parseAnswer, parseAnswerHead, repeated, writeAll } from "../http_answer.ts";
import type { LoadReport, Requests } from "../load_generator.ts";
import { fileName } from "../site.ts";

/** What it is told to do. */
interface Wanted extends Requests {
  hostname: string;
  port: number;
  /** How long; need not be whole. */
  seconds: number;
}

/** A request, so many times as are pipelined, and the length of all its answers; 0 until it is known. */
interface Batch {
  octets: Uint8Array;
  answersBytes: number;
}

const READ_BYTES = 262_144;

async function connect({ hostname, port }: Wanted): Promise<Deno.TcpConn> {
  const conn = await Deno.connect({ hostname, port });
  conn.setNoDelay();
  return conn;
}

/** Asks once, reads as much as is needed to know how long the answer is, and closes the connection. */
async function answerBytes(wanted: Wanted, request: Uint8Array): Promise<{ sizeBytes: number; status: number }> {
  using conn = await connect(wanted);
  await writeAll(conn, request);
  let octets = new Uint8Array();
  const buffer = new Uint8Array(READ_BYTES);
  for (;;) {
    const read = await conn.read(buffer);
    if (read === null) throw new Error("The connection ended");
    octets = new Uint8Array([...octets, ...buffer.subarray(0, read)]);
    const head = parseAnswerHead(octets);
    if (head === undefined) continue;
    const { status, contentStart, contentLength } = head;
    if (contentLength !== undefined) return { status, sizeBytes: contentStart + contentLength };
    const answer = parseAnswer(octets);
    if (answer !== undefined) return answer;
  }
}

async function makeBatches(wanted: Wanted): Promise<{ batches: Batch[]; status: number }> {
  const { target, fileCount, pipelineDepth, fields, hostname, port } = wanted;
  const batchOf = (request: Uint8Array, answerBytes: number) => ({
    octets: repeated(request, pipelineDepth),
    answersBytes: answerBytes * pipelineDepth,
  });
  if (fileCount === 0) {
    const request = getRequest(target, `${hostname}:${port}`, fields);
    const { status, sizeBytes } = await answerBytes(wanted, request);
    return { status, batches: [batchOf(request, sizeBytes)] };
  }
  // To ask for all of them first would be work of the server's that counts.
  const requests = Array.from(
    { length: fileCount },
    (_, index) => getRequest(`${target}${fileName(index)}`, `${hostname}:${port}`, fields),
  );
  return { status: 200, batches: requests.map((request) => batchOf(request, 0)) };
}

/** The length of an answer by the octets that came first, its head among them. */
function lengthOf(octets: Uint8Array): number {
  const head = parseAnswerHead(octets);
  if (head?.contentLength === undefined) throw new Error("Cannot tell how long the answer is");
  return head.contentStart + head.contentLength;
}

async function run(wanted: Wanted): Promise<LoadReport> {
  const { batches, status } = await makeBatches(wanted);
  const isLast = fieldOf(["", ...wanted.fields].join("\r\n"), "connection") === "close";
  const firstDigit = `${status}`.charCodeAt(0);
  const latenciesUs: number[] = [];
  const report: LoadReport = { requests: 0, bytes: 0, durationUs: 0, p50Us: 0, p99Us: 0, wrong: 0, broken: 0 };
  const startMs = performance.now();
  const endMs = startMs + wanted.seconds * 1000;

  /** A batch, its answers; `false` if the time was over before they were there. */
  async function exchange(conn: Deno.TcpConn, batch: Batch, buffer: Uint8Array): Promise<boolean> {
    await writeAll(conn, batch.octets);
    let received = 0;
    while (received === 0 || received < batch.answersBytes) {
      const read = await conn.read(buffer);
      if (read === null) throw new Error("The connection ended");
      if (batch.answersBytes === 0) batch.answersBytes = lengthOf(buffer.subarray(0, read)) * wanted.pipelineDepth;
      if (received === 0 && buffer[9] !== firstDigit) report.wrong++; // HTTP/1.1 200
      received += read;
      report.bytes += read;
      if (performance.now() > endMs) return false;
    }
    if (received > batch.answersBytes) report.wrong++;
    report.requests += wanted.pipelineDepth;
    return true;
  }

  /** One connection's share, or a connection's after the other, until the time is over. */
  async function visitor(): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    let conn = await connect(wanted);
    try {
      for (let now = performance.now(); now < endMs;) {
        const batch = batches[Math.floor(Math.random() * batches.length)];
        if (!await exchange(conn, batch, buffer)) return;
        const sentMs = now;
        now = performance.now();
        latenciesUs.push((now - sentMs) * 1000);
        if (!isLast) continue;
        conn.close();
        conn = await connect(wanted);
      }
    } finally {
      conn.close();
    }
  }

  const visits = await Promise.allSettled(Array.from({ length: wanted.connections }, visitor));
  report.broken = visits.filter(({ status }) => status === "rejected").length;
  report.durationUs = (performance.now() - startMs) * 1000;
  if (latenciesUs.length === 0) return report;
  return { ...report, p50Us: percentile(latenciesUs, 50), p99Us: percentile(latenciesUs, 99) };
}

if (import.meta.main) console.log(JSON.stringify(await run(JSON.parse(Deno.args[0]))));
