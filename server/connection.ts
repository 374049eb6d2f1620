/**
 * One connection from its first octet to its last: read, parse, handle, write. With its parts, `incoming.ts`,
 * `responder.ts`, `peer_presence.ts`, `outgoing.ts` and `ending.ts`, it is the only reader and writer of its socket.
 *
 * It never rejects: whatever a peer, a handler or the system does ends here. It knows no files and no routes, and sets
 * no timers: it has one deadline, which the clock's tick looks at.
 *
 * 1. read into the parser's room
 * 2. `Responder.respond` for each whole request there: call the handler; an answer that is there at once joins the batch
 * 3. an answer that is not: first write the batch, then wait (and notice when the peer goes), then go on
 * 4. write the batch in one go, and read again
 * 5. in the end: half-close, discard what still comes for a moment, close
 */
import { type Limits, ProtocolError } from "../http1/message.ts";
import type { ParsedRequest } from "../http1/parsed_request.ts";
import type { Clock } from "./clock.ts";
import type { ConnectionParts } from "./connection_parts.ts";
import { Ending } from "./ending.ts";
import { Incoming } from "./incoming.ts";
import type { OpenConnection } from "./open_connections.ts";
import { ConnectionWatch } from "./observer.ts";
import { Outgoing } from "./outgoing.ts";
import { isPeerGone } from "./peer_gone.ts";
import { Phase, Progress } from "./progress.ts";
import { Responder } from "./responder.ts";
import { ContentChangedError } from "./send.ts";
import type { Server } from "./server.ts";
import { countedAddress, peerOf, type Socket } from "./socket.ts";

/** Serves one connection until it is closed; never rejects. */
export async function serveConnection(conn: Socket, server: Server): Promise<void> {
  const socket = server.proxied === undefined ? conn : await server.proxied(conn);
  if (socket === undefined) return;
  const connection = new Connection(socket, server);
  server.connections.add(connection);
  try {
    await connection.run();
    connection.returnReadBuffer();
  } catch (error) {
    // A read or write that we broke off ourselves is no news, nor is a file that changed: its answer was cut short.
    const isExpected = connection.isClosed || isPeerGone(error) || error instanceof ContentChangedError;
    if (!isExpected) server.report(error);
    connection.tellOfFailure(error);
  } finally {
    connection.cut();
    connection.unlockBatch();
  }
}

/** Time for a connection that has not asked yet when it is asked to stop. */
const NEWCOMER_MS = 1_000;
/** The same when others want its place, and from when it came. */
const WANTED_MS = 500;
/** Connections beyond those that one address may have which still get to read why; more would only take room. */
const TOLD_MAX = 64;

const TOO_MANY = new ProtocolError(503, "RFC 9110 15.6.4", "Too many connections from one address");

class Connection implements OpenConnection, ConnectionParts {
  readonly address: string | undefined;
  older: OpenConnection | undefined;
  newer: OpenConnection | undefined;
  readonly socket: Socket;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly progress: Progress;
  readonly incoming: Incoming;
  readonly outgoing: Outgoing;
  readonly #server: Server;
  readonly #responder: Responder;
  /** Made when it is needed: most connections end with the peer's end. */
  #endingOrNone: Ending | undefined;

  constructor(socket: Socket, server: Server) {
    const { limits, clock } = server;
    this.#server = server;
    this.socket = socket;
    this.limits = limits;
    this.clock = clock;
    this.progress = new Progress(clock, limits.headReadMs);
    const watch = server.observer && new ConnectionWatch(server.observer, peerOf(socket));
    this.outgoing = new Outgoing(this, watch);
    this.#responder = new Responder(this, server);
    this.incoming = new Incoming(this, this.#responder);
    this.address = countedAddress(socket.remoteAddr, server.isProxy);
  }

  // --- the life of a connection ------------------------------------------------------------------------------------

  async run(): Promise<void> {
    const { incoming, outgoing, progress, socket, limits } = this, responder = this.#responder;
    const { parser } = incoming, { answer } = outgoing;
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
      if (progress.isEnding) return await this.#ending.linger();
      const answeredBefore = responder.requestCount;
      try {
        let request: ParsedRequest | undefined;
        while ((request = parser.next()) !== undefined) {
          const pending = responder.respond(request);
          if (pending !== undefined) await pending;
          if (!answer.persistent) return await this.#finish();
        }
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        return await this.#refuse(error);
      }
      if (outgoing.batch.length > 0) {
        // In halves: a promise of `flush` would stand in the way of every request.
        const octets = outgoing.beginFlush();
        const rest = outgoing.endFlush(octets, await socket.write(octets));
        if (rest !== undefined) await rest;
      }
      if (parser.isEmpty) {
        if (progress.isStopping && responder.requestCount > 0) return await this.#finish();
        // Empty lines alone do not begin the rest anew.
        if (responder.requestCount > answeredBefore) this.#expect(Phase.Idle, limits.idleMs);
      } else if (progress.phase !== Phase.Head) this.#expect(Phase.Head, limits.headReadMs);
    }
    incoming.hasEnded = true;
    if (parser.isEmpty && !progress.isEnding) return;
    await this.#refuse(new ProtocolError(400, "RFC 9112 8", "Request is incomplete"));
  }

  /** Waits for the next head; the first one's time runs from the start, whatever comes before it. */
  #expect(phase: Phase, ms: number): void {
    if (this.#responder.requestCount > 0) this.progress.enter(phase, ms);
    else this.progress.phase = phase;
  }

  // --- the end -----------------------------------------------------------------------------------------------------

  get #ending(): Ending {
    return this.#endingOrNone ??= new Ending(this);
  }

  /** Ends after the last answer. */
  async #finish(): Promise<void> {
    if (this.isClosed) return;
    const { parser, hasEnded } = this.incoming, { isEnding } = this.progress;
    if (!isEnding && this.outgoing.batch.length > 0) await this.outgoing.flush();
    // Who asked for the end itself mostly sends nothing more that could turn our close into a reset, and a short answer
    // is with the peer before anything could: lingering would cost each of these connections a read more.
    const isQuiet = this.#responder.peerEnds && this.outgoing.isLastShort && parser.contentDone &&
      parser.pendingBytes === 0;
    if (!isEnding && (isQuiet || hasEnded)) return;
    this.#ending.close();
    await this.#ending.linger();
  }

  /** Answers what breaks the protocol, and ends. */
  async #refuse(error: ProtocolError): Promise<void> {
    if (this.isClosed) return;
    this.#ending.refuse(error);
    await this.#ending.linger();
  }

  onDeadline(): void {
    const progress = this.progress;
    if (progress.phase === Phase.Handler && this.#responder.givesMoreTime()) return;
    this.outgoing.watch?.timedOut(Phase[progress.phase].toLowerCase());
    switch (progress.phase) {
      case Phase.Idle:
        // Who never said anything has nothing to lose.
        return this.#responder.requestCount > 0 ? this.#ending.close() : this.cut();
      case Phase.Head:
        return this.#ending.refuseLate("Request");
      case Phase.Content:
        return this.#ending.refuseLate("Content");
      case Phase.Discard:
        return this.incoming.giveUpDiscard?.();
      case Phase.Handler:
        this.#server.report(new Error("Handler took too long"));
        return this.cut();
      default:
        return this.cut();
    }
  }

  tellOfFailure(error: unknown): void {
    this.outgoing.watch?.failed(error);
  }

  /** Lets others change what was on its way when the connection ended. */
  unlockBatch(): void {
    this.outgoing.batch.letGo();
  }

  /** Gives back what the next connection can use, after a life without an accident. */
  returnReadBuffer(): void {
    if (this.incoming.reading === undefined) this.incoming.parser.release();
  }

  // --- what others see ---------------------------------------------------------------------------------------------

  get deadlineMs(): number {
    return this.progress.deadlineMs;
  }

  get isIdle(): boolean {
    return this.progress.phase === Phase.Idle && !this.progress.isStopping;
  }

  get isLingering(): boolean {
    return this.progress.phase === Phase.Linger;
  }

  get isSpare(): boolean {
    return this.isIdle && (this.#responder.requestCount > 0 || this.#wantedMs <= this.progress.nowMs);
  }

  /** When a newcomer that has not asked has to go if others want its place. */
  get #wantedMs(): number {
    return this.progress.deadlineMs - this.limits.headReadMs + WANTED_MS;
  }

  get isClosed(): boolean {
    return this.progress.isClosed;
  }

  stop(): void {
    const progress = this.progress;
    progress.isStopping = true;
    if (progress.phase !== Phase.Idle) return;
    // The first request of a new connection is probably on its way.
    if (this.#responder.requestCount > 0) this.#ending.close();
    else progress.deadlineMs = Math.min(progress.deadlineMs, progress.nowMs + NEWCOMER_MS);
  }

  giveWay(): void {
    if (this.isSpare) return this.cut();
    this.progress.isStopping = true;
    this.progress.deadlineMs = this.#wantedMs;
  }

  cut(): void {
    if (this.isClosed) return;
    this.progress.isClosed = true;
    this.outgoing.answer.persistent = false;
    this.#server.connections.delete(this);
    this.#responder.abort();
    this.outgoing.watch?.closed();
    try {
      this.socket.close();
    } catch {
      // Closed by the other side of a race; there is nothing left to close.
    }
  }
}
