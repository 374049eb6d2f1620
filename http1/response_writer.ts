/**
 * Turns responses into octets, collected in a batch that goes out in one write.
 *
 * A response's own octets are prepared once and shared; what differs from answer to answer (Date, Connection, the
 * chunked framing, whether there is content at all) is added here and nowhere else.
 */
import { STATUS_TEXT } from "@std/http/status";
import { OCTET, TOKEN } from "./grammar.ts";
import { type Headroom, headroomOf, type Laid, withHeadroom } from "./headroom.ts";
import type { Content, FileSlice, HttpResponse, Limits } from "./message.ts";
import { ownPages } from "./own_pages.ts";

const encoder = new TextEncoder();

/** Returns the octets of a text of Latin-1 characters, one octet each. */
function octetsOf(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) octets[i] = text.charCodeAt(i);
  return octets;
}

const NO_OCTETS = new Uint8Array();
const EMPTY_LINE = octetsOf("\r\n");
const CLOSE = octetsOf("Connection: close\r\n\r\n");
const KEEP_ALIVE = octetsOf("Connection: keep-alive\r\n\r\n");
const CHUNKED = octetsOf("Transfer-Encoding: chunked\r\n");
const LAST_CHUNK = octetsOf("0\r\n\r\n");
const VERSION = octetsOf("HTTP/1.1 ");
/** Room for all that is added to a prepared head. */
const ADDED_BYTES_MAX = 256;
/** Longest content of which a copy is kept, with a head before it; that of files was read into such a place. */
const COPIED_BYTES_MAX = 16_384;

/** What the writer needs to know of a response besides the response. */
export interface ResponseFields {
  /** Fields of the response, in order. Content-Length is added, Date, Server and Connection are not given here. */
  readonly fields?: Readonly<Record<string, string>>;
  /** The content; none when absent. */
  readonly content?: Content | null;
  /** Octets of content that {@linkcode withContent} adds later; by default those of `content`. */
  readonly contentLength?: number;
}

/**
 * Builds a response whose head is octets already.
 *
 * @param status 200 to 599
 * @param options fields and content; octets of the content are kept, not copied
 * @throws {TypeError} when a field's name is no token, or its value has control characters or is not Latin-1: a path
 * or a file name can never put a line into the head
 *
 * @example A page, and a name that would have put a line into the head
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const content = new TextEncoder().encode("Hello");
 * const { head } = prepareResponse(200, { fields: { "Content-Type": "text/plain" }, content });
 * assertEquals(
 *   new TextDecoder().decode(head),
 *   "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n",
 * );
 * assertThrows(() => prepareResponse(301, { fields: { "Location": "/a\r\nSet-Cookie: b" } }), TypeError);
 * ```
 */
export function prepareResponse(status: number, options: ResponseFields = {}): HttpResponse {
  const { fields = {}, content = null, contentLength = lengthOf(content) } = options;
  let head = `HTTP/1.1 ${status} ${STATUS_TEXT[status as keyof typeof STATUS_TEXT] ?? ""}\r\n`;
  for (const [name, value] of Object.entries(fields)) {
    checkField(name, value);
    head += `${name}: ${value}\r\n`;
  }
  // 204 has no length and 304 would have to tell that of the 200 (RFC 9110 8.6).
  if (contentLength !== undefined && status !== 204 && status !== 304) head += `Content-Length: ${contentLength}\r\n`;
  return new PreparedResponse({ status, head: octetsOf(head), contentLength, content });
}

/**
 * A response whose whole answer lies in memory, with the fields that every answer has: a hot file's goes out as it lies.
 */
class PreparedResponse implements HttpResponse {
  readonly status: number;
  readonly head: Uint8Array;
  readonly contentLength: number | undefined;
  readonly content: Content | null;
  #headroom: Headroom | undefined;
  #lastFields: Uint8Array | undefined;

  constructor({ status, head, contentLength, content }: HttpResponse) {
    this.status = status;
    this.head = head;
    this.contentLength = contentLength;
    this.content = content;
    if (content instanceof Uint8Array && status !== 204 && status !== 304) this.#headroom = headroomOf(content);
  }

  /** Whether the content was read into the place from which it goes out. */
  get hasHeadroom(): boolean {
    return this.#headroom !== undefined;
  }

  /**
   * The whole answer to a GET on a persistent connection of HTTP/1.1.
   *
   * @returns `undefined` when it has to be put together
   */
  laid(commonFields: Uint8Array): Laid | undefined {
    if (this.#headroom === undefined) {
      // Only what is asked for again in the same second is worth a copy.
      if (this.#lastFields !== commonFields) {
        this.#lastFields = commonFields;
        return undefined;
      }
      const content = this.status === 204 || this.status === 304 || this.content === null ? NO_OCTETS : this.content;
      if (!(content instanceof Uint8Array) || content.length > COPIED_BYTES_MAX) return undefined;
      const copy = withHeadroom(content.length);
      copy.set(content);
      this.#headroom = headroomOf(copy);
    }
    return this.#headroom!.lay(this, commonFields);
  }
}

/**
 * Gives other content to a response that was prepared with its length; the head is shared.
 *
 * @param content `null` for content that is given later
 * @throws {RangeError} when the content is not as long as the head says
 */
export function withContent(response: HttpResponse, content: Content | null): HttpResponse {
  const { status, head, contentLength } = response;
  if (content !== null && lengthOf(content) !== contentLength) {
    throw new RangeError("Cannot send content of another length than announced");
  }
  return new PreparedResponse({ status, head, contentLength, content });
}

/**
 * Builds a response of one line of plain text.
 *
 * @param status 200 to 599
 * @param text what to say; ends up as UTF-8 behind the status code and its name
 * @param fields further fields, such as Allow
 */
export function plainResponse(status: number, text = "", fields: Readonly<Record<string, string>> = {}): HttpResponse {
  const name = STATUS_TEXT[status as keyof typeof STATUS_TEXT] ?? "";
  return prepareResponse(status, {
    fields: { "Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff", ...fields },
    content: encoder.encode(`${status} ${name}${text === "" ? "" : `: ${text}`}\n`),
  });
}

/**
 * Fields that nobody but the server can know: they frame the message, or say what its content is.
 * Set-Cookie is no list (RFC 9110 5.3), so it cannot be joined with another, and a file has no sessions.
 */
const OURS =
  /^(?:accept-ranges|connection|content-encoding|content-length|content-range|date|etag|keep-alive|last-modified|server|set-cookie|te|trailer|transfer-encoding|upgrade)$/i;

/** Says why a field from outside cannot be added to responses; `undefined` when it can. */
export function fieldProblem(name: string, value: string): string | undefined {
  if (OURS.test(name)) return `"${name}" is set by the server itself`;
  try {
    checkField(name, value);
  } catch {
    return `"${name}: ${value}" is no field`;
  }
  return undefined;
}

function lengthOf(content: Content | null): number | undefined {
  if (content === null) return 0;
  if (content instanceof Uint8Array) return content.length;
  return "remaining" in content ? content.remaining : undefined;
}

function checkField(name: string, value: string): void {
  const isToken = name !== "" && [...name].every((char) => (OCTET[char.charCodeAt(0)] & TOKEN) !== 0);
  if (!isToken) throw new TypeError(`Cannot send a field named ${JSON.stringify(name)}`);
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) throw new TypeError(`Cannot send ${JSON.stringify(value)} in "${name}"`);
}

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
  return !isHead && status !== 204 && status !== 304;
}

/**
 * Returns whether a response goes out in chunks: its length is unknown, and the peer knows them. One that never has
 * content has no framing either (RFC 9112 6.1).
 */
export function isChunked({ contentLength, status }: HttpResponse, { minorVersion }: Answer): boolean {
  return contentLength === undefined && minorVersion >= 1 && status !== 204 && status !== 304;
}

/** Sizes of batches that are kept for the next connection: a page's answer, and a full pipeline's. */
const BATCH_SIZES = [4_096, 16_384, 65_536];
/** How many of each size are kept: more connections than this seldom write in the same moment. */
const BATCHES_KEPT = 64;
const spareBatches: Uint8Array[][] = BATCH_SIZES.map(() => []);

/** A batch is held only from the first answer in it until it is written, so that idle connections hold none. */
function takeBatch(bytes: number): Uint8Array {
  let size = 0;
  while (size < BATCH_SIZES.length && bytes > BATCH_SIZES[size]) size++;
  if (size === BATCH_SIZES.length) return ownPages(bytes);
  // One whose write failed is not kept, so a peer that leaves costs one.
  return spareBatches[size].pop() ?? (size === 0 ? new Uint8Array(BATCH_SIZES[size]) : ownPages(BATCH_SIZES[size]));
}

function giveBatch(batch: Uint8Array): void {
  const spare = spareBatches[BATCH_SIZES.indexOf(batch.length)];
  if (spare !== undefined && spare.length < BATCHES_KEPT) spare.push(batch);
}
