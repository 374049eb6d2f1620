/**
 * Finds the content of a request in the octets behind its head, by Content-Length or by the chunked coding.
 *
 * It copies nothing: it says where in the given octets the next piece of content lies. It may be fed any cut of the
 * octets and keeps its place in between. What framing a request has is decided in `framing.ts`, not here.
 */
import { ChunkExtension } from "./chunk_extension.ts";
import { COLON, CR, FIELD_VALUE, HEX_DIGIT, LF, OCTET, TOKEN } from "./grammar.ts";
import { type Limits, ProtocolError } from "./message.ts";

/** Where in the chunked coding the decoder stands (RFC 9112 7.1). */
const enum At {
  /** In the hex digits of a chunk's size. */
  Size,
  /** Behind the size, in its extensions if it has any, up to their CR. */
  Extension,
  /** Before the LF of a size line. */
  SizeLf,
  /** In a chunk's octets. */
  Data,
  /** Before the CR behind a chunk's octets. */
  DataCr,
  /** Before the LF behind a chunk's octets. */
  DataLf,
  /** At the beginning of a trailer line, or of the empty line that ends all. */
  Line,
  /** In the name of a trailer field. */
  Name,
  /** In the value of a trailer field. */
  Value,
  /** Before the LF of a trailer line. */
  ValueLf,
  /** Before the LF of the last, empty line. */
  EndLf,
}

const CHUNKED = "RFC 9112 7.1";
const EXTENSIONS = "RFC 9112 7.1.1";
const TRAILERS = "RFC 9112 7.1.2";
/** Hex digits of a size, leading zeros not counted: enough for 64 bits. */
const SIZE_DIGITS_MAX = 16;
/** Leading zeros of a size: some senders pad to a fixed width, none to this one. */
const SIZE_ZEROS_MAX = 256;

/** Decoder for the content of one request at a time. */
export class ContentDecoder {
  /** Whether the content was read to its end. */
  done = true;
  /** Where the piece found by the last {@linkcode decode} begins, inclusive. */
  pieceStart = 0;
  /** Where it ends, exclusive; equal to the start when none was found. */
  pieceEnd = 0;

  readonly #limits: Limits;
  #chunked = false;
  #at: At = At.Size;
  /** Octets of content, or of the current chunk, still to come. */
  #remaining = 0;
  #digits = 0;
  #zeros = 0;
  #contentBytes = 0;
  readonly #extension = new ChunkExtension();
  #extensionBytes = 0;
  #trailerBytes = 0;

  /** `limits` bounds what content may cost. */
  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /**
   * Starts with the content of the next request.
   *
   * @param length octets of content, `undefined` for the chunked coding
   */
  begin(length: number | undefined): void {
    this.#chunked = length === undefined;
    this.#remaining = length ?? 0;
    this.done = length === 0;
    if (!this.#chunked) return;
    this.#contentBytes = this.#extensionBytes = this.#trailerBytes = 0;
    this.#startSize();
  }

  /**
   * Decodes up to the end of the next piece of content.
   *
   * @param octets what was received; the piece found is described by {@linkcode pieceStart} and {@linkcode pieceEnd}
   * @param start inclusive
   * @param end exclusive
   * @returns the index of the first octet that was not consumed
   * @throws {ProtocolError} when the framing is broken or a limit is passed
   */
  decode(octets: Uint8Array, start: number, end: number): number {
    this.pieceStart = this.pieceEnd = start;
    if (this.done) return start;
    if (!this.#chunked) return this.#takeData(start, end);
    let at = start;
    while (at < end && !this.done) {
      if (this.#at === At.Data) return this.#takeData(at, end);
      if (this.#at < At.Data) this.#sizeLine(octets[at]);
      else if (this.#at < At.Line) this.#dataEnd(octets[at]);
      else this.#trailer(octets[at]);
      at++;
    }
    this.pieceStart = this.pieceEnd = at;
    return at;
  }

  #takeData(at: number, end: number): number {
    const taken = Math.min(this.#remaining, end - at);
    this.pieceStart = at;
    this.pieceEnd = at + taken;
    this.#remaining -= taken;
    if (this.#remaining === 0) {
      if (this.#chunked) this.#at = At.DataCr;
      else this.done = true;
    }
    return at + taken;
  }

  #startSize(): void {
    this.#at = At.Size;
    this.#remaining = this.#digits = this.#zeros = 0;
  }

  #sizeLine(octet: number): void {
    if (this.#at === At.Size) {
      if ((OCTET[octet] & HEX_DIGIT) !== 0) return this.#sizeDigit(octet);
      if (this.#digits + this.#zeros === 0) throw new ProtocolError(400, CHUNKED, "Chunk size has no digits");
      this.#extension.begin();
      this.#at = At.Extension;
    }
    if (this.#at === At.Extension) {
      if (octet === CR && this.#extension.mayEnd) this.#at = At.SizeLf;
      else if (this.#extension.take(octet)) this.#countExtension();
      else if (this.#extension.hasBegun) throw new ProtocolError(400, EXTENSIONS, "Chunk extension is malformed");
      else throw new ProtocolError(400, CHUNKED, "Chunk size has an invalid octet");
    } else {
      if (octet !== LF) throw new ProtocolError(400, CHUNKED, "Chunk size line does not end with CRLF");
      this.#contentBytes += this.#remaining;
      this.#at = this.#remaining === 0 ? At.Line : At.Data;
    }
  }

  #sizeDigit(octet: number): void {
    const digit = octet <= 0x39 ? octet - 0x30 : (octet | 0x20) - 0x57;
    if (digit === 0 && this.#digits === 0) {
      if (++this.#zeros > SIZE_ZEROS_MAX) throw new ProtocolError(400, CHUNKED, "Chunk size has too many zeros");
      return;
    }
    if (++this.#digits > SIZE_DIGITS_MAX) throw new ProtocolError(400, CHUNKED, "Chunk size has too many digits");
    this.#remaining = this.#remaining * 16 + digit;
    if (this.#contentBytes + this.#remaining > this.#limits.contentBytesMax) {
      throw new ProtocolError(413, "RFC 9110 15.5.14", "Content is larger than contentBytesMax");
    }
  }

  #countExtension(): void {
    if (++this.#extensionBytes > this.#limits.chunkExtensionBytesMax) {
      throw new ProtocolError(400, EXTENSIONS, "Chunk extensions are larger than chunkExtensionBytesMax");
    }
  }

  #dataEnd(octet: number): void {
    if (octet !== (this.#at === At.DataCr ? CR : LF)) {
      throw new ProtocolError(400, CHUNKED, "Chunk data is not followed by CRLF");
    }
    if (this.#at === At.DataCr) this.#at = At.DataLf;
    else this.#startSize();
  }

  #trailer(octet: number): void {
    if (++this.#trailerBytes > this.#limits.trailerBytesMax) {
      throw new ProtocolError(431, TRAILERS, "Trailer section is larger than trailerBytesMax");
    }
    if (this.#at === At.Name && octet === COLON) this.#at = At.Value;
    else if (this.#at === At.Line && octet === CR) this.#at = At.EndLf;
    else if (this.#at === At.Value && octet === CR) this.#at = At.ValueLf;
    else if (this.#at === At.ValueLf && octet === LF) this.#at = At.Line;
    else if (this.#at === At.EndLf && octet === LF) this.done = true;
    else if (this.#at <= At.Name && (OCTET[octet] & TOKEN) !== 0) this.#at = At.Name;
    else if (this.#at !== At.Value || (OCTET[octet] & FIELD_VALUE) === 0) {
      throw new ProtocolError(400, TRAILERS, "Trailer section is malformed");
    }
  }
}
