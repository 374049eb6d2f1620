/**
 * Builds responses whose heads are octets already; a handler needs nothing else of this house.
 *
 * What is prepared once is shared by all who ask. What differs from answer to answer (Date, Connection, the chunked
 * framing, whether there is content at all) is added by `response_writer.ts`.
 */
import { STATUS_TEXT } from "@std/http/status";
import { OCTET, TOKEN } from "./grammar.ts";
import { type Headroom, headroomOf, type Laid, withHeadroom } from "./headroom.ts";
import type { Content, HttpResponse } from "./message.ts";

const encoder = new TextEncoder();
const NO_OCTETS = new Uint8Array();
/** Longest content of which a copy is kept, with a head before it; that of files was read into such a place. */
const COPIED_BYTES_MAX = 16_384;

/** Returns the octets of a text of Latin-1 characters, one octet each. */
export function octetsOf(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) octets[i] = text.charCodeAt(i);
  return octets;
}

/** What {@linkcode prepareResponse} makes a response of. */
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
  if (contentLength !== undefined && mayHaveContent(status)) head += `Content-Length: ${contentLength}\r\n`;
  return new PreparedResponse({ status, head: octetsOf(head), contentLength, content });
}

/**
 * A response whose whole answer lies in memory, with the fields that every answer has: a hot file's goes out as it lies.
 */
export class PreparedResponse implements HttpResponse {
  readonly status: number;
  readonly head: Uint8Array;
  readonly contentLength: number | undefined;
  readonly content: Content | null;
  #headroom: Headroom | undefined;
  #lastFields: Uint8Array | undefined;

  /** Keeps what the response is made of. */
  constructor({ status, head, contentLength, content }: HttpResponse) {
    this.status = status;
    this.head = head;
    this.contentLength = contentLength;
    this.content = content;
    if (content instanceof Uint8Array && mayHaveContent(status)) this.#headroom = headroomOf(content);
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
      const content = mayHaveContent(this.status) ? this.content ?? NO_OCTETS : NO_OCTETS;
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

/** Whether responses of a status may have content, and say how long it is: 204 and 304 never (RFC 9112 6.3). */
export function mayHaveContent(status: number): boolean {
  return status !== 204 && status !== 304;
}

/** Octets of content; `undefined` when they are only known at its end. */
export function lengthOf(content: Content | null): number | undefined {
  if (content === null) return 0;
  if (content instanceof Uint8Array) return content.length;
  return "remaining" in content ? content.remaining : undefined;
}

function checkField(name: string, value: string): void {
  const isToken = name !== "" && [...name].every((char) => (OCTET[char.charCodeAt(0)] & TOKEN) !== 0);
  if (!isToken) throw new TypeError(`Cannot send a field named ${JSON.stringify(name)}`);
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) throw new TypeError(`Cannot send ${JSON.stringify(value)} in "${name}"`);
}
