/**
 * Answers the requests of one connection: calls the handler, and sees that its answers go out whole and in their order.
 *
 * An answer that is there at once joins the batch, without a promise. Before anything is waited for the batch goes out,
 * and while it is the handler, `peer_presence.ts` looks whether there is still somebody to answer.
 */
import type { Content, HttpResponse, Peer } from "../http1/message.ts";
import type { ParsedRequest, RequestSource } from "../http1/parsed_request.ts";
import { plainResponse } from "../http1/response.ts";
import { sendsContent } from "../http1/response_writer.ts";
import type { ConnectionParts } from "./connection_parts.ts";
import { PeerPresence } from "./peer_presence.ts";
import { Phase } from "./progress.ts";
import { giveBackContent } from "./send.ts";
import type { Server } from "./server.ts";
import { peerOf } from "./socket.ts";

/** Answers the requests of one connection, one after the other, and tells them what is not in their octets. */
export class Responder implements RequestSource {
  /** Requests so far, the running one included. */
  requestCount = 0;
  /** Whether the last request itself asked for the end of the connection. */
  peerEnds = false;
  readonly #connection: ConnectionParts;
  readonly #server: Server;
  /** Made when a handler has to be waited for. */
  #presence: PeerPresence | undefined;
  #abort: AbortController | undefined;
  #peer: Peer | undefined;

  /** Answers, with the server's handler, for the connection that has these parts. */
  constructor(connection: ConnectionParts, server: Server) {
    this.#connection = connection;
    this.#server = server;
  }

  /** Answers one request. Returns a promise only when the answer is not in the batch yet. */
  respond(request: ParsedRequest): Promise<void> | undefined {
    const { progress, incoming, outgoing, limits } = this.#connection, { batch, answer } = outgoing;
    progress.phase = Phase.Answer;
    this.requestCount++;
    this.peerEnds = !request.persistent;
    this.#abort = undefined;
    outgoing.watch?.asked(request);
    answer.isHead = request.method === "HEAD";
    answer.minorVersion = request.minorVersion;
    answer.persistent = request.persistent && this.requestCount < limits.requestsPerConnectionMax;
    if (!incoming.parser.contentDone) return this.#respondToContent(request);
    const result = this.#handle(request);
    if (result instanceof Promise || !batch.fits(result)) return this.#respondLater(result);
    const rest = outgoing.append(result);
    if (rest !== null) return this.#sendRest(rest, result);
    return sendsContent(result, answer) ? undefined : giveBackContent(result.content);
  }

  #handle(request: ParsedRequest): HttpResponse | Promise<HttpResponse> {
    try {
      return this.#server.handler(request);
    } catch (error) {
      return this.#failed(error);
    }
  }

  async #respondLater(result: HttpResponse | Promise<HttpResponse>): Promise<void> {
    const { outgoing } = this.#connection;
    if (outgoing.batch.length > 0) {
      // An answer never waits for a later one. The later one may fail meanwhile, and is heard out afterwards.
      if (result instanceof Promise) result.catch(() => {});
      try {
        await outgoing.flush();
      } catch (error) {
        Promise.resolve(result).then(({ content }) => giveBackContent(content)).catch(() => {});
        throw error;
      }
    }
    if (result instanceof Promise) {
      this.#peerPresence.begin();
      this.#peerPresence.readOn();
    }
    const response = result instanceof Promise ? await this.#settled(result) : result;
    if (response !== undefined) await this.#send(response);
  }

  /** Answers a request of whose content not all was looked at yet. */
  async #respondToContent(request: ParsedRequest): Promise<void> {
    const { incoming, outgoing } = this.#connection;
    // The handler may ask for the content with 100 (Continue), which goes out behind the answers before.
    if (outgoing.batch.length > 0) await outgoing.flush();
    incoming.beginContent(request);
    this.#peerPresence.begin();
    const result = this.#handle(request);
    if (result instanceof Promise) this.#peerPresence.readOn();
    const response = result instanceof Promise ? await this.#settled(result) : result;
    if (response === undefined) return;
    try {
      if (!await incoming.discardContent(request)) outgoing.answer.persistent = false;
    } catch (error) {
      await giveBackContent(response.content);
      throw error;
    }
    await this.#send(response);
  }

  /** Waits for a handler. Gives `undefined` when nobody wants the answer any more. */
  async #settled(result: Promise<HttpResponse>): Promise<HttpResponse | undefined> {
    const { progress, incoming, outgoing } = this.#connection;
    let response: HttpResponse | undefined;
    try {
      response = await result;
    } catch (error) {
      // Without the content that it wanted, or without anybody to answer, a handler may well fail.
      if (incoming.contentError === undefined && !progress.isClosed) response = this.#failed(error);
    }
    if (progress.phase === Phase.Handler) progress.phase = Phase.Answer;
    await outgoing.probed();
    if (!progress.isClosed && !progress.isEnding && incoming.contentError === undefined) return response;
    outgoing.answer.persistent = false;
    if (response !== undefined) await giveBackContent(response.content);
    if (incoming.contentError !== undefined) throw incoming.contentError;
    return undefined;
  }

  /** Our bug: the peer hears of it in three words, whoever runs the server in full. */
  #failed(error: unknown): HttpResponse {
    this.#server.report(error);
    this.#connection.outgoing.answer.persistent = false;
    return plainResponse(500);
  }

  async #send(response: HttpResponse): Promise<void> {
    const { outgoing } = this.#connection;
    const rest = outgoing.append(response);
    if (rest !== null) return await this.#sendRest(rest, response);
    if (!sendsContent(response, outgoing.answer)) await giveBackContent(response.content);
    this.#sent();
  }

  async #sendRest(rest: Content, response: HttpResponse): Promise<void> {
    await this.#connection.outgoing.sendRest(rest, response, () => this.#peerPresence.readOn());
    this.#sent();
  }

  #sent(): void {
    this.#connection.progress.phase = Phase.Answer;
    this.#abort = undefined;
  }

  get #peerPresence(): PeerPresence {
    return this.#presence ??= new PeerPresence(this.#connection);
  }

  /** The handler's time is up: whether it gets more, since only the next look after its peer was due. */
  givesMoreTime(): boolean {
    return this.#peerPresence.probes();
  }

  // --- what a request asks for ---------------------------------------------------------------------------------------

  /** Who asks. */
  get peer(): Peer {
    return this.#peer ??= peerOf(this.#connection.socket);
  }

  /** Aborted when nobody waits for the answer any more. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#connection.progress.isClosed) this.#abort.abort();
    return this.#abort.signal;
  }

  /** Gives the request's content to its handler; see {@linkcode HttpRequest.content}. */
  async readContent(): Promise<Uint8Array | undefined> {
    const piece = await this.#connection.incoming.content();
    this.#peerPresence.begin();
    if (piece === undefined) this.#peerPresence.readOn();
    return piece;
  }

  /** Tells the running handler that nobody waits for its answer any more. */
  abort(): void {
    this.#abort?.abort();
  }
}
