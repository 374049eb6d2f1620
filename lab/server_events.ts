/**
 * What the server does, as Server-Sent Events: a connection is `accepted`, a request `asked` (its head is parsed, and its
 * handler starts), `answered` by its handler, and `sent`, the connection `closed`; each with the number of the connection
 * and the server's monotonic time.
 *
 * All watchers read from one ring, each with a place of its own in it, so memory does not grow with them, and one that
 * is too slow is told how much it has lost. Nothing is recorded while nobody watches, and no timer runs.
 */
import type { Handler } from "../http1/message.ts";
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
}

/** Events kept, each of some 100 to 350 octets; a run of the page makes about a hundred. */
const EVENTS_MAX = 2_048;
/** Events recorded between two wake-ups: 5,000 a second, more than a picture can show. */
const EVENTS_PER_TICK_MAX = 250;
/** How long news are collected: short for an eye, and 20 writes a second for each watcher at most. */
const TICK_MS = 50;
/** How often a watcher hears something: half of what proxies forgive. */
const KEEP_ALIVE_MS = 15_000;
/** How long recording goes on when the last watcher has left: a run in turn, which is watched at its end. */
const AFTERWARDS_MS = 300_000;
/** More than this many watch nothing. */
const WATCHERS_MAX = 256;
/** Characters of a target that are told. */
const TARGET_CHARS_MAX = 200;
/** Events in one piece of a stream. */
const PIECE_EVENTS_MAX = 256;

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
  /** The last piece that was made. */
  #shared: { readonly key: string; readonly piece: Uint8Array } | undefined;
  #watcherCount = 0;
  #recordUntilMs = -Infinity;
  #tickCount = 0;
  #tick: ReturnType<typeof setTimeout> | undefined;
  #keepAlive: ReturnType<typeof setInterval> | undefined;
  /** Resolves when there may be something to tell; true when it is only that time has passed. */
  #news = Promise.withResolvers<boolean>();
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
    this.#wake(false);
  }

  /** Whether anybody watches, or has a moment ago. */
  #isRecording(): boolean {
    if (this.#watcherCount > 0) return true;
    if (this.#recordUntilMs === -Infinity) return false;
    if (performance.now() < this.#recordUntilMs) return true;
    this.#recordUntilMs = -Infinity;
    this.#ring = [];
    this.#shared = undefined;
    return false;
  }

  #record(name: string, data: Record<string, unknown>): void {
    if (this.#isOver) return;
    this.#tick ??= setTimeout(() => this.#onTick(), TICK_MS);
    if (++this.#tickCount <= EVENTS_PER_TICK_MAX) this.#push(name, data);
  }

  #push(name: string, data: Record<string, unknown>): void {
    const id = this.#nextId++;
    this.#ring[id % EVENTS_MAX] = `id: ${id}\n${eventText(name, data)}`;
  }

  #onTick(): void {
    this.#tick = undefined;
    const lostCount = this.#tickCount - EVENTS_PER_TICK_MAX;
    this.#tickCount = 0;
    if (lostCount > 0) this.#push("lost", { count: lostCount });
    this.#wake(false);
  }

  #wake(isOnlyTime: boolean): void {
    const { resolve } = this.#news;
    this.#news = Promise.withResolvers();
    resolve(isOnlyTime);
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
    return prepareResponse(200, { fields: FIELDS, content: this.#stream(nextId, request.signal) });
  };

  async *#stream(nextId: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const wake = () => this.#wake(false);
    this.#enter();
    signal.addEventListener("abort", wake, { once: true });
    try {
      const { mode, isInTurn = false } = this.#options;
      yield encoder.encode(eventText("hello", { mode, isInTurn, ms: performance.now(), next: nextId }));
      while (!signal.aborted) {
        const firstId = this.#nextId - EVENTS_MAX;
        if (nextId < firstId) {
          yield encoder.encode(eventText("lost", { count: firstId - nextId }));
          nextId = Math.max(nextId, this.#nextId - EVENTS_MAX);
        } else if (nextId < this.#nextId) {
          const endId = Math.min(nextId + PIECE_EVENTS_MAX, this.#nextId);
          const piece = this.#piece(nextId, endId);
          nextId = endId;
          yield piece;
        } else if (this.#isOver || isInTurn) {
          return yield encoder.encode(eventText("end", { reason: this.#isOver ? "stop" : "turn", next: nextId }));
        } else if (await this.#news.promise) yield KEEP_ALIVE;
      }
    } finally {
      signal.removeEventListener("abort", wake);
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
    if (!this.#isOver) this.#keepAlive ??= setInterval(() => this.#wake(true), KEEP_ALIVE_MS);
  }

  #leave(): void {
    if (--this.#watcherCount > 0) return;
    this.#recordUntilMs = performance.now() + AFTERWARDS_MS;
    clearInterval(this.#keepAlive);
    this.#keepAlive = undefined;
  }
}

function eventText(name: string, data: Record<string, unknown>): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
