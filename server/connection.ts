/**
 * One connection from its first octet to its last: read, parse, handle, write; the only reader and writer of its socket.
 *
 * It never rejects: whatever a peer, a handler or the system does ends here. It knows no files and no routes, and sets
 * no timers: it has one deadline, which the clock's tick looks at.
 *
 * 1. read into the parser's room
 * 2. for each whole request there: call the handler; an answer that is there at once joins the batch
 * 3. an answer that is not: first write the batch, then wait (and notice when the peer goes), then go on
 * 4. write the batch in one go, and read again
 * 5. in the end: half-close, discard what still comes for a moment, close
 */
import type { Content, Handler, HttpResponse, Limits, Peer } from "../http1/message.ts";
import { ProtocolError } from "../http1/message.ts";
import type { ParsedRequest, RequestSource } from "../http1/parsed_request.ts";
import { RequestParser } from "../http1/request_parser.ts";
import { type Answer, isChunked, plainResponse, ResponseWriter } from "../http1/response_writer.ts";
import type { Clock } from "./clock.ts";
import type { OpenConnection, OpenConnections } from "./open_connections.ts";
import { isPeerGone } from "./peer_gone.ts";
import { ContentChangedError, discardContent, sendOctets, sendSlice } from "./send.ts";

/** What a connection needs of its socket; `Deno.Conn` has it, and so have the tests' connections in memory. */
export interface Socket {
  readonly remoteAddr: Deno.Addr;
  read(into: Uint8Array): Promise<number | null>;
  write(octets: Uint8Array): Promise<number>;
  /** Says that nothing more will be written (FIN). */
  closeWrite(): Promise<void>;
  close(): void;
}

/** What all connections of a server share. */
export interface Server {
  readonly handler: Handler;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly connections: OpenConnections;
  /** Told of errors that are ours, never of those of a peer. */
  report(error: unknown): void;
}

/** Serves one connection until it is closed; never rejects. */
export async function serveConnection(socket: Socket, server: Server): Promise<void> {
  const connection = new Connection(socket, server);
  server.connections.add(connection);
  try {
    await connection.run();
  } catch (error) {
    // A read or write that we broke off ourselves is no news, nor is a file that changed: its answer was cut short.
    const isExpected = connection.isClosed || isPeerGone(error) || error instanceof ContentChangedError;
    if (!isExpected) server.report(error);
  } finally {
    connection.cut();
    server.connections.delete(connection);
  }
}

/** What a connection does, which says whose turn it is when its deadline passes. */
const enum Phase {
  /** Waiting for the first octet of a request. */
  Idle,
  /** A head is coming in. */
  Head,
  /** Content is coming in. */
  Content,
  /** A handler is at work. */
  Handler,
  /** An answer has begun whose stream has nothing to send yet. */
  Stream,
  /** An answer is going out. */
  Write,
  /** Our side is closed; the peer may read on and close. */
  Linger,
  Closed,
}

/** Longest time a handler may take: the longest `/sleep`, twice. Longer is our bug, and must not hold a connection. */
const HANDLER_MS = 120_000;
/** Pause between two octets of the probe: longer than a round trip. */
const PROBE_MS = 1_000;
/** Time for a connection that has not asked yet when the server stops. */
const NEWCOMER_MS = 1_000;
/** Content is announced and unread, yet too long to be read for nothing: this much is let go by before the close. */
const LINGER_BYTES_MAX = 16_777_216;
/** What comes in after our side is closed; nobody ever looks at it, so all connections share it. */
const discarded = new Uint8Array(65_536);

class Connection implements OpenConnection, RequestSource {
  deadlineMs = 0;
  readonly #socket: Socket;
  readonly #server: Server;
  readonly #parser: RequestParser;
  readonly #writer: ResponseWriter;
  readonly #answer: Answer = { isHead: false, minorVersion: 1, persistent: true, commonFields: new Uint8Array() };
  #phase: Phase = Phase.Idle;
  #requestCount = 0;
  /** A read that began while a handler was at work, and whose octets belong to the parser. */
  #filling: Promise<boolean> | undefined;
  /** Whether the peer has closed its side. It may still read, so a request that is whole is answered. */
  #isHalfClosed = false;
  /** Whether the last request itself asked for the end of the connection. */
  #peerEnds = false;
  /** Whether the peer still waits for `100 (Continue)`. */
  #expectsContinue = false;
  /** Set when our last octets go out: nothing that comes in is looked at any more. */
  #ending: Promise<void> | undefined;
  #isWatching = false;
  #handlerEndMs = 0;
  #probing: Promise<unknown> | undefined;
  #abort: AbortController | undefined;
  #peer: Peer | undefined;

  constructor(socket: Socket, server: Server) {
    this.#socket = socket;
    this.#server = server;
    this.#parser = new RequestParser(server.limits, this);
    this.#writer = new ResponseWriter(server.limits);
  }

  // --- the life of a connection ------------------------------------------------------------------------------------

  async run(): Promise<void> {
    const parser = this.#parser, socket = this.#socket;
    // A new connection owes us a head, an old one may rest.
    this.#enter(Phase.Idle, this.#server.limits.headReadMs);
    for (;;) {
      if (this.#filling !== undefined) {
        if (!await this.#filling) break;
      } else {
        const count = await socket.read(parser.space() as Uint8Array<ArrayBuffer>);
        if (count === null) break;
        parser.commit(count);
      }
      if (this.#ending !== undefined) return await this.#linger();
      if (this.#phase === Phase.Idle) this.#enter(Phase.Head, this.#server.limits.headReadMs);
      try {
        let request: ParsedRequest | undefined;
        while ((request = parser.next()) !== undefined) {
          const pending = this.#respond(request);
          if (pending !== undefined) await pending;
          if (!this.#answer.persistent) return await this.#finish();
        }
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        return await this.#refuse(error);
      }
      if (this.#writer.length > 0) await this.#flush();
      if (parser.isEmpty) this.#enter(Phase.Idle, this.#server.limits.idleMs);
      else if (this.#phase !== Phase.Head) this.#enter(Phase.Head, this.#server.limits.headReadMs);
    }
    this.#isHalfClosed = true;
    if (this.#ending === undefined && parser.isEmpty) return;
    await this.#refuse(new ProtocolError(400, "RFC 9112 8", "Request is incomplete"));
  }

  /** Answers one request. Returns a promise only when the answer is not in the batch yet. */
  #respond(request: ParsedRequest): Promise<void> | undefined {
    const { limits, handler } = this.#server;
    this.#phase = Phase.Handler;
    this.#requestCount++;
    this.#peerEnds = !request.persistent;
    this.#expectsContinue = request.expectsContinue;
    const answer = this.#answer;
    answer.isHead = request.method === "HEAD";
    answer.minorVersion = request.minorVersion;
    answer.persistent = request.persistent && this.#requestCount < limits.requestsPerConnectionMax;
    let result: HttpResponse | Promise<HttpResponse>;
    try {
      result = handler(request);
    } catch (error) {
      result = this.#failed(error);
    }
    if (result instanceof Promise || !this.#parser.contentDone || !this.#writer.fits(result)) {
      return this.#respondLater(request, result);
    }
    this.#append(result);
    return undefined;
  }

  async #respondLater(request: ParsedRequest, result: HttpResponse | Promise<HttpResponse>): Promise<void> {
    // An answer never waits for a later one.
    if (this.#writer.length > 0) await this.#flush();
    const response = result instanceof Promise ? await this.#awaitHandler(result) : result;
    if (response === undefined) return;
    try {
      if (!this.#parser.contentDone) await this.#discardRequestContent(request);
    } catch (error) {
      await discardContent(response.content);
      throw error;
    }
    await this.#send(response);
  }

  /** Waits for a handler, and notices meanwhile when the peer goes. Gives `undefined` when nobody wants the answer. */
  async #awaitHandler(result: Promise<HttpResponse>): Promise<HttpResponse | undefined> {
    this.#enter(Phase.Handler, HANDLER_MS);
    this.#handlerEndMs = this.deadlineMs;
    if (this.#parser.contentDone) this.#watch();
    let response: HttpResponse | undefined;
    try {
      response = await result;
    } catch (error) {
      // The content that it read broke the protocol: the peer's error, not the handler's.
      if (error instanceof ProtocolError) throw error;
      if (!this.isClosed) response = this.#failed(error);
    }
    this.#abort = undefined;
    await this.#probing;
    if (!this.isClosed) return response;
    this.#answer.persistent = false;
    if (response !== undefined) await discardContent(response.content);
    return undefined;
  }

  /** Our bug: the peer hears of it in three words, whoever runs the server in full. */
  #failed(error: unknown): HttpResponse {
    this.#server.report(error);
    this.#answer.persistent = false;
    return plainResponse(500);
  }

  async #send(response: HttpResponse): Promise<void> {
    const answer = this.#answer;
    // HTTP/1.0 is told the end of content of unknown length by the end of the connection.
    if (response.contentLength === undefined && answer.minorVersion === 0) answer.persistent = false;
    const content = this.#append(response);
    if (content === null) return await discardContent(response.content);
    await this.#flush();
    if (content instanceof Uint8Array) await sendOctets(content, this.#write);
    else if ("remaining" in content) await sendSlice(content, this.#write);
    else await this.#sendStream(content, isChunked(response, answer));
    this.#phase = Phase.Handler;
  }

  async #sendStream(content: AsyncIterable<Uint8Array>, inChunks: boolean): Promise<void> {
    const iterator = content[Symbol.asyncIterator]();
    try {
      for (;;) {
        this.#enter(Phase.Stream, HANDLER_MS);
        this.#watch();
        const { done, value } = await iterator.next();
        if (this.isClosed || done) break;
        if (inChunks) this.#writer.appendChunk(value);
        else await sendOctets(value, this.#write);
        if (this.#writer.length > 0) await this.#flush();
      }
    } finally {
      await iterator.return?.();
    }
    if (inChunks && !this.isClosed) this.#writer.appendLastChunk();
  }

  // --- reading -----------------------------------------------------------------------------------------------------

  /** Reads on beside the main loop; whoever waits meanwhile waits for the same octets. */
  #fill(): Promise<boolean> {
    return this.#filling ??= this.#readMore();
  }

  async #readMore(): Promise<boolean> {
    try {
      const count = await this.#socket.read(this.#parser.space() as Uint8Array<ArrayBuffer>);
      if (count === null) this.#isHalfClosed = true;
      else this.#parser.commit(count);
      return count !== null;
    } finally {
      this.#filling = undefined;
    }
  }

  /** Reads while a handler is at work, as far as there is room, to see whether the peer is still there. */
  async #watch(): Promise<void> {
    if (this.#isWatching) return;
    this.#isWatching = true;
    try {
      while (this.#phase === Phase.Handler || this.#phase === Phase.Stream) {
        if (this.#filling === undefined && this.#parser.space().length === 0) break;
        if (!await this.#fill()) {
          if (this.#phase === Phase.Handler) this.#probe();
          break;
        }
      }
    } catch {
      this.cut();
    }
    this.#isWatching = false;
  }

  /**
   * Finds out whether a peer that closed its side still reads: an octet of the answer goes out ahead, and one that is
   * gone answers it with a reset, which the next octet meets.
   */
  #probe(): void {
    const octet = this.#probing === undefined ? this.#writer.probe() : undefined;
    this.deadlineMs = octet === undefined
      ? this.#handlerEndMs
      : Math.min(this.#handlerEndMs, this.#server.clock.nowMs + PROBE_MS);
    if (octet === undefined) return;
    this.#probing = this.#socket.write(octet).then(() => this.#probing = undefined, () => this.cut());
  }

  /** Gives the request's content to its handler; see {@linkcode HttpRequest.content}. */
  async readContent(): Promise<Uint8Array | undefined> {
    const parser = this.#parser;
    for (;;) {
      const piece = parser.content();
      if (piece !== undefined || parser.contentDone) {
        this.#enter(Phase.Handler, HANDLER_MS);
        this.#handlerEndMs = this.deadlineMs;
        if (piece === undefined) this.#watch();
        return piece;
      }
      await this.#fillContent(this.#server.clock.nowMs + this.#server.limits.contentStallMs);
    }
  }

  async #fillContent(deadlineMs: number): Promise<void> {
    if (this.#expectsContinue) {
      this.#expectsContinue = false;
      this.#writer.appendInterim(100);
      await this.#flush();
    }
    this.#phase = Phase.Content;
    this.deadlineMs = deadlineMs;
    const isOpen = await this.#fill();
    if (this.#ending !== undefined) throw new ProtocolError(408, "RFC 9110 15.5.9", "Content is late");
    if (!isOpen) throw new ProtocolError(400, "RFC 9112 8", "Content is incomplete");
  }

  /** Reads the content that the handler left, within bounds; beyond them the connection ends with this answer. */
  async #discardRequestContent(request: ParsedRequest): Promise<void> {
    const { limits, clock } = this.#server, parser = this.#parser;
    const isTooLong = request.contentLength !== undefined && request.contentLength > limits.discardBytesMax;
    // A peer that waits for 100 is not asked for what nobody wants; but it may have begun to send, so that is the end.
    if (isTooLong || this.#expectsContinue) this.#answer.persistent = false;
    if (isTooLong || this.#expectsContinue) return;
    const endMs = clock.nowMs + limits.contentStallMs;
    for (let bytes = 0; bytes <= limits.discardBytesMax;) {
      const piece = parser.content();
      if (piece !== undefined) bytes += piece.length;
      else if (parser.contentDone) return;
      else await this.#fillContent(endMs);
    }
    this.#answer.persistent = false;
  }

  // --- writing -----------------------------------------------------------------------------------------------------

  #append(response: HttpResponse): Content | null {
    const { clock, connections } = this.#server;
    this.#answer.commonFields = clock.commonFields;
    // Asked only now: the server may have begun to stop while the handler was at work.
    if (connections.isDraining) this.#answer.persistent = false;
    return this.#writer.append(response, this.#answer);
  }

  async #flush(): Promise<void> {
    const octets = this.#writer.take();
    this.#enter(Phase.Write, this.#server.limits.writeStallMs);
    try {
      const sent = await this.#socket.write(octets);
      if (sent < octets.length) await this.#write(octets.subarray(sent));
    } finally {
      this.#writer.release();
    }
  }

  /** Writes all of the octets; the deadline is moved by every one that the peer takes. */
  readonly #write = async (octets: Uint8Array): Promise<void> => {
    for (let sent = 0; sent < octets.length;) {
      this.#enter(Phase.Write, this.#server.limits.writeStallMs);
      sent += await this.#socket.write(octets.subarray(sent));
    }
  };

  // --- the end -----------------------------------------------------------------------------------------------------

  /** Ends after the last answer. */
  async #finish(): Promise<void> {
    if (this.isClosed) return;
    if (this.#ending === undefined && this.#writer.length > 0) await this.#flush();
    // Who asked for the end itself sends nothing more that could turn our close into a reset.
    const isQuiet = this.#peerEnds && this.#parser.contentDone && this.#parser.pendingBytes === 0;
    if (isQuiet || this.#isHalfClosed) return;
    this.#ending ??= this.#closeOurSide();
    await this.#linger();
  }

  /** Answers what breaks the protocol, and ends. */
  async #refuse(error: ProtocolError): Promise<void> {
    if (this.isClosed) return;
    this.#ending ??= this.#sayLast(error);
    await this.#linger();
  }

  async #sayLast(error: ProtocolError): Promise<void> {
    this.#answer.persistent = false;
    this.#answer.isHead = this.#parser.isHead;
    this.#append(plainResponse(error.status, `${error.message} (${error.rule})`));
    await this.#flush();
    await this.#closeOurSide();
  }

  async #closeOurSide(): Promise<void> {
    this.#enter(Phase.Linger, this.#server.limits.lingerMs);
    await this.#socket.closeWrite();
  }

  /**
   * Lets the peer read our last answer: a socket that is closed with octets unread resets the connection, and the
   * answer may be lost with it (RFC 9112 9.6).
   */
  async #linger(): Promise<void> {
    await this.#ending;
    if (this.#isHalfClosed) return;
    if (this.#filling !== undefined && !await this.#filling) return;
    for (let bytes = 0; bytes < LINGER_BYTES_MAX;) {
      const count = await this.#socket.read(discarded);
      if (count === null) return;
      bytes += count;
    }
  }

  /** Ends a connection on its deadline. Whoever waits for octets at this moment finds `#ending` when it goes on. */
  #endLate(ending: Promise<void>): void {
    this.#answer.persistent = false;
    this.#ending = ending;
    this.#ending.catch(() => this.cut());
  }

  onDeadline(): void {
    switch (this.#phase) {
      case Phase.Idle:
        return this.#endLate(this.#closeOurSide());
      case Phase.Head:
        return this.#endLate(this.#sayLast(new ProtocolError(408, "RFC 9110 15.5.9", "Request is late")));
      case Phase.Content:
        return this.#endLate(this.#sayLast(new ProtocolError(408, "RFC 9110 15.5.9", "Content is late")));
      case Phase.Handler:
        if (this.#isHalfClosed && this.#server.clock.nowMs < this.#handlerEndMs) return this.#probe();
        this.#server.report(new Error("Handler took too long"));
        return this.cut();
      default:
        return this.cut();
    }
  }

  // --- what others see ---------------------------------------------------------------------------------------------

  get isIdle(): boolean {
    return this.#phase === Phase.Idle;
  }

  get isClosed(): boolean {
    return this.#phase === Phase.Closed;
  }

  get peer(): Peer {
    return this.#peer ??= peerOf(this.#socket.remoteAddr);
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.isClosed) this.#abort.abort();
    return this.#abort.signal;
  }

  stop(): void {
    if (!this.isIdle) return;
    // The first request of a new connection is probably on its way.
    if (this.#requestCount > 0) this.#endLate(this.#closeOurSide());
    else this.deadlineMs = Math.min(this.deadlineMs, this.#server.clock.nowMs + NEWCOMER_MS);
  }

  cut(): void {
    if (this.isClosed) return;
    this.#phase = Phase.Closed;
    this.deadlineMs = Infinity;
    this.#abort?.abort();
    try {
      this.#socket.close();
    } catch {
      // Closed by the other side of a race; there is nothing left to close.
    }
  }

  #enter(phase: Phase, ms: number): void {
    this.#phase = phase;
    this.deadlineMs = this.#server.clock.nowMs + ms;
  }
}

function peerOf(address: Deno.Addr): Peer {
  if ("hostname" in address) return { address: address.hostname, port: address.port, secure: false };
  return { address: "path" in address ? address.path : "", port: 0, secure: false };
}
