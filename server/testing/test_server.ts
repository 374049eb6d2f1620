/**
 * What the tests of connections share: a server without sockets, a clock that is moved by hand, content that says what
 * became of it, and the octets that simple answers must have.
 */
import { DEFAULT_LIMITS, type FileSlice, type Handler, type HttpResponse, type Limits } from "../../http1/message.ts";
import { plainResponse, prepareResponse } from "../../http1/response.ts";
import { Clock } from "../clock.ts";
import { serveConnection } from "../connection.ts";
import type { Observer } from "../observer.ts";
import { OpenConnections } from "../open_connections.ts";
import type { Server } from "../server.ts";
import { MemorySocket, octets, text } from "./memory_socket.ts";

/** The date of all answers: the clock's other hand is moved by {@linkcode TestServer.advance}. */
const DATE_MS = 784_111_777_000;
/** Deno 2.4 has it, and does not know its type. */
const { setImmediate } = globalThis as unknown as { setImmediate(callback: () => void): void };
/** Common fields of all answers. */
export const COMMON = "Server: siesta\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

/**
 * Lets everything happen that waits for nothing outside. In memory all waiting is for promises, and an immediate's turn
 * comes when no promise is left that could go on; so this is no time to sleep but the end of a turn.
 */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A server whose connections are in memory. */
export class TestServer implements Server {
  readonly handler: Handler;
  readonly limits: Limits;
  readonly clock: Clock = new Clock();
  readonly connections: OpenConnections = new OpenConnections(this.clock);
  /** Who watches; set before the first connection. */
  observer: Observer | undefined;
  /** Which addresses are those of proxies. */
  isProxy: Server["isProxy"];
  /** What was reported. */
  readonly reports: unknown[] = [];
  readonly report = (error: unknown): void => {
    this.reports.push(error);
  };
  /** Connections that are being served. */
  running = 0;

  constructor(handler: Handler, limits: Partial<Limits> = {}) {
    this.handler = handler;
    this.limits = { ...DEFAULT_LIMITS, ...limits };
    this.clock.advance(0, DATE_MS);
  }

  /** Opens a connection; the test plays its peer. A rejection of `serveConnection` ends the test. */
  connect(socket: MemorySocket = new MemorySocket()): MemorySocket {
    this.running++;
    serveConnection(socket, this).then(() => this.running--);
    return socket;
  }

  /** Moves the clock, as its ticks would, and lets happen what follows. */
  async advance(ms: number): Promise<void> {
    await turn();
    for (const endMs = this.clock.nowMs + ms; this.clock.nowMs < endMs;) {
      this.clock.advance(Math.min(endMs, this.clock.nowMs + 250), DATE_MS);
      await turn();
    }
  }

  /** Throws unless every connection has come to its end, closed its socket, and reported nothing. */
  async assertOver(...sockets: MemorySocket[]): Promise<void> {
    await turn();
    if (this.reports.length > 0) throw new Error("Errors were reported", { cause: this.reports });
    if (this.running !== 0) throw new Error(`${this.running} connections are still served`);
    if (this.connections.size !== 0) throw new Error(`${this.connections.size} connections are still in the set`);
    for (const { calls } of sockets) {
      if (calls.filter((call) => call === "close").length !== 1) throw new Error(`Closed: ${calls.join(", ")}`);
    }
  }
}

/** A request for a path, `HTTP/1.1` and without content unless told otherwise. */
export function get(path: string, { method = "GET", version = "1.1", fields = "", content = "" } = {}): string {
  return `${method} ${path} HTTP/${version}\r\nHost: a.example\r\n${fields}\r\n${content}`;
}

/** A response of a text. */
export function page(content: string, status = 200): HttpResponse {
  return prepareResponse(status, { content: octets(content) });
}

/** The octets of the answer that {@linkcode page} comes to. */
export function pageOctets(content: string, { connection = "", status = "200 OK", isHead = false } = {}): string {
  const option = connection === "" ? "" : `Connection: ${connection}\r\n`;
  const length = `Content-Length: ${content.length}\r\n`;
  return `HTTP/1.1 ${status}\r\n${length}${COMMON}${option}\r\n${isHead ? "" : content}`;
}

/** The octets of an answer that ends the connection because of an error. */
export function errorOctets(status: number, reason = "", { isHead = false } = {}): string {
  const { head, content } = plainResponse(status, reason);
  return `${text(head)}${COMMON}Connection: close\r\n\r\n${isHead ? "" : text(content as Uint8Array)}`;
}

/** A handler that answers `/name` with `name`, and `/slow-name` once it is told to. */
export class Pages {
  readonly #slow: Map<string, PromiseWithResolvers<HttpResponse>> = new Map();
  /** Paths that were asked for, in order. */
  readonly asked: string[] = [];
  /** Signals of the slow ones. */
  readonly signals: AbortSignal[] = [];

  readonly handler: Handler = (request) => {
    const name = request.path.slice(1);
    this.asked.push(name);
    if (!name.startsWith("slow")) return page(name);
    const waiting = Promise.withResolvers<HttpResponse>();
    const { signal } = request;
    signal.addEventListener("abort", () => waiting.reject(signal.reason));
    this.signals.push(signal);
    this.#slow.set(name, waiting);
    return waiting.promise;
  };

  /** Lets a slow one answer. */
  answer(name: string, response: HttpResponse = page(name)): void {
    this.#slow.get(name)!.resolve(response);
  }

  /** Lets a slow one fail. */
  fail(name: string, error: unknown): void {
    this.#slow.get(name)!.reject(error);
  }
}

/** A part of a file in memory, which knows how often it was closed. */
export class MemorySlice implements FileSlice {
  remaining: number;
  /** How often the handle was given back. */
  closeCount = 0;
  /** How often it was asked whether the file is still the same. */
  checkCount = 0;
  isSame = true;
  /** Thrown by the next read. */
  error: Error | undefined;
  /** Waited for by each read. */
  gate: Promise<void> | undefined;
  readonly #file: Uint8Array;
  readonly #pieceMax: number;
  #at = 0;

  /**
   * @param content what the file has
   * @param announced octets that the slice promises
   * @param pieceMax octets that one read gives at most
   */
  constructor(content: string, announced = content.length, pieceMax = Infinity) {
    this.#file = octets(content);
    this.remaining = announced;
    this.#pieceMax = pieceMax;
  }

  async read(into: Uint8Array): Promise<number> {
    if (this.closeCount > 0) throw new Deno.errors.BadResource("Bad resource ID");
    if (this.gate !== undefined) await this.gate;
    if (this.error !== undefined) throw this.error;
    const piece = this.#file.subarray(this.#at, this.#at + Math.min(into.length, this.#pieceMax, this.remaining));
    into.set(piece);
    this.#at += piece.length;
    this.remaining -= piece.length;
    return piece.length;
  }

  isUnchanged(): Promise<boolean> {
    this.checkCount++;
    return Promise.resolve(this.isSame);
  }

  close(): void {
    this.closeCount++;
  }
}

/** A stream that gives what it was given, and knows how often it was given back. */
export class MemoryStream implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array> {
  returnCount = 0;
  readonly #pieces: Uint8Array[] = [];
  #isOver = false;
  #error: unknown;
  #wake: (() => void) | undefined;

  /** Gives pieces; `end` gives the end, `fail` an error. */
  push(...pieces: string[]): this {
    this.#pieces.push(...pieces.map(octets));
    this.#wake?.();
    return this;
  }

  end(): this {
    this.#isOver = true;
    this.#wake?.();
    return this;
  }

  fail(error: unknown): this {
    this.#error = error;
    this.#wake?.();
    return this;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    while (this.#pieces.length === 0 && !this.#isOver && this.#error === undefined) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    if (this.#pieces.length > 0) return { done: false, value: this.#pieces.shift()! };
    if (this.#error !== undefined) throw this.#error;
    return { done: true, value: undefined };
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    this.returnCount++;
    return Promise.resolve({ done: true, value: undefined });
  }
}
