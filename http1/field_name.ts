/** The names of fields: which are recognised in the parser's one pass, and what is wrong with one that is none. */
import { HTAB, SP } from "./grammar.ts";
import { FIELD, type FieldId, ProtocolError } from "./message.ts";

/** Names of the recognised fields, by id. */
export const FIELD_NAMES: readonly string[] = Object.keys(FIELD);
const NAME_OCTETS = FIELD_NAMES.map((name) => new TextEncoder().encode(name));
const ID_BY_NAME: ReadonlyMap<string, FieldId> = new Map(Object.entries(FIELD));

/** Ids by length of the name and low bits of its first letter, so that one comparison mostly settles it. */
const CANDIDATES: FieldId[][] = [];
for (const [name, id] of ID_BY_NAME) (CANDIDATES[bucket(name.length, name.charCodeAt(0))] ??= []).push(id);

function bucket(length: number, firstOctet: number): number {
  return length << 5 | firstOctet & 31;
}

/**
 * Returns the id of a field name, or -1.
 *
 * The octets must be a token: folding case by setting one bit is right for letters and `-` only.
 */
export function fieldIdOf(octets: Uint8Array, start: number, end: number): FieldId | -1 {
  const candidates = CANDIDATES[bucket(end - start, octets[start])];
  if (candidates === undefined) return -1;
  next: for (const id of candidates) {
    const name = NAME_OCTETS[id];
    for (let i = 0; i < name.length; i++) {
      if ((octets[start + i] | 0x20) !== name[i]) continue next;
    }
    return id;
  }
  return -1;
}

/** The fields that may come once only (RFC 9110 5.3: not defined as lists); a second one is refused. */
export const SINGLETONS: number = ([
  "host",
  "content-length",
  "transfer-encoding",
  "content-type",
  "authorization",
  "user-agent",
  "referer",
  "if-modified-since",
  "if-unmodified-since",
  "if-range",
  "range",
  "origin",
  "max-forwards",
  "from",
  "access-control-request-method",
] as const).reduce((bits, name) => bits | 1 << FIELD[name], 0);

/** Returns the id of a name in lower case. */
export function fieldIdNamed(name: string): FieldId | undefined {
  return ID_BY_NAME.get(name);
}

const FIELD_LINE = "RFC 9112 5.1";

/**
 * Says what is wrong with a field line whose name does not end at a colon.
 *
 * @param octet the first that is no part of a token
 * @param isFirst whether it begins the line
 */
export function malformedName(octet: number, isFirst: boolean): ProtocolError {
  if (isFirst && (octet === SP || octet === HTAB)) {
    return new ProtocolError(400, "RFC 9112 5.2", "Line folding is obsolete");
  }
  if (octet === SP || octet === HTAB) return new ProtocolError(400, FIELD_LINE, "White space before the colon");
  return new ProtocolError(400, FIELD_LINE, "Field name is malformed");
}
