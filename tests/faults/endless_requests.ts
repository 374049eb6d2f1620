/** What never ends must end: endless heads, targets, fields, chunks, trailers and pipelines cost the limits and no more. */
import { figuresOf } from "../process_figures.ts";
import { octets } from "../raw_client.ts";
import { attacked, type Target } from "./attacked.ts";
import { ALL, type Scenario } from "./scenario.ts";

/** Growth that is noise of the runtime: its heap takes some megabytes more or less at any time. */
const NOISE_BYTES = 24 * 1_048_576;
const HEAD = "Host: a\r\n";
const CHUNKED = `POST / HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n`;

/** How each flood begins, and what comes again and again behind it. */
const FLOODS: Record<string, [beginning: string, again: string]> = {
  "a method": ["", "A"],
  "a target": ["GET /", "a"],
  "a query": ["GET /?", "a=b&"],
  "a field name": ["GET / HTTP/1.1\r\n", "a"],
  "a field value": [`GET / HTTP/1.1\r\n${HEAD}A: `, "a"],
  "white space in a field": [`GET / HTTP/1.1\r\n${HEAD}A:`, " "],
  "field lines": [`GET / HTTP/1.1\r\n${HEAD}`, "A: b\r\n"],
  "empty lines": ["", "\r\n"],
  "empty lines behind an answer": [`GET / HTTP/1.1\r\n${HEAD}\r\n`, "\r\n"],
  "a chunk size": [CHUNKED, "0"],
  "a chunk extension": [`${CHUNKED}5;a=`, "b"],
  "chunks of one octet": [CHUNKED, "1\r\na\r\n"],
  "content in one chunk": [`${CHUNKED}fffffff0\r\n`, "a"],
  "a trailer": [`${CHUNKED}0\r\nA: `, "b"],
  "trailers": [`${CHUNKED}0\r\n`, "A: b\r\n"],
  "content of a length": [`POST / HTTP/1.1\r\n${HEAD}Content-Length: 16000000\r\n\r\n`, "a"],
};
/** Nobody has to take all of a flood at once; a server that neither reads nor refuses has the sender wait so long. */
const STALL_MS = 3_000;

/** Endless requests. */
export const endlessRequests: Scenario = {
  name: "endless_requests",
  title: `${Object.keys(FLOODS).length} requests that never end, 100 MB of each`,
  servers: ALL,
  run: (stage) => {
    const rehearse = async ({ port }: Target) => {
      for (const flood of Object.values(FLOODS)) await pour(port, flood, 1_048_576);
    };
    return attacked(stage, async ({ port, pid, isShort, findings }) => {
      const { peakBytes: before } = await figuresOf(pid);
      let takenBytes = 0;
      const bytes = isShort ? 16e6 : 100e6;
      for (const [what, flood] of Object.entries(FLOODS)) {
        const peakBytes = (await figuresOf(pid)).peakBytes;
        takenBytes += await pour(port, flood, bytes);
        const grown = (await figuresOf(pid)).peakBytes - peakBytes;
        findings.demand(grown <= NOISE_BYTES, `${what} without end took ${(grown / 1e6).toFixed(0)} MB`);
      }
      const grown = (await figuresOf(pid)).peakBytes - before;
      const shown = (count: number) => (count / 1e6).toFixed(0);
      findings.note(`${shown(takenBytes)} MB got in; at most ${shown(grown)} MB more were held`);
    }, { rehearse });
  },
};

const PIPELINED = 100_000;

/** A pipeline of a peer that never reads. */
export const unreadPipeline: Scenario = {
  name: "unread_pipeline",
  title: "100,000 pipelined requests of a peer that never reads",
  servers: ALL,
  run: (stage) => {
    const pipeline = async ({ port, pid, findings }: Target) => {
      const { peakBytes: before } = await figuresOf(pid);
      const conn = await Deno.connect({ hostname: "127.0.0.1", port });
      const batch = octets(`GET /style.css HTTP/1.1\r\n${HEAD}\r\n`.repeat(1_000));
      let sentBytes = 0;
      while (sentBytes < PIPELINED / 1_000 * batch.length) {
        const count = await written(conn, batch, 1_000);
        sentBytes += count;
        if (count < batch.length) break;
      }
      const grown = (await figuresOf(pid)).peakBytes - before;
      closed(conn);
      const requests = Math.floor(sentBytes / batch.length * 1_000);
      findings.note(`${requests} went out before the peer was stopped; ${(grown / 1e6).toFixed(0)} MB more were held`);
      findings.demand(grown <= NOISE_BYTES, "more memory was held than one answer takes");
    };
    return attacked(stage, pipeline, {
      rehearse: (target) => pipeline({ ...target, findings: target.findings.aside() }),
    });
  },
};

/** Sends a flood until the server has had enough or all of it went out; returns how much it took. */
async function pour(port: number, [beginning, again]: [string, string], bytes: number): Promise<number> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const piece = octets(again.repeat(Math.ceil(65_536 / again.length)));
  await written(conn, octets(beginning), STALL_MS);
  let sent = 0;
  while (sent < bytes) {
    const count = await written(conn, piece, STALL_MS);
    sent += count;
    // Refused and closed, or left to wait: what the flood is for.
    if (count < piece.length) break;
  }
  closed(conn);
  return sent;
}

/** Writes all of the octets, unless the other side has taken none for so long, or closed; returns how many it took. */
async function written(conn: Deno.Conn, all: Uint8Array<ArrayBuffer>, stallMs: number): Promise<number> {
  let sent = 0;
  while (sent < all.length) {
    const { promise: stalled, resolve } = Promise.withResolvers<0>();
    const timer = setTimeout(resolve, stallMs, 0);
    const writing = conn.write(all.subarray(sent)).catch(() => 0);
    const count = await Promise.race([writing, stalled]);
    clearTimeout(timer);
    if (count === 0) {
      closed(conn);
      await writing;
      return sent;
    }
    sent += count;
  }
  return sent;
}

function closed(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch { /* it is */ }
}
