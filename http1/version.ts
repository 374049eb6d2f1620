/** The last part of the request line: which version of HTTP the peer speaks. */
import { CR, LF } from "./grammar.ts";
import { ProtocolError } from "./message.ts";

/** `HTTP/` DIGIT `.` DIGIT CRLF; a zero stands for a digit. */
const VERSION_FORM = Uint8Array.of(0x48, 0x54, 0x54, 0x50, 0x2f, 0, 0x2e, 0, CR, LF);

/** Octets of a version and the line end behind it. */
export const VERSION_BYTES: number = VERSION_FORM.length;

/**
 * Checks `HTTP-version CRLF` (RFC 9112 2.3), or as much of it as there is.
 *
 * @param start inclusive
 * @param count octets that are there, at most {@linkcode VERSION_BYTES}
 * @returns the minor version, 1 for every one above 0; `undefined` when octets are missing
 * @throws {ProtocolError} when it is malformed (400), or another major version than 1 (505)
 */
export function checkedVersion(octets: Uint8Array, start: number, count: number): 0 | 1 | undefined {
  for (let i = 0; i < count; i++) {
    const octet = octets[start + i], expected = VERSION_FORM[i];
    if (expected === 0 ? octet < 0x30 || octet > 0x39 : octet !== expected) throw malformed();
  }
  if (count < VERSION_BYTES) return undefined;
  const major = octets[start + 5], minor = octets[start + 7];
  if (major > 0x31) throw new ProtocolError(505, "RFC 9110 15.6.6", "Only HTTP/1.1 and HTTP/1.0 are spoken here");
  if (major < 0x31) throw malformed();
  return minor === 0x30 ? 0 : 1;
}

function malformed(): ProtocolError {
  return new ProtocolError(400, "RFC 9112 2.3", "HTTP version is malformed");
}
