/**
 * What the server does, as Server-Sent Events: a connection is `accepted`, a request `asked` (its head is parsed, and its
 * handler starts), `answered` by its handler, and `sent`, the connection `closed`; each with the number of the connection
 * and the server's monotonic time.
 *
 * All watchers read from one ring, each with a place of its own in it, so memory does not grow with them, and one that
 * is too slow is told how much it has lost. Nothing is recorded while nobody watches, and no timer runs.
 */
import type { Handler, HttpRequest } from "../http1/message.ts";
import { plainResponse, prepareResponse } from "../http1/response.ts";

/** Who is told; the connection's number and its requests are the server's. */
export interface Asked {
  /** Number of the connection. */
  readonly connection: number;
  /** Request-target as it came. */
  readonly target: string;
  /** When the head was whole, in milliseconds of `performance.now()`. */
  readonly startMs: number;
  /** Status of the answer; 0 while there is none. */
  readonly status: number;
  /** Octets of content that the kernel has taken. */
  readonly sentBytes: number;
  /** Why the answer was not whole. */
  readonly error: string | undefined;
}

/** Settings of {@linkcode ServerEvents}. */
export interface ServerEventsOptions {
  /** Mode that the page is told. */
  readonly mode: string;
  /**
   * Whether connections are served one after the other. A stream without end would keep everybody else out, so it ends
   * with what there is, and whoever wants more asks again.
   */
  readonly isInTurn?: boolean;
  /** Ports of labs in other modes: the page is told of them, and their pages may listen here. */
  readonly ports?: readonly number[];
  /** Called when the server stops. */
  readonly atEnd?: () => void;
}

/** Events kept, each of some 100 to 350 octets; a run of the page makes about a hundred. */
const EVENTS_MAX = 2_048;
/** Events recorded at once, which is more than a run of the page makes in a moment. */
const EVENTS_AT_ONCE_MAX = 250;
/** Events recorded in a millisecond after that: 250 a second, more than an eye can follow. */
const EVENTS_PER_MS = .25;
/** How long news are collected: short for an eye. */
const TICK_MS = 20;
/**
 * Watchers that are told of news in one tick, the others in the next ones: 200 writes a second, however many watch. A
 * hundred writes in a row would hold everybody else up.
 */
const WOKEN_PER_TICK = 4;
/** How often a watcher hears something: half of what proxies forgive. */
const KEEP_ALIVE_MS = 15_000;
/** How long recording goes on when the last watcher has left: he may only have lost his connection. */
const AFTERWARDS_MS = 10_000;
/** The same where streams end at once: the page asks before and after each run, which may take a while. */
const AFTERWARDS_IN_TURN_MS = 300_000;
/** More than this many watch nothing. */
const WATCHERS_MAX = 256;
/** Characters of a target that are told. */
const TARGET_CHARS_MAX = 200;
/** Events in one piece of a stream: of the usual ones some 12 KB. */
const PIECE_EVENTS_MAX = 96;

/**
 * Octets of one stream. The kernel takes megabytes for a watcher who never reads (2 MB in twenty seconds, and it went on),
 * and nobody can ask it; so a stream ends early, and who reads comes back for the rest, by Last-Event-ID.
 */
const STREAM_BYTES_MAX = 262_144;
/** How soon a browser comes back. */
const RETRY = "retry: 100\n\n";

const encoder = new TextEncoder();
const KEEP_ALIVE = encoder.encode(":\n\n");
const TOO_MANY = plainResponse(503, `at most ${WATCHERS_MAX} may watch`, { "Retry-After": "10" });
const FIELDS = { "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no" };

/** Hears of everything that the server does, and tells those who watch. */
export class ServerEvents {
  /** The server's observers say whether they want times. */
  readonly wantsTime = true;
  readonly #options: ServerEventsOptions;
  /** The event of each number is at this number modulo the length. */
  #ring: string[] = [];
  #nextId = 1;
  /** The oldest event that is kept, unless the ring is too short for it. */
  #firstId = 1;
  /** The last piece that was made. */
  #shared: { readonly key: string; readonly piece: Uint8Array } | undefined;
  #watcherCount = 0;
  #recordUntilMs = -Infinity;
  /** Events that may be recorded now, and since when more may. */
  #room = EVENTS_AT_ONCE_MAX;
  #roomMs = -Infinity;
  /** Events that were not recorded, and not told of. */
  #lostCount = 0;
  #tick: ReturnType<typeof setTimeout> | undefined;
  #keepAlive: ReturnType<typeof setInterval> | undefined;
  /** Streams that wait, in order. */
  #waiting: (() => void)[] = [];
  /** How many of them have to be woken, since there is something to tell or it is time to say that there is not. */
  #dueCount = 0;
  #isOver = false;

  /** Records nothing until somebody watches. */
  constructor(options: ServerEventsOptions) {
    this.#options = options;
  }

  // --- what the server tells -----------------------------------------------------------------------------------------

  /** A connection was accepted. */
  opened(connection: number): void {
    if (this.#isRecording()) this.#record("accepted", { connection, ms: performance.now() });
  }

  /** A head is whole. */
  asked({ connection, target, startMs }: Asked): void {
    if (!this.#isRecording()) return;
    this.#record("asked", { connection, ms: startMs, target: target.slice(0, TARGET_CHARS_MAX) });
  }

  /** A handler has answered. */
  handled({ connection, target, status }: Asked): void {
    if (!this.#isRecording()) return;
    this.#record("answered", { connection, ms: performance.now(), target: target.slice(0, TARGET_CHARS_MAX), status });
  }

  /** The last octet of an answer is with the kernel, or never will be. */
  answered({ connection, target, sentBytes, error }: Asked, endMs: number): void {
    if (!this.#isRecording()) return;
    const what = { target: target.slice(0, TARGET_CHARS_MAX), bytes: sentBytes, error };
    this.#record("sent", { connection, ms: endMs, ...what });
  }

  /** A connection is closed. */
  closed(connection: number): void {
    if (this.#isRecording()) this.#record("closed", { connection, ms: performance.now() });
  }

  /** The server stops: all streams end. */
  stopping(): void {
    this.#isOver = true;
    this.#stopTimers();
    for (const wake of this.#waiting.splice(0)) wake();
    this.#options.atEnd?.();
  }

  /** Whether anybody watches, or has a moment ago. */
  #isRecording(): boolean {
    if (this.#watcherCount > 0) return true;
    if (this.#recordUntilMs === -Infinity) return false;
    if (performance.now() < this.#recordUntilMs) return true;
    this.#recordUntilMs = -Infinity;
    this.#ring = [];
    this.#firstId = this.#nextId;
    this.#shared = undefined;
    return false;
  }

  #record(name: string, data: Record<string, unknown>): void {
    if (this.#isOver) return;
    this.#schedule();
    const nowMs = performance.now();
    this.#room = Math.min(EVENTS_AT_ONCE_MAX, this.#room + (nowMs - this.#roomMs) * EVENTS_PER_MS);
    this.#roomMs = nowMs;
    if (this.#room < 1) this.#lostCount++;
    else {
      this.#room--;
      this.#push(name, data);
    }
  }

  #push(name: string, data: Record<string, unknown>): void {
    const id = this.#nextId++;
    this.#ring[id % EVENTS_MAX] = `id: ${id}\n${eventText(name, data)}`;
    this.#dueCount = this.#waiting.length;
  }

  #schedule(): void {
    if (!this.#isOver) this.#tick ??= setTimeout(() => this.#onTick(), TICK_MS);
  }

  #onTick(): void {
    this.#tick = undefined;
    if (this.#lostCount > 0) this.#push("lost", { count: this.#lostCount });
    this.#lostCount = 0;
    const woken = this.#waiting.splice(0, Math.min(this.#dueCount, WOKEN_PER_TICK));
    this.#dueCount -= woken.length;
    if (this.#dueCount > 0) this.#schedule();
    for (const wake of woken) wake();
  }

  #stopTimers(): void {
    clearTimeout(this.#tick);
    clearInterval(this.#keepAlive);
    this.#tick = this.#keepAlive = undefined;
  }

  // --- those who watch -----------------------------------------------------------------------------------------------

  /** How many watch. */
  get watcherCount(): number {
    return this.#watcherCount;
  }

  /** Answers with the stream; `?from=ID` or Last-Event-ID say where it begins, else it begins now. */
  readonly handler: Handler = (request) => {
    if (this.#watcherCount >= WATCHERS_MAX) return TOO_MANY;
    const from = Number(new URLSearchParams(request.query).get("from") ?? NaN);
    const last = Number(request.field("last-event-id") ?? NaN);
    const wanted = Number.isSafeInteger(from) ? from : Number.isSafeInteger(last) ? last + 1 : this.#nextId;
    const nextId = Math.max(1, Math.min(wanted, this.#nextId));
    return prepareResponse(200, {
      fields: fieldsFor(request, this.#options.ports),
      content: this.#stream(nextId, request.signal),
    });
  };

  async *#stream(nextId: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    let wake: () => void = () => {};
    const onAbort = () => wake();
    this.#enter();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      const { mode, isInTurn = false, ports = [] } = this.#options;
      const hello = { mode, isInTurn, isWatched: true, ports, ms: performance.now(), next: nextId };
      yield encoder.encode(eventText("hello", hello) + RETRY);
      let sentBytes = 0;
      while (!signal.aborted) {
        const firstId = Math.max(this.#nextId - EVENTS_MAX, this.#firstId);
        if (nextId < firstId) {
          yield encoder.encode(eventText("lost", { count: firstId - nextId }));
          nextId = Math.max(nextId, firstId);
        } else if (sentBytes >= STREAM_BYTES_MAX) {
          return yield encoder.encode(eventText("end", { reason: "long", next: nextId }));
        } else if (nextId < this.#nextId) {
          const endId = Math.min(nextId + PIECE_EVENTS_MAX, this.#nextId);
          const piece = this.#piece(nextId, endId);
          nextId = endId;
          sentBytes += piece.length;
          yield piece;
        } else if (this.#isOver || isInTurn) {
          return yield encoder.encode(eventText("end", { reason: this.#isOver ? "stop" : "turn", next: nextId }));
        } else {
          const { promise, resolve } = Promise.withResolvers<void>();
          this.#waiting.push(wake = resolve);
          await promise;
          if (nextId === this.#nextId && !this.#isOver && !signal.aborted) yield KEEP_ALIVE;
        }
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#leave();
    }
  }

  /** The octets of some events; most watchers are at the same place, and so share them. */
  #piece(firstId: number, endId: number): Uint8Array {
    const key = `${firstId}-${endId}`;
    if (this.#shared?.key === key) return this.#shared.piece;
    let texts = "";
    for (let id = firstId; id < endId; id++) texts += this.#ring[id % EVENTS_MAX] ?? "";
    const piece = encoder.encode(texts);
    this.#shared = { key, piece };
    return piece;
  }

  #enter(): void {
    this.#watcherCount++;
    if (!this.#isOver) this.#keepAlive ??= setInterval(() => this.#onSilence(), KEEP_ALIVE_MS);
  }

  /** Time to say something to everybody: a proxy in between must not take them for gone. */
  #onSilence(): void {
    this.#dueCount = this.#waiting.length;
    this.#schedule();
  }

  #leave(): void {
    if (--this.#watcherCount > 0) return;
    this.#recordUntilMs = performance.now() + (this.#options.isInTurn ? AFTERWARDS_IN_TURN_MS : AFTERWARDS_MS);
    clearInterval(this.#keepAlive);
    this.#keepAlive = undefined;
  }
}

/** What those are told who would watch a server without its lab: the mode that it runs in, and that this is all. */
export function unwatched(mode: string): Handler {
  const hello = { mode, isInTurn: mode === "sequential", isWatched: false, ports: [], ms: 0, next: 1 };
  const text = eventText("hello", hello) + eventText("end", { reason: "unwatched", next: 1 });
  const response = prepareResponse(200, { fields: FIELDS, content: encoder.encode(text) });
  return () => response;
}

/** The fields of a stream; a page of the same host on one of some other ports may read it (Fetch Standard, CORS). */
function fieldsFor(request: HttpRequest, ports: readonly number[] = []): Record<string, string> {
  if (ports.length === 0) return FIELDS;
  const origin = request.field("origin"), vary = { ...FIELDS, "Vary": "Origin" };
  if (origin === undefined || !URL.canParse(origin)) return vary;
  const { protocol, hostname, port } = new URL(origin), host = `${protocol}//${request.field("host")}`;
  const isOurs = URL.canParse(host) && new URL(host).hostname === hostname && ports.includes(Number(port));
  return isOurs ? { ...vary, "Access-Control-Allow-Origin": origin } : vary;
}

function eventText(name: string, data: Record<string, unknown>): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
