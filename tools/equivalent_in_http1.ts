/** Mutants of `http1/`, but for its answers, that change nothing that can be told from outside; see `equivalent_mutants.ts`. */
import type { Equivalent } from "./mutants.ts";

/** All that are known. */
export const EQUIVALENT_IN_HTTP1: readonly Equivalent[] = [
  {
    file: "http1/content_decoder.ts",
    at: [
      "pieceStart = 0;",
      "pieceEnd = 0;",
      "#chunked = false;",
      "#remaining = 0;",
      "#digits = 0;",
      "#zeros = 0;",
      "#contentBytes = 0;",
      "#extensionBytes = 0;",
      "#trailerBytes = 0;",
      "this.#remaining = length ?? 0;",
    ],
    changes: ["`0` to `1`", "`false` to `true`"],
    reason: "begin() and decode() set it before it is read; what a chunked message has left is set by its size line",
  },
  {
    file: "http1/content_decoder.ts",
    at: ["if (this.#at < At.Data) this.#sizeLine(octets[at]);"],
    changes: ["`this.#at < At.Data`: `<` to `<=`"],
    reason: "the line before returns when it is At.Data",
  },
  {
    file: "http1/content_decoder.ts",
    at: ["const digit = octet <= 0x39 ? octet - 0x30 : (octet | 0x20) - 0x57;"],
    changes: ["`0x39` to `58`"],
    reason: "the octet is a hex digit, and 58 (a colon) is none",
  },
  {
    file: "http1/field_name.ts",
    at: ["] as const).reduce((bits, name) => bits | 1 << FIELD[name], 0);"],
    changes: ["`0` to `1`"],
    reason: "the lowest bit is that of Host, which is among them",
  },
  {
    file: "http1/field_name.ts",
    at: ["return length << 5 | firstOctet & 31;"],
    reason: "which bucket a name is in only changes how many names are compared; both sides ask the same function",
  },
  {
    file: "http1/framing.ts",
    at: ["if (end <= pathEnd && equalsIgnoringCase(octets, start, end, scheme)) authority = end;"],
    changes: ["`end <= pathEnd`: `<=` to `<`"],
    reason: "a target that ends with its scheme has an empty authority, which is refused in the same words",
  },
  {
    file: "http1/framing.ts",
    at: ['if (!request.has(FIELD["connection"])) return;'],
    changes: ["`return;` to `;`"],
    reason: "a field that is not there has no members",
  },
  {
    file: "http1/framing.ts",
    at: [
      "while (start < end && isBlank(member.charCodeAt(start))) start++;",
      "while (end > start && isBlank(member.charCodeAt(end - 1))) end--;",
    ],
    changes: ["`start < end`: `<` to `<=`", "`end > start`: `>` to `>=`"],
    reason: "there is no character at the end, and none before the start, that is blank",
  },
  {
    file: "http1/grammar.ts",
    at: ["const table = new Uint8Array(256);"],
    reason: "an octet is at most 255",
  },
  {
    file: "http1/grammar.ts",
    at: ["for (let octet = 0x80; octet <= 0xff; octet++) table[octet] |= FIELD_VALUE;"],
    changes: ["`0xff` to `256`", "`octet <= 0xff`: `<=` to `<`"],
    reason: "a write behind the end of a typed array is dropped",
  },
  {
    file: "http1/grammar.ts",
    at: ["for (let from = start; from < end; from += 4096) {"],
    changes: ["`from < end`: `<` to `<=`"],
    reason: "it adds the empty text",
  },
  {
    file: "http1/grammar.ts",
    at: [
      'const INTERNED: string[] = new Array(4096).fill("");',
      "const INTERNED_LENGTH_MAX = 128;",
      "const length = end - start;",
      "if (length > INTERNED_LENGTH_MAX || length === 0) return latin1(octets, start, end);",
      "let hash = length;",
      "for (let i = start; i < end; i++) hash = (hash * 31 + octets[i]) | 0;",
      "const slot = (hash ^ hash >>> 15) & INTERNED.length - 1;",
    ],
    reason:
      "where a text is kept, and whether it is, costs time or a slot; each text is compared octet by octet before " +
      "it is used",
  },
  {
    file: "http1/grammar.ts",
    at: ["if (i < 0) return false;", "if (close === end || octets[close] !== 0x5d /* ] */) return -1;"],
    changes: ["`i < 0`: `<` to `<=`", "`0` to `1`", "`-1` to nothing", "`1` to `2`"],
    reason: "a literal's end is at least 2, and nothing that is no index is the end of a host",
  },
  {
    file: "http1/grammar.ts",
    at: ["let close = start + 1;", "while (close < end && (OCTET[octets[close]] & IP_LITERAL) !== 0) close++;"],
    changes: ["`1` to `2`", "`close < end`: `<` to `<=`"],
    reason: "what lies between the brackets is checked as a whole below, and its end has to be that of the host",
  },
  {
    file: "http1/grammar.ts",
    at: ["return isIpv6(literal) || /^v[0-9a-f]+\\.[-._~!$&'()*+,;=:0-9a-z]+$/i.test(literal) ? close + 1 : -1;"],
    changes: ["`1` to `2`"],
    reason: "any negative number says that there is none",
  },
  {
    file: "http1/grammar.ts",
    at: ["while (i < length && known.charCodeAt(i) === octets[start + i]) i++;"],
    changes: ["`i < length`: `<` to `<=`", "`i < length`: `<` to `>=`", "`i++`: `++` to `--`"],
    reason: "no octet equals what is behind a text or before it; where the loop ends too early the text is made anew",
  },
  {
    file: "http1/parsed_request.ts",
    at: [
      "methodEnd = 0;",
      "targetStart = 0;",
      "targetEnd = 0;",
      "pathStart = 0;",
      "pathEnd = 0;",
      "fieldsStart = 0;",
      "headEnd = 0;",
      "minorVersion: 0 | 1 = 1;",
      "present = 0;",
      "repeated = 0;",
      "persistent = true;",
      "hasContent = false;",
      "contentLength: number | undefined = 0;",
      "expectsContinue = false;",
    ],
    reason: "the parser and settle() set it before the request is handed out",
  },
  {
    file: "http1/parsed_request.ts",
    at: ["const NO_SLOTS: readonly number[] = new Array(2 * FIELD_NAMES.length).fill(0);"],
    reason: "more slots than fields are never used, and a slot is set before its bit",
  },
  {
    file: "http1/parsed_request.ts",
    at: ["return;"],
    changes: ["`return;` to `;`"],
    reason: "the slot of a field that came more than once is not looked at any more",
  },
  {
    file: "http1/parsed_request.ts",
    at: [
      'if (this.methodEnd === 3 && octets[at] === 0x47 && octets[at + 1] === 0x45 && octets[at + 2] === 0x54) return "GET";',
    ],
    changes: ["`1` to `2`", "`2` to `3`"],
    reason: "GET is then told by its octets, more slowly; no other method of three octets passes",
  },
  {
    file: "http1/parsed_request.ts",
    at: ['if (this.pathEnd >= this.targetEnd) return "";'],
    changes: ["`this.pathEnd >= this.targetEnd`: `>=` to `>`"],
    reason: "what lies behind the end is the empty text",
  },
  {
    file: "http1/parsed_request.ts",
    at: [
      "while (start < end && (octets[start] === SP || octets[start] === HTAB)) start++;",
    ],
    changes: ["`start < end`: `<` to `<=`"],
    reason: "the octet behind a value, a CR, is not blank",
  },
  {
    file: "http1/read_buffer.ts",
    at: ["export const IDLE_BUFFER_BYTES_MAX = 4_096;"],
    reason: "buffers have 2,048 octets, twice as many, and so on",
  },
  {
    file: "http1/request_parser.ts",
    at: ["this.#mark = 0;"],
    reason: "it is set again before it is read",
  },
  {
    file: "http1/request_parser.ts",
    at: ["if (at === end) return false;", "if (minorVersion === undefined) return false;"],
    changes: ["`false` to `true`"],
    reason: "the scan of fields that begins then has no octet to look at, and says that more are needed",
  },
  {
    file: "http1/request_parser.ts",
    at: [
      "request.pathEnd = -1;",
      "if (octet === QUESTION_MARK && request.pathEnd < 0) request.pathEnd = at - start;",
      "if (request.pathEnd < 0) request.pathEnd = request.targetEnd;",
    ],
    changes: ["`1` to `2`", "`0` to `1`", "`request.pathEnd < 0`: `<` to `<=`"],
    reason: "any negative number says that there is no question mark; the first that there can be is at 2",
  },
  {
    file: "http1/request_parser.ts",
    at: ["if (id !== -1) this.#request.take(id, start, trimmedEnd(octets, start, end));"],
    changes: ["`1` to `2`"],
    reason: "a field of the id -1 has the sign bit, which is no field's, and no slot",
  },
  {
    file: "http1/request_parser.ts",
    at: ["const buffer = this.#buffer, isBetween = this.#state <= EMPTY_LINE_LF;"],
    changes: ["`this.#state <= EMPTY_LINE_LF`: `<=` to `<`"],
    reason: "half an empty line may lie elsewhere in the buffer",
  },
  {
    file: "http1/read_buffer.ts",
    at: ["if (from > 0) {", "} else if (octets.length < bytesMax) {"],
    changes: ["`0` to `1`", "`octets.length < bytesMax`: `<` to `<=`"],
    reason:
      "what is needed begins at 0 or behind two octets or more; a buffer of the largest size is copied to another of " +
      "that size",
  },
  {
    file: "http1/read_buffer.ts",
    at: ["#lastHeadEnd = -1;", "this.#lastHeadEnd = -1;"],
    changes: ["`1` to `2`"],
    reason: "any negative number says that there is none",
  },
  {
    file: "http1/read_buffer.ts",
    at: [
      "if (position !== this.#lastHeadEnd || end - position < length) return false;",
      "for (let at = position, before = start; before < position; at++, before++) {",
      "if (position + length === end) this.end = position;",
    ],
    changes: [
      ...["`end - position < length`: `<` to `<=`", "`before < position`: `<` to `<=`"],
      ...["`at++`: `++` to `--`", "`before++`: `++` to `--`", "`position + length`: `+` to `-`"],
    ],
    reason: "a head that is not seen to be the last one once more is scanned, and says the same",
  },
  {
    file: "http1/read_buffer.ts",
    at: ["start = 0;"],
    reason: "it is set before it is read",
  },
  {
    file: "http1/request_parser.ts",
    at: [
      "const HEAD_DONE = 11;",
      "#mark = 0;",
      "#nameStart = 0;",
      "#nameEnd = 0;",
      "#fieldCount = 0;",
      "let octet = 0;",
    ],
    reason: "it is set before it is read; of the state only the order counts",
  },
  {
    file: "http1/request_parser.ts",
    at: ["if (buffer.isScanned) return undefined;"],
    changes: ["`return undefined;` to `;`"],
    reason: "the steps below find nothing, too",
  },
  {
    file: "http1/request_parser.ts",
    at: ["return undefined;"],
    reason: "it is the end of its function",
  },
  {
    file: "http1/field_name.ts",
    at: ["] as const).reduce((bits, name) => bits | 1 << FIELD[name], 0);"],
    changes: ["`0` to `1`"],
    reason: "the first bit is Host's, which is one of them",
  },
  {
    file: "http1/framing.ts",
    at: [
      'if (request.minorVersion >= 1 && isAlone(request, FIELD["connection"], "keep-alive")) return;',
      "const isRepeated = (request.repeated & 1 << id) !== 0;",
    ],
    changes: [
      ...["`request.minorVersion >= 1`: `>=` to `>`", "`1` to `2`", "`return;` to `;`"],
      ...["`request.repeated & 1 << id`: `&` to `|`", "`0` to `1`"],
    ],
    reason: "the list is read where it need not be, and says the same",
  },
  {
    file: "http1/parsed_request.ts",
    at: ["while (at < octets.length && octets[at] !== CR) {"],
    changes: ["`at < octets.length`: `<` to `<=`"],
    reason: "the section ends with a CR, and behind the start of one no place is as low as the end of no octets",
  },
  {
    file: "http1/request_parser.ts",
    at: ["if (this.#state === HEAD_DONE && !this.contentDone) buffer.reuseContentRoom(this.#request.headEnd);"],
    changes: ["`this.#state === HEAD_DONE && !this.contentDone`: `&&` to `||`"],
    reason: "content that was read to its end leaves room that nobody asks for before the next head",
  },
];
