/** The reading side of a connection: octets for the parser, content of requests, and what comes after the end. */
import { type Limits, ProtocolError } from "../http1/message.ts";
import type { ParsedRequest, RequestSource } from "../http1/parsed_request.ts";
import { RequestParser } from "../http1/request_parser.ts";
import type { Outgoing } from "./outgoing.ts";
import { Phase, type Progress } from "./progress.ts";
import type { Socket } from "./socket.ts";

/** Nobody ever looks at these octets, so all connections share them. */
const discarded = new Uint8Array(65_536);

/** A connection, as it is read from. */
export interface ReadConnection {
  /** The connection's socket. */
  readonly socket: Socket;
  /** Upper bounds of what is read. */
  readonly limits: Limits;
  /** What the connection is at. */
  readonly progress: Progress;
  /** Where `100 (Continue)` is said. */
  readonly outgoing: Outgoing;
}

/** Reads the requests of one connection. */
export class Incoming {
  /** Owns the read buffer. */
  readonly parser: RequestParser;
  /** Whether the peer has closed its side. It may still read, so a request that is whole is answered. */
  hasEnded = false;
  /** A read beside the main loop, whose octets belong to the parser too; whether there were any. */
  reading: Promise<boolean> | undefined;
  /** Whether the handler reads the content of the last request, and has not come to its end. */
  isContentInUse = false;
  /** Why the content of the last request could not be read. */
  contentError: unknown;
  readonly #connection: ReadConnection;
  /** Ends {@linkcode discardContent}, when its time is up. */
  giveUpDiscard: (() => void) | undefined;
  /** Whether the peer still waits for `100 (Continue)`. */
  #expectsContinue = false;

  /** Reads for the connection that has these parts; its requests ask `source` for what is not in their octets. */
  constructor(connection: ReadConnection, source: RequestSource) {
    this.parser = new RequestParser(connection.limits, source);
    this.#connection = connection;
  }

  /** Reads on beside the main loop; whoever asks meanwhile waits for the same octets. */
  read(): Promise<boolean> {
    return this.reading ??= this.#readMore();
  }

  async #readMore(): Promise<boolean> {
    try {
      const count = await this.#connection.socket.read(this.parser.space());
      if (count === null) this.hasEnded = true;
      else this.parser.commit(count);
      return count !== null;
    } finally {
      this.reading = undefined;
    }
  }

  /** Starts with the content of a request. */
  beginContent({ expectsContinue }: ParsedRequest): void {
    this.#expectsContinue = expectsContinue;
    this.contentError = undefined;
    this.isContentInUse = false;
  }

  /** Next piece of the request's content, `undefined` at its end; once it has failed it fails always. */
  async content(): Promise<Uint8Array | undefined> {
    const { progress, limits } = this.#connection;
    if (this.contentError !== undefined) throw this.contentError;
    this.isContentInUse = true;
    try {
      for (;;) {
        const piece = this.parser.content();
        this.isContentInUse = piece !== undefined || !this.parser.contentDone;
        if (piece !== undefined || this.parser.contentDone) return piece;
        await this.#readContent(progress.nowMs + limits.contentStallMs);
      }
    } catch (error) {
      throw this.contentError = error;
    }
  }

  async #readContent(deadlineMs: number): Promise<void> {
    const { progress, outgoing } = this.#connection;
    if (this.#expectsContinue) {
      this.#expectsContinue = false;
      outgoing.batch.appendInterim(100);
      await outgoing.flush();
    }
    progress.phase = Phase.Content;
    progress.deadlineMs = deadlineMs;
    const isOpen = await this.read();
    if (progress.isEnding) throw new ProtocolError(408, "RFC 9110 15.5.9", "Content is late");
    if (!isOpen) throw new ProtocolError(400, "RFC 9112 8", "Content is incomplete");
  }

  /**
   * Reads the content that the handler left, within bounds of octets and of time.
   *
   * @returns whether it was read to its end; if not, the connection ends with this answer
   */
  async discardContent({ contentLength }: ParsedRequest): Promise<boolean> {
    const { progress, limits } = this.#connection;
    if (this.parser.contentDone) return true;
    // A peer that waits for 100 is not asked for what nobody wants; but it may have begun to send, so that is the end.
    if (this.#expectsContinue || (contentLength ?? 0) > limits.discardBytesMax) return false;
    progress.enter(Phase.Discard, limits.contentStallMs);
    const { promise: isLate, resolve } = Promise.withResolvers<"late">();
    this.giveUpDiscard = () => resolve("late");
    for (let bytes = 0; bytes <= limits.discardBytesMax;) {
      const piece = this.parser.content();
      if (piece !== undefined) bytes += piece.length;
      else if (this.parser.contentDone) return true;
      else {
        // The read goes on when time is up; whoever lingers waits for it.
        const isOpen = await Promise.race([this.read(), isLate]);
        if (isOpen === "late") return false;
        if (!isOpen) throw new ProtocolError(400, "RFC 9112 8", "Content is incomplete");
      }
    }
    return false;
  }

  /** Reads away what comes after our last octets, until the peer closes its side or rests; in all for a bounded while. */
  async discardRest(): Promise<void> {
    if (this.hasEnded) return;
    const { progress, socket, limits } = this.#connection;
    const endMs = progress.nowMs + limits.lingerTotalMs;
    if (this.reading !== undefined && !await this.reading) return;
    for (let bytes = 0; bytes < limits.lingerBytesMax;) {
      const count = await socket.read(discarded);
      if (count === null) return;
      bytes += count;
      progress.deadlineMs = Math.min(endMs, progress.nowMs + limits.lingerMs);
    }
  }
}
