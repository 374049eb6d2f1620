/**
 * Classes of octets as one table, each with its ABNF, and the small grammars that are checked on octets in place.
 *
 * Nothing here decodes text: an octet is a number from 0 to 255, and what is not in a class is not in it, whatever
 * a Unicode table would say about it.
 */

/** `tchar` of RFC 9110 5.6.2: the octets of a token, such as a method or a field name. */
export const TOKEN = 1;
/**
 * Octets let through in a request-target: visible ASCII but `#`, `"`, `<` and `>`. RFC 3986 allows fewer; browsers
 * send `|`, `^`, `{`, `}`, backslash and the back quote as they are in a query.
 */
export const TARGET = 2;
/** `field-vchar / SP / HTAB` of RFC 9110 5.5: visible ASCII, obs-text, space and tab. */
export const FIELD_VALUE = 4;
/** `unreserved / pct-encoded / sub-delims` of RFC 3986 3.2.2: the octets of a registered name. */
export const REG_NAME = 8;
/** `DIGIT` */
export const DIGIT = 16;
/** `HEXDIG`, in either case of letters. */
export const HEX_DIGIT = 32;
/** Octets between the brackets of an IP literal (RFC 3986 3.2.2); their order is checked by {@linkcode isHost}. */
export const IP_LITERAL = 64;

/** Horizontal tab. */
export const HTAB = 0x09;
/** Line feed. */
export const LF = 0x0a;
/** Carriage return. */
export const CR = 0x0d;
/** Space. */
export const SP = 0x20;
/** `:` */
export const COLON = 0x3a;
/** `/` */
export const SLASH = 0x2f;
/** `?` */
export const QUESTION_MARK = 0x3f;

const DIGITS = "0123456789";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

function octetTable(): Uint8Array {
  const table = new Uint8Array(256);
  const mark = (bit: number, octets: string) => {
    for (const octet of octets) table[octet.charCodeAt(0)] |= bit;
  };
  mark(TOKEN, "!#$%&'*+-.^_`|~" + DIGITS + LETTERS);
  mark(REG_NAME, "-._~%!$&'()*+,;=" + DIGITS + LETTERS);
  mark(DIGIT, DIGITS);
  mark(HEX_DIGIT, DIGITS + "ABCDEFabcdef");
  mark(IP_LITERAL, "-._~!$&'()*+,;=:" + DIGITS + LETTERS);
  mark(FIELD_VALUE, " \t");
  for (let octet = 0x21; octet <= 0x7e; octet++) table[octet] |= FIELD_VALUE | TARGET;
  for (let octet = 0x80; octet <= 0xff; octet++) table[octet] |= FIELD_VALUE;
  for (const octet of '#"<>') table[octet.charCodeAt(0)] &= ~TARGET;
  return table;
}

/** The classes of each octet, one bit a class. */
export const OCTET: Uint8Array = octetTable();

/** Returns where octets end without the optional white space behind them (`OWS`, RFC 9110 5.6.3). */
export function trimmedEnd(octets: Uint8Array, start: number, end: number): number {
  while (end > start && (octets[end - 1] === SP || octets[end - 1] === HTAB)) end--;
  return end;
}

/**
 * Decodes octets as Latin-1: one character per octet, never two octets to one character.
 *
 * @param start inclusive
 * @param end exclusive
 */
export function latin1(octets: Uint8Array, start: number, end: number): string {
  let text = "";
  // In pieces, because an argument list has a limit.
  for (let from = start; from < end; from += 4096) {
    text += String.fromCharCode.apply(null, octets.subarray(from, Math.min(end, from + 4096)) as unknown as number[]);
  }
  return text;
}

/** Texts that came lately, so that the same few paths and hosts need no new string each time. */
const INTERNED: string[] = new Array(4096).fill("");
/** Longer texts are not kept: with this bound the table holds 512 KiB of text at the most. */
const INTERNED_LENGTH_MAX = 128;

/**
 * Decodes octets as Latin-1, like {@linkcode latin1}, without making the string anew when it came lately. A text of a
 * slot is compared octet by octet, so a collision costs a string and never gives a wrong one.
 *
 * @param start inclusive
 * @param end exclusive
 */
export function interned(octets: Uint8Array, start: number, end: number): string {
  const length = end - start;
  if (length > INTERNED_LENGTH_MAX || length === 0) return latin1(octets, start, end);
  let hash = length;
  for (let i = start; i < end; i++) hash = (hash * 31 + octets[i]) | 0;
  const slot = (hash ^ hash >>> 15) & INTERNED.length - 1;
  const known = INTERNED[slot];
  if (known.length === length) {
    let i = 0;
    while (i < length && known.charCodeAt(i) === octets[start + i]) i++;
    if (i === length) return known;
  }
  return INTERNED[slot] = latin1(octets, start, end);
}

/** Returns whether octets equal a lower-case ASCII text without regard to the case of letters. */
export function equalsIgnoringCase(octets: Uint8Array, start: number, end: number, lowerCase: string): boolean {
  if (end - start !== lowerCase.length) return false;
  for (let i = 0; i < lowerCase.length; i++) {
    let octet = octets[start + i];
    if (octet >= 0x41 && octet <= 0x5a) octet |= 0x20;
    if (octet !== lowerCase.charCodeAt(i)) return false;
  }
  return true;
}

/**
 * Returns whether octets are a valid, non-empty `uri-host [ ":" port ]` (RFC 9110 7.2, RFC 3986 3.2.2): a registered
 * name, an IPv4 address or a bracketed IP literal, and a port up to 65535 or an empty one; never user information.
 */
export function isHost(octets: Uint8Array, start: number, end: number): boolean {
  let i = start;
  if (octets[start] === 0x5b /* [ */) {
    i = ipLiteralEnd(octets, start, end);
    if (i < 0) return false;
  } else {
    while (i < end && (OCTET[octets[i]] & REG_NAME) !== 0) {
      if (octets[i] === 0x25 /* % */ && !isPercentEncoded(octets, i, end)) return false;
      i++;
    }
    if (i === start) return false;
  }
  return i === end || (octets[i] === COLON && isPort(octets, i + 1, end));
}

function isPercentEncoded(octets: Uint8Array, at: number, end: number): boolean {
  return at + 2 < end && (OCTET[octets[at + 1]] & OCTET[octets[at + 2]] & HEX_DIGIT) !== 0;
}

function isPort(octets: Uint8Array, start: number, end: number): boolean {
  let port = 0;
  for (let i = start; i < end; i++) {
    if ((OCTET[octets[i]] & DIGIT) === 0) return false;
    port = port * 10 + octets[i] - 0x30;
    if (port > 65535 || i - start >= 5) return false;
  }
  return true;
}

/** Returns the index behind the closing bracket, or -1. */
function ipLiteralEnd(octets: Uint8Array, start: number, end: number): number {
  let close = start + 1;
  while (close < end && (OCTET[octets[close]] & IP_LITERAL) !== 0) close++;
  if (close === end || octets[close] !== 0x5d /* ] */) return -1;
  const literal = latin1(octets, start + 1, close);
  return isIpv6(literal) || /^v[0-9a-f]+\.[-._~!$&'()*+,;=:0-9a-z]+$/i.test(literal) ? close + 1 : -1;
}

/** `IPv6address` of RFC 3986 3.2.2; zone identifiers (RFC 6874) have no meaning to a server and are refused. */
function isIpv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => half === "" ? [] : half.split(":"));
  const last = groups.at(-1) ?? "";
  const hasIpv4 = last.includes(".");
  // An address that ends in "::" has nothing behind it for an IPv4 part to be.
  if (hasIpv4 && (text.endsWith("::") || !isIpv4(last))) return false;
  const hexGroups = hasIpv4 ? groups.slice(0, -1) : groups;
  if (!hexGroups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  const count = hexGroups.length + (hasIpv4 ? 2 : 0);
  return halves.length === 2 ? count <= 7 : count === 8;
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255);
}
