/**
 * What can be seen of connections and requests while they are served: the access log, the metrics, traces and whoever
 * else wants to watch. Where nobody does, there is no {@linkcode ConnectionWatch}, and a request pays for one branch.
 *
 * Octets of a request lie in a buffer that is used again, so what is told of it are strings made when it was asked.
 */
import { FIELD, type HttpRequest, type HttpResponse, type Peer } from "../http1/message.ts";
import { isPeerGone } from "./peer_gone.ts";

/** One request and what became of it. */
export interface Exchange {
  /** Number of the connection, unique in this process. */
  readonly connection: number;
  /** Who is at the other end of the connection. */
  readonly peer: Peer;
  /** Method, empty when the head was refused before there was one. */
  readonly method: string;
  /** Request-target as it came. */
  readonly target: string;
  /** Minor version of HTTP/1. */
  readonly minorVersion: 0 | 1;
  /** Value of Host. */
  readonly host: string | undefined;
  /** Value of Referer. */
  readonly referer: string | undefined;
  /** Value of User-Agent. */
  readonly userAgent: string | undefined;
  /** Field lines of proxies, as they came; who believes them has to know the proxy. */
  readonly forwarded: string | undefined;
  /** Value of X-Forwarded-For. */
  readonly forwardedFor: string | undefined;
  /** When the head was whole, in milliseconds of `performance.now()`; 0 where no observer wants the time. */
  readonly startMs: number;
  /** Status code of the answer; 0 while, or because, there is none. */
  status: number;
  /** Octets of content that the kernel took for the peer, without the framing of chunks. */
  sentBytes: number;
  /** Why the answer did not come to its end: `timeout`, `peer_gone`, `content_changed`, `cut`. */
  error: string | undefined;
}

/** Somebody who watches. Nothing here may throw or wait. */
export interface Observer {
  /** Whether it wants {@linkcode Exchange.startMs} and the time of the end; the system's clock has its price. */
  readonly wantsTime: boolean;
  /** A connection was accepted. */
  opened?(connection: number, peer: Peer): void;
  /** A head is whole, and its handler starts. */
  asked?(exchange: Exchange): void;
  /** The handler has answered, and the answer is about to be sent. */
  handled?(exchange: Exchange): void;
  /** The last octet of an answer is with the kernel, or never will be. */
  answered?(exchange: Exchange, endMs: number): void;
  /** A deadline has passed: `idle`, `head`, `content`, `handler`, `stream`, `write` or `linger`. */
  timedOut?(phase: string): void;
  /** A request was refused before a handler saw it, or a connection was. */
  refused?(status: number): void;
  /** A connection is closed. */
  closed?(connection: number): void;
  /** `accept` failed. */
  acceptFailed?(): void;
  /** The server stops: answers without an end have to find one. */
  stopping?(): void;
}

/** Makes one observer of several; `undefined` of none. */
export function observers(all: readonly Observer[]): Observer | undefined {
  if (all.length < 2) return all[0];
  return {
    wantsTime: all.some(({ wantsTime }) => wantsTime),
    opened: (connection, peer) => all.forEach((it) => it.opened?.(connection, peer)),
    asked: (exchange) => all.forEach((it) => it.asked?.(exchange)),
    handled: (exchange) => all.forEach((it) => it.handled?.(exchange)),
    answered: (exchange, endMs) => all.forEach((it) => it.answered?.(exchange, endMs)),
    timedOut: (phase) => all.forEach((it) => it.timedOut?.(phase)),
    refused: (status) => all.forEach((it) => it.refused?.(status)),
    closed: (connection) => all.forEach((it) => it.closed?.(connection)),
    acceptFailed: () => all.forEach((it) => it.acceptFailed?.()),
    stopping: () => all.forEach((it) => it.stopping?.()),
  };
}

let connectionCount = 0;

/** Tells an observer of one connection. */
export class ConnectionWatch {
  readonly #observer: Observer;
  readonly #connection = ++connectionCount;
  readonly #peer: Peer;
  /** Requests that are not answered to their last octet, in order; all but the last wait in the batch. */
  #running: Exchange[] = [];
  /** Octets of content in the batch for each of them that is whole there; -1 for one that is not. */
  #batched: number[] = [];
  #error = "cut";

  /** Tells of a connection to `peer`. */
  constructor(observer: Observer, peer: Peer) {
    this.#observer = observer;
    this.#peer = peer;
    observer.opened?.(this.#connection, peer);
  }

  /** A head is whole. */
  asked(request: HttpRequest): void {
    const exchange: Exchange = {
      connection: this.#connection,
      peer: this.#peer,
      method: request.method,
      target: request.target,
      minorVersion: request.minorVersion,
      host: request.field(FIELD["host"]),
      referer: request.field(FIELD["referer"]),
      userAgent: request.field(FIELD["user-agent"]),
      forwarded: request.field(FIELD["forwarded"]),
      forwardedFor: request.field(FIELD["x-forwarded-for"]),
      startMs: this.#observer.wantsTime ? performance.now() : 0,
      status: 0,
      sentBytes: 0,
      error: undefined,
    };
    this.#running.push(exchange);
    this.#batched.push(-1);
    this.#observer.asked?.(exchange);
  }

  /**
   * An answer was added to the batch.
   *
   * @param isWhole whether nothing of it is still to come
   */
  appended({ status, contentLength }: HttpResponse, isHead: boolean, isWhole: boolean): void {
    let at = this.#running.length - 1;
    if (at < 0 || this.#running[at].status !== 0) at = this.#refused(status);
    this.#running[at].status = status;
    this.#observer.handled?.(this.#running[at]);
    const hasContent = !isHead && status !== 204 && status !== 304;
    if (isWhole) this.#batched[at] = hasContent ? contentLength ?? 0 : 0;
  }

  /** The head was refused: there is no request that this answers. */
  #refused(status: number): number {
    const none = { host: undefined, referer: undefined, userAgent: undefined, forwarded: undefined };
    const startMs = this.#observer.wantsTime ? performance.now() : 0;
    const request = { method: "", target: "", minorVersion: 1, ...none, forwardedFor: undefined } as const;
    const state = { connection: this.#connection, peer: this.#peer, startMs, sentBytes: 0, error: undefined };
    this.#observer.refused?.(status);
    this.#batched.push(-1);
    return this.#running.push({ ...request, ...state, status: 0 }) - 1;
  }

  /** The batch is with the kernel. */
  flushed(): void {
    const endMs = this.#observer.wantsTime ? performance.now() : 0;
    let done = 0;
    while (done < this.#running.length && this.#batched[done] >= 0) {
      const exchange = this.#running[done];
      exchange.sentBytes = this.#batched[done++];
      this.#observer.answered?.(exchange, endMs);
    }
    if (done === this.#running.length) this.#running.length = this.#batched.length = 0;
    else if (done > 0) {
      this.#running.splice(0, done);
      this.#batched.splice(0, done);
    }
  }

  /** Octets of content outside of the batch are with the kernel. */
  sent(count: number): void {
    const last = this.#running.at(-1);
    if (last !== undefined) last.sentBytes += count;
  }

  /**
   * An answer that did not fit the batch was sent.
   *
   * @param isBatched whether its last octets wait in the batch, else all are with the kernel
   */
  finished(isBatched: boolean): void {
    const last = this.#running.length - 1;
    if (isBatched && last >= 0) {
      this.#batched[last] = this.#running[last].sentBytes;
      return;
    }
    const exchange = this.#running.pop();
    this.#batched.pop();
    if (exchange !== undefined) {
      this.#observer.answered?.(exchange, this.#observer.wantsTime ? performance.now() : 0);
    }
  }

  /** The connection ends because of an error. */
  failed(error: unknown): void {
    if (this.#error !== "cut") return;
    if (isPeerGone(error)) this.#error = "peer_gone";
    else if (error instanceof Error && error.name === "ContentChangedError") this.#error = "content_changed";
  }

  /** A deadline has passed. */
  timedOut(phase: string): void {
    this.#error = "timeout";
    this.#observer.timedOut?.(phase);
  }

  /** The connection is closed: what was not answered will not be. */
  closed(): void {
    const endMs = this.#observer.wantsTime ? performance.now() : 0;
    for (const exchange of this.#running) {
      exchange.error = this.#error;
      this.#observer.answered?.(exchange, endMs);
    }
    this.#running = [];
    this.#observer.closed?.(this.#connection);
  }
}
