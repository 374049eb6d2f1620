/** The trailer section behind the last chunk: read by the rules of field lines, and dropped (RFC 9112 7.1.2). */
import { accepted, brokenContent, type WireCase } from "./wire_case.ts";

const TRAILER = "RFC 9112 7.1.2";
const TOO_LARGE = "RFC 6585 5";

const HEAD = "POST /form HTTP/1.1\r\nHost: example.org\r\nTransfer-Encoding: chunked\r\n\r\n";
const CHUNK = "5\r\nhello\r\n0\r\n";

/** A trailer section that comes to its end; none of its fields may show up in the request. */
function dropped(name: string, lines: string, fields: Record<string, string | null> = {}): WireCase {
  const request = { method: "POST", target: "/form", content: "hello", fields };
  return accepted(TRAILER, name, `${HEAD}${CHUNK}${lines}\r\n`, request);
}

function broken(rule: string, name: string, lines: string, status = 400): WireCase {
  const request = { method: "POST", target: "/form", content: "hello" };
  return brokenContent(rule, name, `${HEAD}${CHUNK}${lines}\r\n`, request, status);
}

export const cases: WireCase[] = [
  dropped("one field", "Digest: abc\r\n", { digest: null }),
  dropped("several fields", "A: 1\r\nB: 2\r\nC: 3\r\n", { a: null, b: null, c: null }),
  dropped("field without a value", "Digest:\r\n", { digest: null }),
  dropped("field announced by Trailer in the trailers", "Trailer: Digest\r\nDigest: a\r\n", { trailer: null }),
  dropped("octets outside ASCII in a value", "X: caf\xc3\xa9\xff\r\n", { x: null }),
  dropped("Content-Length has no meaning there", "Content-Length: 500\r\n", { "content-length": null }),
  dropped("Transfer-Encoding has no meaning there", "Transfer-Encoding: gzip\r\n", { "transfer-encoding": "chunked" }),
  dropped("Host has no meaning there", "Host: other.example\r\n", { host: "example.org" }),
  dropped("Connection has no meaning there", "Connection: close\r\n", { connection: null }),
  dropped("Expect has no meaning there", "Expect: 200-maybe\r\n", { expect: null }),
  dropped("same field twice", "Content-Type: a/b\r\nContent-Type: c/d\r\n", { "content-type": null }),
  accepted(
    TRAILER,
    "field of the head is not changed",
    `POST /form HTTP/1.1\r\nHost: example.org\r\nTransfer-Encoding: chunked\r\nX: head\r\n\r\n${CHUNK}X: trailer\r\n\r\n`,
    { method: "POST", target: "/form", content: "hello", fields: { x: "head" } },
  ),
  dropped("section of 8,192 octets", "X: " + "a".repeat(8185) + "\r\n"),
  broken(TOO_LARGE, "section of 8,193 octets", "X: " + "a".repeat(8186) + "\r\n", 431),
  broken(TOO_LARGE, "many small fields", "X: y\r\n".repeat(2000), 431),
  broken(TOO_LARGE, "name without end", "x".repeat(20_000), 431),
  broken(TRAILER, "no colon", "Digest\r\n"),
  broken(TRAILER, "empty name", ": abc\r\n"),
  broken(TRAILER, "space before the colon", "Digest : abc\r\n"),
  broken(TRAILER, "space within the name", "Di gest: abc\r\n"),
  broken(TRAILER, "folded line", "Digest: abc\r\n def\r\n"),
  broken(TRAILER, "white space before the first field", " Digest: abc\r\n"),
  broken(TRAILER, "line ended by LF alone", "Digest: abc\nX: y\r\n"),
  broken(TRAILER, "line ended by CR alone", "Digest: abc\rX: y\r\n"),
  broken(TRAILER, "NUL in a value", "Digest: a\0b\r\n"),
  broken(TRAILER, "octet outside ASCII in a name", "Dig\xe9st: abc\r\n"),
  broken(TRAILER, "section ended by LF alone", "Digest: abc\r\n\n"),
  broken(TRAILER, "CR and no LF at the end", "Digest: abc\r\n\rX"),
  // A request right behind the last chunk is a trailer line that has no colon where one must be.
  broken(TRAILER, "request where the section should end", "GET /inner HTTP/1.1\r\nHost: example.org\r\n"),
];
