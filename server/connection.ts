/**
 * One connection from its first octet to its last: read, parse, handle, write. With its parts, `incoming.ts`,
 * `outgoing.ts`, `vigil.ts` and `ending.ts`, it is the only reader and writer of its socket.
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
import type { Content, HttpResponse, Peer } from "../http1/message.ts";
import { ProtocolError } from "../http1/message.ts";
import type { ParsedRequest, RequestSource } from "../http1/parsed_request.ts";
import { plainResponse } from "../http1/response.ts";
import { sendsContent } from "../http1/response_writer.ts";
import { Ending } from "./ending.ts";
import { Incoming } from "./incoming.ts";
import type { OpenConnection } from "./open_connections.ts";
import { ConnectionWatch } from "./observer.ts";
import { Outgoing } from "./outgoing.ts";
import { isPeerGone } from "./peer_gone.ts";
import { Phase, Progress } from "./progress.ts";
import { ContentChangedError, discardContent } from "./send.ts";
import type { Server } from "./server.ts";
import { countedAddress, peerOf, type Socket } from "./socket.ts";
import { Vigil } from "./vigil.ts";

/** Serves one connection until it is closed; never rejects. */
export async function serveConnection(conn: Socket, server: Server): Promise<void> {
  const socket = server.proxied === undefined ? conn : await server.proxied(conn);
  if (socket === undefined) return;
  const connection = new Connection(socket, server);
  server.connections.add(connection);
  try {
    await connection.run();
    connection.release();
  } catch (error) {
    // A read or write that we broke off ourselves is no news, nor is a file that changed: its answer was cut short.
    const isExpected = connection.isClosed || isPeerGone(error) || error instanceof ContentChangedError;
    if (!isExpected) server.report(error);
    connection.failed(error);
  } finally {
    connection.cut();
    connection.letGo();
  }
}

/** Time for a connection that has not asked yet when it is asked to stop. */
const NEWCOMER_MS = 1_000;
/** The same when others want its place, and from when it came. */
const WANTED_MS = 500;
/** Connections beyond those that one address may have which still get to read why; more would only take room. */
const TOLD_MAX = 64;

const TOO_MANY = new ProtocolError(503, "RFC 9110 15.6.4", "Too many connections from one address");

class Connection implements OpenConnection, RequestSource {
  readonly address: string | undefined;
  readonly #socket: Socket;
  readonly #server: Server;
  readonly #progress: Progress;
  readonly #in: Incoming;
  readonly #out: Outgoing;
  /** Made when it is needed: most connections end with the peer's end. */
  #ending: Ending | undefined;
  #requestCount = 0;
  /** Whether the last request itself asked for the end of the connection. */
  #peerEnds = false;
  /** Made when a handler has to be waited for. */
  #vigilOfLast: Vigil | undefined;
  #abort: AbortController | undefined;
  #peer: Peer | undefined;

  constructor(socket: Socket, server: Server) {
    const { limits, clock } = server;
    const progress = this.#progress = new Progress(clock);
    const watch = server.observer && new ConnectionWatch(server.observer, peerOf(socket));
    const outgoing = this.#out = new Outgoing({ socket, limits, clock, progress, watch });
    this.#in = new Incoming({ socket, limits, progress, outgoing, source: this });
    this.address = countedAddress(socket.remoteAddr);
    this.#socket = socket;
    this.#server = server;
    progress.enter(Phase.Idle, limits.headReadMs);
  }

  // --- the life of a connection ------------------------------------------------------------------------------------

  async run(): Promise<void> {
    const incoming = this.#in, progress = this.#progress, socket = this.#socket, { limits } = this.#server;
    const { parser } = incoming, { batch, answer } = this.#out;
    const tooMany = this.#server.connections.countOf(this.address) - limits.connectionsPerAddressMax;
    if (tooMany > 0) return tooMany > TOLD_MAX ? undefined : await this.#refuse(TOO_MANY);
    for (;;) {
      if (incoming.reading !== undefined) {
        if (!await incoming.reading) break;
      } else {
        const count = await socket.read(parser.space());
        if (count === null) break;
        parser.commit(count);
      }
      if (progress.isEnding) return await this.#end().linger();
      const answeredBefore = this.#requestCount;
      try {
        let request: ParsedRequest | undefined;
        while ((request = parser.next()) !== undefined) {
          const pending = this.#respond(request);
          if (pending !== undefined) await pending;
          if (!answer.persistent) return await this.#finish();
        }
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        return await this.#refuse(error);
      }
      if (batch.length > 0) {
        // As `Outgoing.flush` does it, but without a promise of its own in the way of every request.
        const octets = batch.take();
        progress.enter(Phase.Write, limits.writeStallMs);
        const sent = await socket.write(octets);
        if (sent < octets.length) await this.#out.write(octets.subarray(sent));
        batch.release();
        this.#out.watch?.flushed();
      }
      if (parser.isEmpty) {
        if (progress.isStopping && this.#requestCount > 0) return await this.#finish();
        // Empty lines alone do not begin the rest anew.
        if (this.#requestCount > answeredBefore) this.#expect(Phase.Idle, limits.idleMs);
      } else if (progress.phase !== Phase.Head) this.#expect(Phase.Head, limits.headReadMs);
    }
    incoming.hasEnded = true;
    if (parser.isEmpty && !progress.isEnding) return;
    await this.#refuse(new ProtocolError(400, "RFC 9112 8", "Request is incomplete"));
  }

  /** Waits for the next head; the first one's time runs from the start, whatever comes before it. */
  #expect(phase: Phase, ms: number): void {
    if (this.#requestCount > 0) this.#progress.enter(phase, ms);
    else this.#progress.phase = phase;
  }

  /** Answers one request. Returns a promise only when the answer is not in the batch yet. */
  #respond(request: ParsedRequest): Promise<void> | undefined {
    this.#progress.phase = Phase.Answer;
    this.#requestCount++;
    this.#peerEnds = !request.persistent;
    this.#abort = undefined;
    this.#out.watch?.asked(request);
    const { batch, answer } = this.#out;
    answer.isHead = request.method === "HEAD";
    answer.minorVersion = request.minorVersion;
    answer.persistent = request.persistent && this.#requestCount < this.#server.limits.requestsPerConnectionMax;
    if (!this.#in.parser.contentDone) return this.#respondToContent(request);
    const result = this.#handle(request);
    if (result instanceof Promise || !batch.fits(result)) return this.#respondLater(result);
    const rest = this.#out.append(result);
    if (rest !== null) return this.#sendRest(rest, result);
    return sendsContent(result, answer) ? undefined : discardContent(result.content);
  }

  #handle(request: ParsedRequest): HttpResponse | Promise<HttpResponse> {
    try {
      return this.#server.handler(request);
    } catch (error) {
      return this.#failed(error);
    }
  }

  async #respondLater(result: HttpResponse | Promise<HttpResponse>): Promise<void> {
    if (this.#out.batch.length > 0) {
      // An answer never waits for a later one. The later one may fail meanwhile, and is heard out afterwards.
      if (result instanceof Promise) result.catch(() => {});
      try {
        await this.#out.flush();
      } catch (error) {
        Promise.resolve(result).then(({ content }) => discardContent(content)).catch(() => {});
        throw error;
      }
    }
    if (result instanceof Promise) {
      this.#vigil().begin();
      this.#vigil().keep();
    }
    const response = result instanceof Promise ? await this.#settled(result) : result;
    if (response !== undefined) await this.#send(response);
  }

  /** Answers a request of whose content not all was looked at yet. */
  async #respondToContent(request: ParsedRequest): Promise<void> {
    // The handler may ask for the content with 100 (Continue), which goes out behind the answers before.
    if (this.#out.batch.length > 0) await this.#out.flush();
    this.#in.beginContent(request);
    this.#vigil().begin();
    const result = this.#handle(request);
    if (result instanceof Promise) this.#vigil().keep();
    const response = result instanceof Promise ? await this.#settled(result) : result;
    if (response === undefined) return;
    try {
      if (!await this.#in.discardContent(request)) this.#out.answer.persistent = false;
    } catch (error) {
      await discardContent(response.content);
      throw error;
    }
    await this.#send(response);
  }

  /** Waits for a handler. Gives `undefined` when nobody wants the answer any more. */
  async #settled(result: Promise<HttpResponse>): Promise<HttpResponse | undefined> {
    const progress = this.#progress, incoming = this.#in;
    let response: HttpResponse | undefined;
    try {
      response = await result;
    } catch (error) {
      // Without the content that it wanted, or without anybody to answer, a handler may well fail.
      if (incoming.contentError === undefined && !this.isClosed) response = this.#failed(error);
    }
    if (progress.phase === Phase.Handler) progress.phase = Phase.Answer;
    await this.#out.probed();
    if (!this.isClosed && !progress.isEnding && incoming.contentError === undefined) return response;
    this.#out.answer.persistent = false;
    if (response !== undefined) await discardContent(response.content);
    if (incoming.contentError !== undefined) throw incoming.contentError;
    return undefined;
  }

  /** Our bug: the peer hears of it in three words, whoever runs the server in full. */
  #failed(error: unknown): HttpResponse {
    this.#server.report(error);
    this.#out.answer.persistent = false;
    return plainResponse(500);
  }

  async #send(response: HttpResponse): Promise<void> {
    const rest = this.#out.append(response);
    if (rest !== null) return await this.#sendRest(rest, response);
    if (!sendsContent(response, this.#out.answer)) await discardContent(response.content);
    this.#sent();
  }

  async #sendRest(rest: Content, response: HttpResponse): Promise<void> {
    await this.#out.sendRest(rest, response, () => this.#vigil().keep());
    this.#sent();
  }

  #sent(): void {
    this.#progress.phase = Phase.Answer;
    this.#abort = undefined;
  }

  /** Gives the request's content to its handler; see {@linkcode HttpRequest.content}. */
  async readContent(): Promise<Uint8Array | undefined> {
    const piece = await this.#in.content();
    this.#vigil().begin();
    if (piece === undefined) this.#vigil().keep();
    return piece;
  }

  #vigil(): Vigil {
    if (this.#vigilOfLast !== undefined) return this.#vigilOfLast;
    const progress = this.#progress, incoming = this.#in, outgoing = this.#out, { limits } = this.#server;
    return this.#vigilOfLast = new Vigil({ progress, incoming, outgoing, limits, cut: () => this.cut() });
  }

  // --- the end -----------------------------------------------------------------------------------------------------

  #end(): Ending {
    if (this.#ending !== undefined) return this.#ending;
    const socket = this.#socket, { limits } = this.#server, progress = this.#progress;
    const incoming = this.#in, outgoing = this.#out;
    return this.#ending = new Ending({ socket, limits, progress, incoming, outgoing, cut: () => this.cut() });
  }

  /** Ends after the last answer. */
  async #finish(): Promise<void> {
    if (this.isClosed) return;
    const { parser, hasEnded } = this.#in, { isEnding } = this.#progress;
    if (!isEnding && this.#out.batch.length > 0) await this.#out.flush();
    // Who asked for the end itself mostly sends nothing more that could turn our close into a reset, and a short answer
    // is with the peer before anything could: lingering would cost each of these connections a read more.
    const isQuiet = this.#peerEnds && this.#out.isLastShort && parser.contentDone && parser.pendingBytes === 0;
    if (!isEnding && (isQuiet || hasEnded)) return;
    this.#end().close();
    await this.#end().linger();
  }

  /** Answers what breaks the protocol, and ends. */
  async #refuse(error: ProtocolError): Promise<void> {
    if (this.isClosed) return;
    this.#end().refuse(error);
    await this.#end().linger();
  }

  onDeadline(): void {
    const progress = this.#progress;
    if (progress.phase === Phase.Handler && this.#vigil().probes()) return;
    this.#out.watch?.timedOut(Phase[progress.phase].toLowerCase());
    switch (progress.phase) {
      case Phase.Idle:
        // Who never said anything has nothing to lose.
        return this.#requestCount > 0 ? this.#end().close() : this.cut();
      case Phase.Head:
        return this.#end().refuseLate("Request");
      case Phase.Content:
        return this.#end().refuseLate("Content");
      case Phase.Discard:
        return this.#in.giveUpDiscard?.();
      case Phase.Handler:
        this.#server.report(new Error("Handler took too long"));
        return this.cut();
      default:
        return this.cut();
    }
  }

  failed(error: unknown): void {
    this.#out.watch?.failed(error);
  }

  /** Lets others change what was on its way when the connection ended. */
  letGo(): void {
    this.#out.batch.letGo();
  }

  /** Gives back what the next connection can use, after a life without an accident. */
  release(): void {
    if (this.#in.reading === undefined) this.#in.parser.release();
  }

  // --- what others see ---------------------------------------------------------------------------------------------

  get deadlineMs(): number {
    return this.#progress.deadlineMs;
  }

  get isIdle(): boolean {
    return this.#progress.phase === Phase.Idle && !this.#progress.isStopping;
  }

  get isLingering(): boolean {
    return this.#progress.phase === Phase.Linger;
  }

  get isSpare(): boolean {
    return this.isIdle && (this.#requestCount > 0 || this.#wantedMs <= this.#progress.nowMs);
  }

  /** When a newcomer that has not asked has to go if others want its place. */
  get #wantedMs(): number {
    return this.#progress.deadlineMs - this.#server.limits.headReadMs + WANTED_MS;
  }

  get isClosed(): boolean {
    return this.#progress.isClosed;
  }

  get peer(): Peer {
    return this.#peer ??= peerOf(this.#socket);
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.isClosed) this.#abort.abort();
    return this.#abort.signal;
  }

  stop(): void {
    const progress = this.#progress;
    progress.isStopping = true;
    if (progress.phase !== Phase.Idle) return;
    // The first request of a new connection is probably on its way.
    if (this.#requestCount > 0) this.#end().close();
    else progress.deadlineMs = Math.min(progress.deadlineMs, progress.nowMs + NEWCOMER_MS);
  }

  giveWay(): void {
    if (this.isSpare) return this.cut();
    this.#progress.isStopping = true;
    this.#progress.deadlineMs = this.#wantedMs;
  }

  cut(): void {
    if (this.isClosed) return;
    this.#progress.isClosed = true;
    this.#out.answer.persistent = false;
    this.#server.connections.delete(this);
    this.#abort?.abort();
    this.#out.watch?.closed();
    try {
      this.#socket.close();
    } catch {
      // Closed by the other side of a race; there is nothing left to close.
    }
  }
}
