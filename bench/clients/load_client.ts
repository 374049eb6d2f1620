/**
 * A simple load generator for where wrk is missing. Prints one line, a `LoadReport` as JSON.
 *
 * It takes the length of the first answer for the length of all, checks the status of each batch's first answer, and
 * leaves the content to the check before the timing.
 *
 * Run: `deno run --allow-net bench/clients/load_client.ts HOST PORT TARGET CONNECTIONS DEPTH SECONDS`
 *
 * @module
 */

import { percentile } from "../figures.ts";
import { getRequest, readAnswer, repeated, writeAll } from "../http_answer.ts";

const [hostname, port, target] = Deno.args;
const [connections, depth, seconds] = Deno.args.slice(3).map(Number);
const request = getRequest(target, `${hostname}:${port}`);

const latenciesUs: number[] = [];
let requests = 0;
let wrong = 0;
let broken = 0;

async function connect(): Promise<Deno.TcpConn> {
  const conn = await Deno.connect({ hostname, port: Number(port) });
  conn.setNoDelay();
  return conn;
}

async function answerLength(): Promise<number> {
  using conn = await connect();
  await writeAll(conn, request);
  return (await readAnswer(conn)).sizeBytes;
}

/** One connection's share: a batch, its answers, the next batch, until the time is over. */
async function visitor(batch: Uint8Array, answersBytes: number, endMs: number): Promise<void> {
  using conn = await connect();
  const buffer = new Uint8Array(Math.min(answersBytes, 65536));
  for (let now = performance.now(); now < endMs;) {
    await writeAll(conn, batch);
    for (let received = 0; received < answersBytes;) {
      const read = await conn.read(buffer.subarray(0, Math.min(buffer.length, answersBytes - received)));
      if (read === null) throw new Error("The connection ended");
      // Octets 9 to 11 are the status.
      if (received === 0 && !(buffer[9] === 50 && buffer[10] === 48 && buffer[11] === 48)) wrong++;
      received += read;
    }
    requests += depth;
    const sentMs = now;
    now = performance.now();
    latenciesUs.push((now - sentMs) * 1000);
  }
}

const answersBytes = await answerLength() * depth;
const batch = repeated(request, depth);
const startMs = performance.now();
const visitors = Array.from({ length: connections }, () => visitor(batch, answersBytes, startMs + seconds * 1000));
for (const result of await Promise.allSettled(visitors)) {
  if (result.status === "rejected") broken++;
}
console.log(JSON.stringify({
  requests,
  durationUs: (performance.now() - startMs) * 1000,
  p50Us: latenciesUs.length > 0 ? percentile(latenciesUs, 50) : 0,
  p99Us: latenciesUs.length > 0 ? percentile(latenciesUs, 99) : 0,
  wrong,
  broken,
}));
