/**
 * Turns the octets of a connection into requests: finds heads in the read buffer, and decides their framing.
 *
 * It never reads by itself and knows no time. The connection reads into {@linkcode RequestParser.space}, says how much
 * came with `commit()`, and asks `next()` for a whole head; then `content()` until `contentDone`. One pass over the
 * octets checks and marks everything; a head cut anywhere is scanned on from where it ended, never again. A head that is
 * the last one once more (`ReadBuffer.repeatsHead`) means the same, and skips all of it.
 *
 * 1. `#skipEmptyLines`: CRLFs left over from the request before
 * 2. `#scanRequestLine`: method, request-target, version
 * 3. `#scanFields`: field lines, each marked if it is a recognised one
 * 4. `settle()` in `framing.ts`: Host, target form, persistence, framing
 */
import { ContentDecoder } from "./content_decoder.ts";
import { fieldIdOf, malformedName } from "./field_name.ts";
import { settle } from "./framing.ts";
import { COLON, CR, FIELD_VALUE, HTAB, LF, OCTET, QUESTION_MARK, SP, TARGET, TOKEN, trimmedEnd } from "./grammar.ts";
import { type Limits, ProtocolError } from "./message.ts";
import { ParsedRequest, type RequestSource } from "./parsed_request.ts";
import { BUFFER_BYTES, ReadBuffer } from "./read_buffer.ts";
import { checkedVersion, VERSION_BYTES } from "./version.ts";

// Where in a head the scan stands, in the order of the octets.
const EMPTY_LINE = 0;
const EMPTY_LINE_LF = 1;
const METHOD = 2;
const TARGET_PART = 3;
const VERSION = 4;
const LINE_START = 5;
const NAME = 6;
const VALUE_START = 7;
const VALUE = 8;
const VALUE_LF = 9;
const HEAD_LF = 10;
const HEAD_DONE = 11;

const REQUEST_LINE = "RFC 9112 3";

/**
 * Parser for the requests of one connection.
 *
 * @example A head that comes in two pieces
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { DEFAULT_LIMITS } from "./message.ts";
 *
 * const peer = { address: "192.0.2.1", port: 50_000, secure: false };
 * const readContent = () => Promise.resolve(undefined);
 * const parser = new RequestParser(DEFAULT_LIMITS, { peer, signal: AbortSignal.any([]), readContent });
 * const feed = (text: string) => parser.commit(new TextEncoder().encodeInto(text, parser.space()).written);
 *
 * feed("GET /a?b HTTP/1.1\r\nHost: a.exa");
 * assertEquals(parser.next(), undefined);
 * feed("mple\r\n\r\n");
 * assertEquals(parser.next()?.path, "/a");
 * ```
 */
export class RequestParser {
  readonly #limits: Limits;
  readonly #request: ParsedRequest;
  /** Made with the first request that has content: most connections never have one. */
  #decoder: ContentDecoder | undefined;
  /** Shared with the request, which is a part of it. */
  readonly #buffer = new ReadBuffer();
  #state = EMPTY_LINE;
  /** Where the method, target, version, name or value begins that is being scanned, counted from the start. */
  #mark = 0;
  #nameStart = 0;
  #nameEnd = 0;
  #emptyLines = 0;
  #fieldCount = 0;

  /**
   * Starts with an empty buffer.
   *
   * @param limits upper bounds of what a request may cost
   * @param source what the request asks its connection for
   */
  constructor(limits: Limits, source: RequestSource) {
    this.#limits = limits;
    this.#request = new ParsedRequest(this.#buffer, source);
  }

  /** Octets that the read buffer holds room for. */
  get bufferBytes(): number {
    return this.#buffer.octets.length;
  }

  /** Whether nothing of a next request has come: no octet lies behind the last one. */
  get isEmpty(): boolean {
    return this.#buffer.isScanned && this.#state === EMPTY_LINE;
  }

  /** Octets that came and were not looked at yet. */
  get pendingBytes(): number {
    return this.#buffer.end - this.#buffer.position;
  }

  /** Whether the request that is being scanned, or was last handed out, asks for a head only. */
  get isHead(): boolean {
    return this.#state > METHOD && this.#request.method === "HEAD";
  }

  /** Whether the content of the last request was read to its end. */
  get contentDone(): boolean {
    return this.#decoder === undefined || this.#decoder.done;
  }

  /**
   * Free room to read into, never more than the limits allow; empty when the octets that are there must be dealt with
   * first. A request that was handed out stays valid while its connection reads on.
   */
  space(): Uint8Array {
    const buffer = this.#buffer, isBetween = this.#state <= EMPTY_LINE_LF;
    if (this.#state === HEAD_DONE && !this.contentDone) buffer.reuseContentRoom(this.#request.headEnd);
    else if (this.isEmpty) buffer.restart();
    // What lies before a head that is being scanned, or was handed out, is answered already.
    return buffer.room(isBetween ? buffer.position : buffer.start, this.#limits.headBytesMax + BUFFER_BYTES);
  }

  /**
   * Says that octets were read into the room that {@linkcode space} gave, behind those committed since then.
   *
   * @param count how many octets
   */
  commit(count: number): void {
    this.#buffer.end += count;
  }

  /**
   * Returns the next request when its head is whole. Its predecessor ends with this call.
   *
   * @returns `undefined` when more octets are needed
   * @throws {ProtocolError} when the head breaks the protocol or passes a limit; nothing more may be asked then
   */
  next(): ParsedRequest | undefined {
    if (this.#state === HEAD_DONE) {
      if (!this.contentDone) throw new Error("Cannot parse a request before the content of the last one is read");
      this.#state = EMPTY_LINE;
    }
    const buffer = this.#buffer, request = this.#request;
    if (buffer.isScanned) return undefined;
    if (buffer.repeatsHead()) {
      this.#state = HEAD_DONE;
      return request;
    }
    if (this.#state <= EMPTY_LINE_LF && !this.#skipEmptyLines()) return undefined;
    if (this.#state <= VERSION && !this.#scanRequestLine()) return this.#incomplete();
    if (!this.#scanFields()) return this.#incomplete();
    request.headEnd = buffer.position - buffer.start;
    settle(request, this.#limits);
    // Content is no part of what may come once more.
    if (request.hasContent) (this.#decoder ??= new ContentDecoder(this.#limits)).begin(request.contentLength);
    else buffer.keepHead();
    return request;
  }

  /**
   * Returns the next piece of the last request's content.
   *
   * @returns octets in the read buffer, valid until {@linkcode space} is called; `undefined` at the end of the content
   * or when more octets are needed
   * @throws {ProtocolError} when the framing is broken or a limit is passed
   */
  content(): Uint8Array | undefined {
    const decoder = this.#decoder, buffer = this.#buffer;
    while (decoder !== undefined && !buffer.isScanned && !decoder.done) {
      buffer.position = decoder.decode(buffer.octets, buffer.position, buffer.end);
      if (decoder.pieceEnd > decoder.pieceStart) return buffer.octets.subarray(decoder.pieceStart, decoder.pieceEnd);
    }
    return undefined;
  }

  #skipEmptyLines(): boolean {
    const buffer = this.#buffer;
    while (!buffer.isScanned) {
      const octet = buffer.octets[buffer.position];
      if (this.#state === EMPTY_LINE_LF) {
        if (octet !== LF) throw new ProtocolError(400, "RFC 9112 2.2", "CR is not followed by LF");
        this.#state = EMPTY_LINE;
      } else if (octet !== CR) {
        this.#beginHead();
        return true;
      } else {
        this.#state = EMPTY_LINE_LF;
        if (++this.#emptyLines > this.#limits.emptyLinesMax) {
          throw new ProtocolError(400, "RFC 9112 2.2", "More empty lines than emptyLinesMax");
        }
      }
      buffer.position++;
    }
    return false;
  }

  #beginHead(): void {
    this.#buffer.beginHead();
    this.#state = METHOD;
    this.#mark = 0;
    this.#emptyLines = 0;
    this.#fieldCount = 0;
    this.#request.begin();
  }

  /** Scans `method SP request-target SP HTTP-version CRLF` (RFC 9112 3). */
  #scanRequestLine(): boolean {
    const buffer = this.#buffer, { octets, start } = buffer, end = this.#scanEnd, request = this.#request;
    let at = buffer.position;
    if (this.#state === METHOD) {
      while (at < end && (OCTET[octets[at]] & TOKEN) !== 0) at++;
      buffer.position = at;
      if (at - start > this.#limits.methodBytesMax) {
        throw new ProtocolError(501, REQUEST_LINE, "Method is longer than methodBytesMax");
      }
      if (at === end) return false;
      if (octets[at] !== SP || at === start) throw new ProtocolError(400, REQUEST_LINE, "Method is malformed");
      request.methodEnd = at - start;
      this.#mark = ++at - start;
      request.targetStart = this.#mark;
      request.pathEnd = -1;
      this.#state = TARGET_PART;
    }
    if (this.#state === TARGET_PART) {
      let octet = 0;
      while (at < end && (OCTET[octet = octets[at]] & TARGET) !== 0) {
        if (octet === QUESTION_MARK && request.pathEnd < 0) request.pathEnd = at - start;
        at++;
      }
      buffer.position = at;
      if (at - start - this.#mark > this.#limits.targetBytesMax) {
        throw new ProtocolError(414, REQUEST_LINE, "Request-target is longer than targetBytesMax");
      }
      if (at === end) return false;
      if (octet !== SP || at - start === this.#mark) {
        throw new ProtocolError(400, REQUEST_LINE, "Request-target is malformed");
      }
      request.targetEnd = at - start;
      if (request.pathEnd < 0) request.pathEnd = request.targetEnd;
      this.#mark = ++at - start;
      this.#state = VERSION;
    }
    return this.#scanVersion(start + this.#mark);
  }

  /** Checks `HTTP-version CRLF` (RFC 9112 2.3); it is ten octets, so that it is looked at from its first each time. */
  #scanVersion(versionStart: number): boolean {
    const count = Math.min(this.#scanEnd - versionStart, VERSION_BYTES);
    const buffer = this.#buffer, minorVersion = checkedVersion(buffer.octets, versionStart, count);
    buffer.position = versionStart + count;
    if (minorVersion === undefined) return false;
    this.#request.minorVersion = minorVersion;
    this.#request.fieldsStart = buffer.position - buffer.start;
    this.#state = LINE_START;
    return true;
  }

  /** Scans `*( field-line CRLF ) CRLF` (RFC 9112 5). */
  #scanFields(): boolean {
    const buffer = this.#buffer, { octets, start } = buffer, end = this.#scanEnd;
    let at = buffer.position, state = this.#state, mark = start + this.#mark;
    scan: while (at < end) {
      switch (state) {
        case LINE_START:
          mark = at;
          if (octets[at] === CR) {
            at++;
            state = HEAD_LF;
            continue;
          }
          state = NAME;
          // falls through
        case NAME:
          while (at < end && (OCTET[octets[at]] & TOKEN) !== 0) at++;
          if (at === end) break scan;
          if (octets[at] !== COLON || at === mark) throw malformedName(octets[at], at === mark);
          this.#nameStart = mark - start;
          this.#nameEnd = at - start;
          at++;
          state = VALUE_START;
          // falls through
        case VALUE_START:
          while (at < end && (octets[at] === SP || octets[at] === HTAB)) at++;
          if (at === end) break scan;
          mark = at;
          state = VALUE;
          // falls through
        case VALUE:
          while (at < end && (OCTET[octets[at]] & FIELD_VALUE) !== 0) at++;
          if (at === end) break scan;
          if (octets[at] !== CR) throw new ProtocolError(400, "RFC 9110 5.5", "Field value has an invalid octet");
          this.#endField(mark, at);
          at++;
          state = VALUE_LF;
          break;
        case VALUE_LF:
          if (octets[at] !== LF) throw new ProtocolError(400, "RFC 9112 2.2", "CR is not followed by LF");
          at++;
          state = LINE_START;
          break;
        case HEAD_LF:
          if (octets[at] !== LF) throw new ProtocolError(400, "RFC 9112 2.2", "CR is not followed by LF");
          at++;
          state = HEAD_DONE;
          break scan;
      }
    }
    buffer.position = at;
    this.#state = state;
    this.#mark = mark - start;
    return state === HEAD_DONE;
  }

  /** Takes down one field line whose value lies from `start` to `end` in the buffer, white space behind it included. */
  #endField(start: number, end: number): void {
    if (++this.#fieldCount > this.#limits.fieldCountMax) {
      throw new ProtocolError(431, "RFC 6585 5", "More field lines than fieldCountMax");
    }
    const { octets, start: base } = this.#buffer;
    const id = fieldIdOf(octets, base + this.#nameStart, base + this.#nameEnd);
    if (id !== -1) this.#request.take(id, start, trimmedEnd(octets, start, end));
  }

  /** How far a head may be scanned: as far as octets came, but so that any cut of them meets the limit alike. */
  get #scanEnd(): number {
    return Math.min(this.#buffer.end, this.#buffer.start + this.#limits.headBytesMax);
  }

  #incomplete(): undefined {
    if (this.#buffer.position - this.#buffer.start >= this.#limits.headBytesMax) {
      throw new ProtocolError(431, "RFC 6585 5", "Request head is larger than headBytesMax");
    }
    return undefined;
  }

  /**
   * Gives the buffer to the next connection. Nothing may be asked of the parser afterwards, nor of its requests, and no
   * read into the buffer may be under way.
   */
  release(): void {
    this.#buffer.release();
    this.#request.release();
  }
}
