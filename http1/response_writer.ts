/**
 * Collects the answers of a connection in a batch that goes out in one write.
 *
 * A response's own octets come prepared from `response.ts`; what differs from answer to answer (Date, Connection, the
 * chunked framing, whether there is content at all) is added here and nowhere else.
 */
import { STATUS_TEXT } from "@std/http/status";
import type { Laid } from "./headroom.ts";
import type { Content, FileSlice, HttpResponse, Limits } from "./message.ts";
import { lengthOf, mayHaveContent, octetsOf, PreparedResponse } from "./response.ts";
import { giveBatch, takeBatch } from "./write_buffer.ts";

const EMPTY_LINE = octetsOf("\r\n");
const CLOSE = octetsOf("Connection: close\r\n\r\n");
const KEEP_ALIVE = octetsOf("Connection: keep-alive\r\n\r\n");
const CHUNKED = octetsOf("Transfer-Encoding: chunked\r\n");
const LAST_CHUNK = octetsOf("0\r\n\r\n");
const VERSION = octetsOf("HTTP/1.1 ");
/** Room for all that is added to a prepared head. */
const ADDED_BYTES_MAX = 256;

/** How one answer goes out. */
export interface Answer {
  /** Whether the request was HEAD: the head is that of a GET, and nothing follows it (RFC 9110 9.3.2). */
  isHead: boolean;
  /** Minor version of the request; HTTP/1.0 knows neither chunks nor persistence unasked. */
  minorVersion: 0 | 1;
  /** Whether the connection goes on. */
  persistent: boolean;
  /** Field lines that every answer has (Date, Server), as octets. */
  commonFields: Uint8Array;
}

/** Collects the answers of one connection until they are written. */
export class ResponseWriter {
  readonly #batchBytesMax: number;
  #batch: Uint8Array | undefined;
  /** The only answer of the batch, when it goes out as it lies with its response. */
  #laid: Laid | undefined;
  #length = 0;
  /** Octets of the next status line that went out ahead, see {@linkcode probe}. */
  #ahead = 0;

  /** `limits` says how much is collected before it is written. */
  constructor(limits: Limits) {
    this.#batchBytesMax = limits.batchBytesMax;
  }

  /** Octets that wait to be written. */
  get length(): number {
    return this.#length;
  }

  /** Returns whether the whole response can join the batch. */
  fits(response: HttpResponse): boolean {
    // What goes out as it lies takes no room.
    if (this.#length === 0 && response instanceof PreparedResponse && response.hasHeadroom) return true;
    return this.#hasRoom(response.head, response.content);
  }

  #hasRoom(head: Uint8Array, content: Content | null): boolean {
    const isSlow = content !== null && !(content instanceof Uint8Array) && !("readAllNow" in content);
    const bytes = isSlow ? Infinity : lengthOf(content)!;
    return this.#length + head.length + ADDED_BYTES_MAX + bytes <= this.#batchBytesMax;
  }

  /**
   * Adds a response to the batch: its head and, when that fits, its content. HEAD, 204 and 304 lose their content here.
   *
   * @returns the content that is still to be sent, as it is or, where {@linkcode isChunked} says so, in chunks
   */
  append(response: HttpResponse, answer: Answer): Content | null {
    const isUsual = answer.persistent && !answer.isHead && answer.minorVersion === 1 && this.#ahead === 0;
    if (isUsual && response instanceof PreparedResponse) {
      const laid = response.laid(answer.commonFields);
      if (laid !== undefined && this.#addLaid(laid)) return null;
    }
    return this.#addParts(response, answer);
  }

  #addLaid(laid: Laid): boolean {
    const octets = laid.octets!;
    if (this.#length === 0) {
      laid.writes++;
      this.#laid = laid;
      this.#length = octets.length;
      return true;
    }
    if (this.#length + octets.length > this.#batchBytesMax) return false;
    this.#reserve(octets.length);
    this.#put(octets);
    return true;
  }

  #addParts(response: HttpResponse, answer: Answer): Content | null {
    const { head } = response;
    const content = sendsContent(response, answer) ? response.content : null;
    const isWithin = this.#hasRoom(head, content);
    this.#reserve(head.length + ADDED_BYTES_MAX + (isWithin ? lengthOf(content)! : 0));
    this.#put(this.#ahead === 0 ? head : head.subarray(this.#ahead));
    this.#ahead = 0;
    this.#put(answer.commonFields);
    if (isChunked(response, answer)) this.#put(CHUNKED);
    this.#put(!answer.persistent ? CLOSE : answer.minorVersion === 0 ? KEEP_ALIVE : EMPTY_LINE);
    if (content === null || !isWithin) return content;
    return content instanceof Uint8Array ? this.#put(content) : this.#putSlice(content as FileSlice);
  }

  /** Reads a part of a file into the batch, if that can be done at once. */
  #putSlice(slice: FileSlice): FileSlice | null {
    const length = this.#length + slice.remaining;
    if (!slice.readAllNow!(this.#batch!.subarray(this.#length, length))) return slice;
    slice.close();
    this.#length = length;
    return null;
  }

  /** Adds an interim response without fields, such as 100 (RFC 9110 15.2). */
  appendInterim(status: 100): void {
    this.#reserve(ADDED_BYTES_MAX);
    this.#put(octetsOf(`HTTP/1.1 ${status} ${STATUS_TEXT[status]}\r\n\r\n`));
  }

  /** Adds one chunk (RFC 9112 7.1); an empty piece adds nothing, since it would end the content. */
  appendChunk(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#reserve(piece.length + ADDED_BYTES_MAX);
    this.#put(octetsOf(`${piece.length.toString(16)}\r\n`));
    this.#put(piece);
    this.#put(EMPTY_LINE);
  }

  /** Adds the last chunk, which ends the content. */
  appendLastChunk(): void {
    this.#reserve(LAST_CHUNK.length);
    this.#put(LAST_CHUNK);
  }

  /**
   * Returns the next octet of `HTTP/1.1 `, which every answer begins with, to be sent before the answer is known: a
   * peer that has gone answers it with a reset, one that only closed its own side just gets its answer a little early.
   *
   * @returns `undefined` when all of it went out
   */
  probe(): Uint8Array | undefined {
    return this.#ahead < VERSION.length ? VERSION.subarray(this.#ahead, ++this.#ahead) : undefined;
  }

  /** The octets that wait, to be written in one go; they stay valid until {@linkcode release}. */
  take(): Uint8Array {
    return this.#laid?.octets ?? this.#batch!.subarray(0, this.#length);
  }

  /** Says that the batch was written, or will never be. */
  release(): void {
    this.#length = 0;
    this.letGo();
    if (this.#batch === undefined) return;
    giveBatch(this.#batch);
    this.#batch = undefined;
  }

  /** Says that nobody writes the batch any more, whatever became of it. */
  letGo(): void {
    if (this.#laid === undefined) return;
    this.#laid.writes--;
    this.#laid = undefined;
  }

  #put(octets: Uint8Array): null {
    this.#batch!.set(octets, this.#length);
    this.#length += octets.length;
    return null;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    const batch = this.#batch;
    if (batch !== undefined && needed <= batch.length) return;
    this.#batch = takeBatch(needed);
    if (this.#laid !== undefined) {
      this.#batch.set(this.#laid.octets!);
      this.letGo();
    } else if (batch !== undefined) {
      this.#batch.set(batch.subarray(0, this.#length));
      giveBatch(batch);
    }
  }
}

/** Returns whether a response goes out with its content: that of HEAD, 204 and 304 never does (RFC 9112 6.3). */
export function sendsContent({ status }: HttpResponse, { isHead }: Answer): boolean {
  return !isHead && mayHaveContent(status);
}

/**
 * Returns whether a response goes out in chunks: its length is unknown, and the peer knows them. One that never has
 * content has no framing either (RFC 9112 6.1).
 */
export function isChunked({ contentLength, status }: HttpResponse, { minorVersion }: Answer): boolean {
  return contentLength === undefined && minorVersion >= 1 && mayHaveContent(status);
}
