/** The writing side of a connection: the batch of answers, content that does not fit it, and the probe. */
import type { Content, HttpResponse, Limits } from "../http1/message.ts";
import { type Answer, isChunked, ResponseWriter } from "../http1/response_writer.ts";
import type { Clock } from "./clock.ts";
import type { ConnectionWatch } from "./observer.ts";
import { Phase, type Progress } from "./progress.ts";
import { giveBackContent, sendSlice } from "./send.ts";
import type { Socket } from "./socket.ts";

/** Octets that a peer's kernel takes at once, before it has said how much it can (ten segments, RFC 6928). */
const SHORT_BYTES = 14_000;

const NO_OCTETS = new Uint8Array();

/** A connection, as it is written to. */
export interface WrittenConnection {
  /** The connection's socket. */
  readonly socket: Socket;
  /** Upper bounds of batches and of waiting. */
  readonly limits: Limits;
  /** Makes the fields that all answers have. */
  readonly clock: Clock;
  /** What the connection is at. */
  readonly progress: Progress;
}

/** Writes the answers of one connection. */
export class Outgoing {
  /** How the running answer goes out. */
  readonly answer: Answer = { isHead: false, minorVersion: 1, persistent: true, commonFields: NO_OCTETS };
  /** Answers that wait to be written. */
  readonly batch: ResponseWriter;
  /** Whether the last answers went out in one write, and a short one. */
  isLastShort = false;
  /** Told of what becomes of answers, when somebody watches. */
  readonly watch: ConnectionWatch | undefined;
  /** Resolves when the octet has gone that {@linkcode probe} sent; `undefined` when none is on its way. */
  probing: Promise<void> | undefined;
  readonly #connection: WrittenConnection;

  /** Writes for the connection that has these parts, and tells `watch` of what goes out. */
  constructor(connection: WrittenConnection, watch: ConnectionWatch | undefined) {
    this.watch = watch;
    this.batch = new ResponseWriter(connection.limits);
    this.#connection = connection;
  }

  /** Adds a response to the batch; returns the content that does not fit it. */
  append(response: HttpResponse): Content | null {
    const { clock, progress } = this.#connection;
    this.answer.commonFields = clock.commonFields;
    // Asked only now: the server may have begun to stop while the handler was at work.
    if (progress.isStopping) this.answer.persistent = false;
    // HTTP/1.0 is told the end of content of unknown length by the end of the connection.
    if (response.contentLength === undefined && this.answer.minorVersion === 0) this.answer.persistent = false;
    const rest = this.batch.append(response, this.answer);
    this.watch?.appended(response, this.answer, rest === null);
    return rest;
  }

  /** Writes the batch, in one go if the peer takes it so. */
  async flush(): Promise<void> {
    const octets = this.beginFlush();
    const rest = this.endFlush(octets, await this.#connection.socket.write(octets));
    if (rest !== undefined) await rest;
  }

  /** The first half of {@linkcode flush}, for who writes by itself: gives the octets to be written. */
  beginFlush(): Uint8Array {
    this.#enterWrite();
    return this.batch.take();
  }

  /**
   * The second half of {@linkcode flush}.
   *
   * @param octets what the first half gave
   * @param sent how many of them the peer took
   * @returns a promise only when there are more to be written
   */
  endFlush(octets: Uint8Array, sent: number): Promise<void> | undefined {
    this.isLastShort = sent === octets.length && sent <= SHORT_BYTES;
    if (sent < octets.length) return this.#flushRest(octets.subarray(sent));
    this.#flushed();
  }

  async #flushRest(rest: Uint8Array): Promise<void> {
    await this.write(rest);
    this.#flushed();
  }

  /** A batch whose write failed is not given to others: the write may still hold it. */
  #flushed(): void {
    this.batch.release();
    this.watch?.flushed();
  }

  /** Writes all of the octets; the deadline is moved by every one that the peer takes. Those of content are counted. */
  async write(octets: Uint8Array, isContent = false): Promise<void> {
    for (let sent = 0; sent < octets.length;) {
      this.#enterWrite();
      const count = await this.#connection.socket.write(octets.subarray(sent));
      if (isContent) this.watch?.sent(count);
      sent += count;
    }
  }

  #enterWrite(): void {
    const { progress, limits } = this.#connection;
    progress.enter(Phase.Write, limits.writeStallMs);
  }

  /**
   * Writes the batch, and behind it the content that {@linkcode append} gave back.
   *
   * @param onWait called when a stream is waited for
   */
  async sendRest(content: Content, response: HttpResponse, onWait: () => void): Promise<void> {
    const write = (octets: Uint8Array) => this.write(octets, true);
    try {
      await this.flush();
    } catch (error) {
      await giveBackContent(content);
      throw error;
    }
    this.isLastShort = false;
    if (content instanceof Uint8Array) await write(content);
    else if ("remaining" in content) await sendSlice(content, write);
    else await this.#sendStream(content, isChunked(response, this.answer), onWait);
    // The last chunk waits for the next answers.
    this.watch?.finished(this.batch.length > 0);
  }

  async #sendStream(content: AsyncIterable<Uint8Array>, inChunks: boolean, onWait: () => void): Promise<void> {
    const { progress, limits } = this.#connection, iterator = content[Symbol.asyncIterator]();
    try {
      for (;;) {
        progress.enter(Phase.Stream, limits.handlerMs);
        onWait();
        const { done, value } = await iterator.next();
        if (progress.isClosed) return;
        if (done) break;
        if (inChunks) this.batch.appendChunk(value);
        else await this.write(value);
        if (this.batch.length > 0) await this.flush();
        this.watch?.sent(value.length);
      }
    } finally {
      await iterator.return?.();
    }
    if (inChunks) this.batch.appendLastChunk();
  }

  /**
   * Finds out whether a peer that closed its side still reads: an octet of the answer goes out ahead, and one that is
   * gone answers it with a reset, which the next octet meets.
   *
   * @param onGone called when the peer is gone
   * @returns whether an octet went out
   */
  probe(onGone: () => void): boolean {
    const octet = this.probing === undefined ? this.batch.probe() : undefined;
    if (octet === undefined) return false;
    this.probing = this.#connection.socket.write(octet).then(() => this.probing = undefined, onGone);
    return true;
  }

  /** Waits for the octet that {@linkcode probe} sent. */
  async probed(): Promise<void> {
    if (this.probing === undefined) return;
    this.#enterWrite();
    await this.probing;
  }
}
