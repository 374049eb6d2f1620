/**
 * Answers that go wrong, or slowly, on purpose: for people who test clients. {@linkcode FAULTS} is the table of them.
 *
 * Everything is capped, and each wait ends early when nobody is left to hear the answer.
 */
import { delay } from "@std/async/delay";
import type { FileSlice, Handler, HttpRequest, HttpResponse } from "../http1/message.ts";
import { plainResponse, prepareResponse } from "../http1/response.ts";

/** One line of the table. */
export interface Fault {
  /** Target to try. */
  readonly example: string;
  /** What goes wrong. */
  readonly what: string;
  /** What may be asked for, with defaults in brackets. */
  readonly bounds: string;
}

const MS_MAX = 60_000;
const BYTES_MAX = 1_000_000;
const CHUNKS_MAX = 1_000;

/** All of them; the page and `docs/lab.md` show the same lines. */
export const FAULTS: readonly Fault[] = [
  { example: "/sleep?ms=800", what: "the page, after a while", bounds: "ms: 0 to 60,000 (5,000)" },
  {
    example: "/drip?bytes=8&ms=800",
    what: "a slow body: octets one by one, evenly over the time",
    bounds: "bytes: 0 to 1,000,000 (10); ms: 0 to 60,000 (2,000), in at most 1,000 pieces",
  },
  { example: "/status/418", what: "any status", bounds: "200 to 599" },
  {
    example: "/truncate?bytes=100",
    what: "a short answer: twice the octets are announced, then the connection ends",
    bounds: "bytes: 1 to 1,000,000 (1,000)",
  },
  {
    example: "/stream?chunks=4&ms=400",
    what: "chunked, of unknown length, evenly over the time",
    bounds: "chunks: 0 to 1,000 (5); ms: 0 to 60,000 (1,000)",
  },
  {
    example: "/reset",
    what: "leads (307) to a port whose connections end with a reset (RST)",
    bounds: "only with --lab",
  },
];

/** Finds the handler of a path; `undefined` when it is no fault. */
export function faultHandler(path: string): Handler | undefined {
  return ROUTES.get(path) ?? (path.startsWith("/status/") ? () => status(path) : undefined);
}

const drip: Handler = (request) => {
  const bytes = whole(request, "bytes", { standard: 10, max: BYTES_MAX });
  const ms = whole(request, "ms", { standard: 2_000, max: MS_MAX });
  if (typeof bytes !== "number") return bytes;
  if (typeof ms !== "number") return ms;
  const pieces = evenly("*".repeat(bytes), Math.min(bytes, CHUNKS_MAX), ms, request.signal);
  return prepareResponse(200, { fields: PLAIN, content: pieces, contentLength: bytes });
};

const stream: Handler = (request) => {
  const chunks = whole(request, "chunks", { standard: 5, max: CHUNKS_MAX });
  const ms = whole(request, "ms", { standard: 1_000, max: MS_MAX });
  if (typeof chunks !== "number") return chunks;
  if (typeof ms !== "number") return ms;
  const lines = Array.from({ length: chunks }, (_, i) => `chunk ${String(i + 1).padStart(4)}\n`).join("");
  return prepareResponse(200, { fields: PLAIN, content: evenly(lines, chunks, ms, request.signal) });
};

const truncate: Handler = (request) => {
  const bytes = whole(request, "bytes", { standard: 1_000, max: BYTES_MAX, min: 1 });
  if (typeof bytes !== "number") return bytes;
  return prepareResponse(200, { fields: PLAIN, content: new ShortSlice(bytes) });
};

const status = (path: string): HttpResponse => {
  const code = Number(/^\/status\/([2-5][0-9][0-9])$/.exec(path)?.[1]);
  if (Number.isNaN(code)) return plainResponse(400, "/status/ takes a number from 200 to 599");
  // These have no content (RFC 9110 15.3.6), or none that is told of.
  if (code === 204 || code === 205 || code === 304) return prepareResponse(code);
  return plainResponse(code, "", DEMANDED[code] ?? (code < 400 && code >= 300 ? { "Location": "/" } : {}));
};

const ROUTES: ReadonlyMap<string, Handler> = new Map([["/drip", drip], ["/stream", stream], ["/truncate", truncate]]);

const PLAIN = {
  "Content-Type": "text/plain; charset=utf-8",
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "no-store",
};

/** Fields without which a status may not be sent (RFC 9110). */
const DEMANDED: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { "WWW-Authenticate": "Bearer" },
  405: { "Allow": "GET, HEAD, OPTIONS" },
  407: { "Proxy-Authenticate": "Bearer" },
  416: { "Content-Range": "bytes */0" },
  426: { "Upgrade": "HTTP/2.0" },
};

/** A whole number of the query, or the answer that refuses it. */
function whole(
  { query }: HttpRequest,
  name: string,
  { standard, max, min = 0 }: { standard: number; max: number; min?: number },
): number | HttpResponse {
  const [text = `${standard}`, ...others] = new URLSearchParams(query).getAll(name);
  const isWhole = others.length === 0 && /^[0-9]+$/.test(text);
  if (isWhole && Number(text) <= max && Number(text) >= min) return Number(text);
  return plainResponse(400, `${name} takes a whole number from ${min} to ${max}`);
}

/** Gives a text in so many pieces, one after each equal part of the time. */
async function* evenly(text: string, count: number, ms: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const octets = new TextEncoder().encode(text), startMs = performance.now();
  for (let i = 0; i < count; i++) {
    const waitMs = startMs + (i + 1) * ms / count - performance.now();
    try {
      if (waitMs > 0) await delay(waitMs, { signal });
    } catch {
      return; // nobody is left to hear the rest
    }
    yield octets.subarray(Math.floor(i * octets.length / count), Math.floor((i + 1) * octets.length / count));
  }
}

/**
 * Content that ends in the middle of what was announced. The server takes it for a file that was cut while it was sent,
 * and does what it must then: it cuts the connection, since a short answer can be seen by the client.
 */
class ShortSlice implements FileSlice {
  remaining: number;
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
    this.remaining = 2 * bytes;
  }

  read(into: Uint8Array): Promise<number> {
    const count = Math.min(into.length, this.#left);
    into.fill(0x2a, 0, count);
    this.#left -= count;
    this.remaining -= count;
    return Promise.resolve(count);
  }

  isUnchanged(): Promise<boolean> {
    return Promise.resolve(false);
  }

  close(): void {}
}
