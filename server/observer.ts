/**
 * What can be seen of connections and requests while they are served: the access log, the metrics, traces and whoever
 * else wants to watch. Where nobody does, there is no {@linkcode ConnectionWatch}, and a request pays for one branch.
 *
 * Octets of a request lie in a buffer that is used again, so what is told of it are strings made when it was asked.
 */
import { FIELD, type HttpRequest, type HttpResponse, type Peer } from "../http1/message.ts";
import { type Answer, sendsContent } from "../http1/response_writer.ts";
import { isPeerGone } from "./peer_gone.ts";

/** One request and what became of it. Used again for a later request once the last observer was told of its end. */
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
  /** A deadline has passed, in this phase: the name of a `Phase` of `progress.ts`, in small letters. */
  timedOut?(phase: string): void;
  /** A request was refused before a handler saw it, or a connection was; `proxy` for want of a PROXY header. */
  refused?(reason: number | "proxy"): void;
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
  // Each is told of what it wants to hear only, and a request makes no closure.
  const toAsk = all.filter((it) => it.asked), toHandle = all.filter((it) => it.handled);
  const toAnswer = all.filter((it) => it.answered);
  return {
    wantsTime: all.some(({ wantsTime }) => wantsTime),
    asked(exchange) {
      for (const it of toAsk) it.asked!(exchange);
    },
    handled(exchange) {
      for (const it of toHandle) it.handled!(exchange);
    },
    answered(exchange, endMs) {
      for (const it of toAnswer) it.answered!(exchange, endMs);
    },
    opened: (connection, peer) => all.forEach((it) => it.opened?.(connection, peer)),
    timedOut: (phase) => all.forEach((it) => it.timedOut?.(phase)),
    refused: (reason) => all.forEach((it) => it.refused?.(reason)),
    closed: (connection) => all.forEach((it) => it.closed?.(connection)),
    acceptFailed: () => all.forEach((it) => it.acceptFailed?.()),
    stopping: () => all.forEach((it) => it.stopping?.()),
  };
}

/** An exchange as its connection keeps it. */
class OneExchange implements Exchange {
  readonly connection: number;
  readonly peer: Peer;
  method = "";
  target = "";
  minorVersion: 0 | 1 = 1;
  referer: string | undefined;
  userAgent: string | undefined;
  forwarded: string | undefined;
  forwardedFor: string | undefined;
  startMs = 0;
  status = 0;
  sentBytes = 0;
  error: string | undefined;
  /** Octets of content in the batch, when all of the answer is there; else -1. */
  batchedBytes = -1;

  constructor(connection: number, peer: Peer) {
    this.connection = connection;
    this.peer = peer;
  }

  /** Begins anew, with a request or with a head that was refused before it was one. */
  begin(request: HttpRequest | undefined, startMs: number): void {
    this.method = request?.method ?? "";
    this.target = request?.target ?? "";
    this.minorVersion = request?.minorVersion ?? 1;
    this.referer = request?.field(FIELD["referer"]);
    this.userAgent = request?.field(FIELD["user-agent"]);
    this.forwarded = request?.field(FIELD["forwarded"]);
    this.forwardedFor = request?.field(FIELD["x-forwarded-for"]);
    this.startMs = startMs;
    this.status = this.sentBytes = 0;
    this.error = undefined;
    this.batchedBytes = -1;
  }
}

let connectionCount = 0;

/** Tells an observer of one connection. */
export class ConnectionWatch {
  readonly #observer: Observer;
  readonly #connection = ++connectionCount;
  readonly #peer: Peer;
  /** Requests that are not answered to their last octet, in order; all but the last wait in the batch. */
  readonly #running: OneExchange[] = [];
  /** The last one that has ended, for the next request: most connections never need another. */
  #spare: OneExchange | undefined;
  #error = "cut";

  /** Tells of a connection to `peer`. */
  constructor(observer: Observer, peer: Peer) {
    this.#observer = observer;
    this.#peer = peer;
    observer.opened?.(this.#connection, peer);
  }

  #nowMs(): number {
    return this.#observer.wantsTime ? performance.now() : 0;
  }

  #begin(request?: HttpRequest): OneExchange {
    const exchange = this.#spare ?? new OneExchange(this.#connection, this.#peer);
    this.#spare = undefined;
    exchange.begin(request, this.#nowMs());
    this.#running.push(exchange);
    return exchange;
  }

  #end(exchange: OneExchange, endMs: number): void {
    this.#observer.answered?.(exchange, endMs);
    this.#spare = exchange;
  }

  /** A head is whole. */
  asked(request: HttpRequest): void {
    const exchange = this.#begin(request);
    this.#observer.asked?.(exchange);
  }

  /**
   * An answer was added to the batch.
   *
   * @param isWhole whether nothing of it is still to come
   */
  appended(response: HttpResponse, answer: Answer, isWhole: boolean): void {
    const { status, contentLength } = response;
    let exchange = this.#running.at(-1);
    if (exchange === undefined || exchange.status !== 0) {
      // The head was refused: there is no request that this answers.
      exchange = this.#begin();
      this.#observer.refused?.(status);
    }
    exchange.status = status;
    this.#observer.handled?.(exchange);
    if (isWhole) exchange.batchedBytes = sendsContent(response, answer) ? contentLength ?? 0 : 0;
  }

  /** The batch is with the kernel. */
  flushed(): void {
    const running = this.#running, endMs = this.#nowMs();
    let done = 0;
    while (done < running.length && running[done].batchedBytes >= 0) {
      const exchange = running[done++];
      exchange.sentBytes = exchange.batchedBytes;
      this.#end(exchange, endMs);
    }
    if (done === running.length) running.length = 0;
    else if (done > 0) running.splice(0, done);
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
    const last = this.#running.at(-1);
    if (last === undefined) return;
    if (isBatched) last.batchedBytes = last.sentBytes;
    else {
      this.#running.pop();
      this.#end(last, this.#nowMs());
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
    const endMs = this.#nowMs();
    for (const exchange of this.#running.splice(0)) {
      exchange.error = this.#error;
      this.#observer.answered?.(exchange, endMs);
    }
    this.#observer.closed?.(this.#connection);
  }
}
