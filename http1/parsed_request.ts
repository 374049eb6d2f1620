/**
 * A request as offsets into the parser's buffer; strings are made only when somebody asks for them.
 *
 * The parser fills it, the connection lends it what is not in the octets (peer, signal, content), the handler sees it
 * as an {@linkcode HttpRequest}. There is one per connection.
 */
import { CR, HTAB, interned, latin1, SP, trimmedEnd } from "./grammar.ts";
import { FIELD_NAMES, fieldIdNamed, SINGLETONS } from "./field_name.ts";
import { type FieldId, type HttpRequest, type Peer, ProtocolError, type RequestContent } from "./message.ts";
import type { ReadBuffer } from "./read_buffer.ts";

/** What a connection knows about its request and the octets do not tell. */
export interface RequestSource {
  /** Who asked. */
  readonly peer: Peer;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Next piece of the request's content, see {@linkcode RequestContent.read}. */
  readContent(): Promise<Uint8Array | undefined>;
}

/** A list is made in a tenth of the time that a typed array takes, which counts where each connection asks once. */
const NO_SLOTS: readonly number[] = new Array(2 * FIELD_NAMES.length).fill(0);

/** The content of a connection's requests, one after the other. */
class RequestContentOf implements RequestContent {
  readonly #request: ParsedRequest;
  readonly #source: RequestSource;

  constructor(request: ParsedRequest, source: RequestSource) {
    this.#request = request;
    this.#source = source;
  }

  get length(): number | undefined {
    return this.#request.contentLength;
  }

  read(): Promise<Uint8Array | undefined> {
    return this.#source.readContent();
  }
}

/** A request in the buffer of its parser. All offsets count from where its head begins in it; ends are exclusive. */
export class ParsedRequest implements HttpRequest {
  /** The parser's buffer, which says where the head begins. */
  readonly buffer: ReadBuffer;
  /** End of the method, which begins the head. */
  methodEnd = 0;
  /** Start of the request-target. */
  targetStart = 0;
  /** End of the request-target. */
  targetEnd = 0;
  /** Start of the path in the target. */
  pathStart = 0;
  /** Position of the `?`, or the end of the target. */
  pathEnd = 0;
  /** Start of the first field line. */
  fieldsStart = 0;
  /** End of the head, its empty line included. */
  headEnd = 0;
  /** Minor version of HTTP/1. */
  minorVersion: 0 | 1 = 1;
  /** One bit for each recognised field that is present. */
  present = 0;
  /** One bit for each recognised field that came more than once. */
  repeated = 0;
  /** Start and end of the first value of each recognised field. */
  readonly slots: number[] = NO_SLOTS.slice();

  /** Whether the connection may go on after the answer (RFC 9112 9.3). */
  persistent = true;
  /** Whether content follows the head (RFC 9112 6.3). */
  hasContent = false;
  /** Announced octets of content; `undefined` for chunked content. */
  contentLength: number | undefined = 0;
  /** Whether the peer waits for `100 (Continue)` before it sends its content (RFC 9110 10.1.1). */
  expectsContinue = false;

  readonly #source: RequestSource;
  #content: RequestContent | undefined;
  /** The path, once it was asked for. */
  #path: string | undefined;
  /** The field value that was asked for last, and its field: who asks again mostly asks for the same. */
  #value: string | undefined;
  #valueId: FieldId | undefined;

  /** `source` tells what the octets do not. */
  constructor(buffer: ReadBuffer, source: RequestSource) {
    this.buffer = buffer;
    this.#source = source;
  }

  /** Begins another head, in the same buffer. */
  begin(): void {
    this.present = this.repeated = 0;
    this.#forgetTexts();
  }

  /** Others use the octets from now on: whoever still holds the request finds nothing in it. */
  release(): void {
    this.#forgetTexts();
  }

  #forgetTexts(): void {
    this.#path = this.#value = this.#valueId = undefined;
  }

  /**
   * Takes down one field line of a recognised field; of several the first is the one that is found at once.
   *
   * @param start of the value in the buffer, inclusive
   * @param end exclusive, white space behind the value left out
   * @throws {ProtocolError} when the field may come once only, and came before
   */
  take(id: FieldId, start: number, end: number): void {
    const bit = 1 << id;
    if ((this.present & bit) !== 0) {
      if ((SINGLETONS & bit) !== 0) {
        throw new ProtocolError(400, "RFC 9110 5.3", "A field that may come only once came twice");
      }
      this.repeated |= bit;
      return;
    }
    this.present |= bit;
    this.slots[2 * id] = start - this.buffer.start;
    this.slots[2 * id + 1] = end - this.buffer.start;
  }

  get method(): string {
    const { octets, start: at } = this.buffer;
    // The two methods that matter need no new string: "GET" and "HEAD" are told by length and first octet.
    if (this.methodEnd === 3 && octets[at] === 0x47 && octets[at + 1] === 0x45 && octets[at + 2] === 0x54) return "GET";
    return latin1(octets, at, at + this.methodEnd);
  }

  get target(): string {
    // Mostly that is the path, which the handler has asked for already.
    const isPath = this.pathStart === this.targetStart && this.pathEnd === this.targetEnd;
    if (isPath) return this.path;
    const { octets, start } = this.buffer;
    return interned(octets, start + this.targetStart, start + this.targetEnd);
  }

  get path(): string {
    return this.#path ??= this.#newPath();
  }

  #newPath(): string {
    // An absolute-form without a path means "/" (RFC 9110 4.2.3), and "*" for OPTIONS that has no query either
    // (RFC 9112 3.2.4).
    if (this.pathStart === this.pathEnd) {
      return this.pathEnd === this.targetEnd && this.method === "OPTIONS" ? "*" : "/";
    }
    const { octets, start } = this.buffer;
    return interned(octets, start + this.pathStart, start + this.pathEnd);
  }

  get query(): string {
    if (this.pathEnd >= this.targetEnd) return "";
    const { octets, start } = this.buffer;
    return latin1(octets, start + this.pathEnd + 1, start + this.targetEnd);
  }

  get content(): RequestContent | null {
    return this.hasContent ? this.#content ??= new RequestContentOf(this, this.#source) : null;
  }

  get peer(): Peer {
    return this.#source.peer;
  }

  get signal(): AbortSignal {
    return this.#source.signal;
  }

  field(id: FieldId | string): string | undefined {
    const slot = typeof id === "number" ? id : fieldIdNamed(id);
    if (slot === undefined) return this.#joined(id as string);
    const bit = 1 << slot;
    if ((this.present & bit) === 0) return undefined;
    if ((this.repeated & bit) !== 0) return this.#joined(FIELD_NAMES[slot]);
    if (this.#valueId !== slot) {
      this.#value = interned(this.buffer.octets, this.startOf(slot), this.endOf(slot));
      this.#valueId = slot;
    }
    return this.#value;
  }

  has(id: FieldId): boolean {
    return (this.present & 1 << id) !== 0;
  }

  /** Where the first value of a field that is present begins in the buffer. */
  startOf(id: FieldId): number {
    return this.buffer.start + this.slots[2 * id];
  }

  /** Where it ends. */
  endOf(id: FieldId): number {
    return this.buffer.start + this.slots[2 * id + 1];
  }

  *fields(): Generator<[name: string, value: string]> {
    const { octets, start } = this.buffer;
    let at = start + this.fieldsStart;
    // The section was checked octet by octet when it came in, so it can be walked without asking again;
    // after release() there is none.
    while (at < octets.length && octets[at] !== CR) {
      const colon = octets.indexOf(0x3a, at);
      const end = octets.indexOf(CR, colon);
      yield [latin1(octets, at, colon).toLowerCase(), trimmed(octets, colon + 1, end)];
      at = end + 2;
    }
  }

  #joined(name: string): string | undefined {
    let joined: string | undefined;
    for (const [other, value] of this.fields()) {
      if (other === name) joined = joined === undefined ? value : `${joined}, ${value}`;
    }
    return joined;
  }
}

/** Decodes a field value without the optional white space round it (RFC 9110 5.5). */
function trimmed(octets: Uint8Array, start: number, end: number): string {
  while (start < end && (octets[start] === SP || octets[start] === HTAB)) start++;
  return latin1(octets, start, trimmedEnd(octets, start, end));
}
