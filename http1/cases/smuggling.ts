/**
 * Request smuggling by framing fields: heads that two careless servers would take to announce different content
 * (RFC 9112 11.2). Vectors in content, chunks and request lines are in `smuggled_content.ts`.
 */
import { apart, CANARY, CANARY_BYTES, CHUNKED, LAST_CHUNK, LENGTH_5, refused, refusedHead } from "./canary.ts";
import type { WireCase } from "./wire_case.ts";

const CL_TE = "RFC 9112 6.3";
const TE = "RFC 9112 6.1";
const CL = "RFC 9110 8.6";
const NAME = "RFC 9112 5.1";
const LINES = "RFC 9112 2.2";

export const cases: WireCase[] = [
  // Both framings in one head: one server ends at the last chunk, the other where the length says.
  refused(CL_TE, "CL.TE: length first", LENGTH_5 + CHUNKED),
  refused(CL_TE, "TE.CL: coding first", CHUNKED + LENGTH_5),
  refused(CL_TE, "CL.TE: length that covers the canary", `Content-Length: ${5 + CANARY_BYTES}\r\n${CHUNKED}`),
  refused(CL_TE, "CL.TE: length 0", "Content-Length: 0\r\n" + CHUNKED),
  refused(CL_TE, "TE.CL: canary within a chunk", "Content-Length: 4\r\n" + CHUNKED, `2b\r\n${CANARY}\r\n0\r\n\r\n`),
  refused(CL_TE, "CL.TE: names in lower case", "content-length: 5\r\ntransfer-encoding: chunked\r\n"),
  refused(CL_TE, "CL.TE: other fields between", LENGTH_5 + "X: a\r\nY: b\r\n" + CHUNKED),
  refused(CL_TE, "CL.TE: coding that is not known", LENGTH_5 + "Transfer-Encoding: xchunked\r\n"),
  refused(CL_TE, "CL.TE: identity", LENGTH_5 + "Transfer-Encoding: identity\r\n"),
  refused(CL_TE, "CL.TE: chunked not last", LENGTH_5 + "Transfer-Encoding: chunked, identity\r\n"),
  refused(CL_TE, "CL.TE: coding that is not spoken", LENGTH_5 + "Transfer-Encoding: gzip, chunked\r\n"),
  refused(CL_TE, "CL.TE: empty coding", LENGTH_5 + "Transfer-Encoding:\r\n"),
  refused(CL_TE, "CL.TE: coding in quotation marks", LENGTH_5 + 'Transfer-Encoding: "chunked"\r\n'),
  refused(
    CL_TE,
    "CL.TE: coding named as an option of the connection",
    "Connection: Transfer-Encoding\r\n" + LENGTH_5 + CHUNKED,
  ),
  refused(
    CL_TE,
    "TE.CL: length named as an option of the connection",
    "Connection: Content-Length\r\n" + CHUNKED + LENGTH_5,
  ),
  refused(CL_TE, "TE.CL: empty length", CHUNKED + "Content-Length:\r\n"),
  refused(CL_TE, "TE.CL: length with a sign", CHUNKED + "Content-Length: +5\r\n"),
  refused(CL_TE, "TE.CL: list of lengths", CHUNKED + "Content-Length: 5, 5\r\n"),
  refusedHead(CL_TE, "CL.TE in a GET", `GET / HTTP/1.1\r\nHost: a\r\n${LENGTH_5}${CHUNKED}\r\n${LAST_CHUNK}`),
  refusedHead(
    CL_TE,
    "CL.TE in HTTP/1.0",
    `POST / HTTP/1.0\r\nConnection: keep-alive\r\n${LENGTH_5}${CHUNKED}\r\n${LAST_CHUNK}`,
  ),

  // One of the two fields is hidden behind something that lenient parsers cut off, trim or unfold.
  refused(NAME, "CL.TE: space before the colon", LENGTH_5 + "Transfer-Encoding : chunked\r\n"),
  refused(NAME, "CL.TE: tab before the colon", LENGTH_5 + "Transfer-Encoding\t: chunked\r\n"),
  refused(NAME, "CL.TE: vertical tab before the colon", LENGTH_5 + "Transfer-Encoding\x0b: chunked\r\n"),
  refused(NAME, "CL.TE: no-break space before the colon", LENGTH_5 + "Transfer-Encoding\xa0: chunked\r\n"),
  refused(NAME, "CL.TE: NUL behind the name", LENGTH_5 + "Transfer-Encoding\0: chunked\r\n"),
  refused(NAME, "CL.TE: NUL before the name", LENGTH_5 + "\0Transfer-Encoding: chunked\r\n"),
  refused(NAME, "CL.TE: space within the name", LENGTH_5 + "Transfer Encoding: chunked\r\n"),
  refused(NAME, "CL.TE: two colons first", LENGTH_5 + "::Transfer-Encoding: chunked\r\n"),
  refused(NAME, "CL.TE: long s in the name", LENGTH_5 + "Tran\xc5\xbffer-Encoding: chunked\r\n"),
  refused(NAME, "TE.CL: space before the colon", CHUNKED + "Content-Length : 5\r\n"),
  refused(NAME, "TE.CL: soft hyphen in the name", CHUNKED + "Content\xadLength: 5\r\n"),
  refused("RFC 9112 5.2", "CL.TE: line that begins with a space", LENGTH_5 + " Transfer-Encoding: chunked\r\n"),
  refused(
    "RFC 9112 5.2",
    "CL.TE: field hidden on a folded line",
    LENGTH_5 + "X: a\r\n\tTransfer-Encoding: chunked\r\n",
  ),
  refused("RFC 9112 5.2", "CL.TE: value on a folded line", LENGTH_5 + "Transfer-Encoding:\r\n chunked\r\n"),
  refused("RFC 9112 5.2", "TE.CL: length on a folded line", CHUNKED + "Content-Length:\r\n 5\r\n"),
  refused("RFC 9112 5.2", "CL.CL: digits on a folded line", "Content-Length: 5\r\n 0\r\n"),
  refused(LINES, "CL.TE: behind a bare LF", LENGTH_5 + "X: a\nTransfer-Encoding: chunked\r\n"),
  refused(LINES, "CL.TE: behind a bare CR", LENGTH_5 + "X: a\rTransfer-Encoding: chunked\r\n"),
  refused(LINES, "CL.TE: before a bare LF", "Transfer-Encoding: chunked\n" + LENGTH_5),
  refused(LINES, "TE.CL: behind a bare LF", CHUNKED + "X: a\nContent-Length: 5\r\n"),
  refused(LINES, "TE.CL: before CR CR LF", "Content-Length: 5\r\r\n" + CHUNKED),
  refused(LINES, "head that ends at LF LF for some", LENGTH_5 + "X: a\n\nGET /canary HTTP/1.1\r\nY: b\r\n"),

  // Names that only look alike are other fields; the one framing field left decides.
  apart(NAME, "CL.TE: underscore for the hyphen", LENGTH_5 + "Transfer_Encoding: chunked\r\n", LAST_CHUNK, LAST_CHUNK),
  apart(NAME, "CL.TE: longer name", LENGTH_5 + "X-Transfer-Encoding: chunked\r\n", LAST_CHUNK, LAST_CHUNK),
  apart(NAME, "CL.TE: percent-encoded name", LENGTH_5 + "%54ransfer-Encoding: chunked\r\n", LAST_CHUNK, LAST_CHUNK),
  apart(NAME, "CL.TE: Content-Encoding", LENGTH_5 + "Content-Encoding: chunked\r\n", LAST_CHUNK, LAST_CHUNK),
  apart(NAME, "CL.TE: TE", LENGTH_5 + "TE: chunked\r\n", LAST_CHUNK, LAST_CHUNK),
  apart(NAME, "CL.TE: Trailer", LENGTH_5 + "Trailer: Transfer-Encoding\r\n", LAST_CHUNK, LAST_CHUNK),
  apart(NAME, "TE.CL: underscore for the hyphen", "Content_Length: 3\r\n" + CHUNKED, LAST_CHUNK, ""),
  apart(NAME, "TE.CL: length of another field", "X: Content-Length: 3\r\n" + CHUNKED, LAST_CHUNK, ""),
  apart(
    "RFC 9110 5.5",
    "CL.TE: line end written out",
    LENGTH_5 + "X: a\\r\\nTransfer-Encoding: chunked\r\n",
    LAST_CHUNK,
    LAST_CHUNK,
  ),
  apart(
    "RFC 9110 5.5",
    "CL.TE: percent-encoded line end",
    LENGTH_5 + "X: a%0d%0aTransfer-Encoding: chunked\r\n",
    LAST_CHUNK,
    LAST_CHUNK,
  ),
  apart(
    "RFC 9110 5.5",
    "CL.TE: next line (0x85)",
    LENGTH_5 + "X: a\x85Transfer-Encoding: chunked\r\n",
    LAST_CHUNK,
    LAST_CHUNK,
  ),
  // U+560D U+560A: decoders that keep the low octet of each character make CR LF of them.
  apart(
    "RFC 9110 5.5",
    "CL.TE: letters whose low octets are CR LF",
    LENGTH_5 + "X: a\xe5\x98\x8d\xe5\x98\x8aTransfer-Encoding: chunked\r\n",
    LAST_CHUNK,
    LAST_CHUNK,
  ),

  // Codings of which one server speaks one and the next another.
  refused(TE, "TE.TE: second line with an unknown coding", CHUNKED + "Transfer-Encoding: cow\r\n"),
  refused(TE, "TE.TE: first line with an unknown coding", "Transfer-Encoding: cow\r\n" + CHUNKED),
  refused(TE, "TE.TE: identity behind chunked", CHUNKED + "Transfer-Encoding: identity\r\n"),
  refused(TE, "TE.TE: names in different letters", CHUNKED + "tRANSFER-eNCODING: x\r\n"),
  refused(TE, "TE.TE: equal lines", CHUNKED + CHUNKED),
  refused(TE, "TE.TE: unknown coding in the same line", "Transfer-Encoding: chunked, cow\r\n"),
  refused(TE, "TE.TE: chunked twice in the same line", "Transfer-Encoding: chunked, chunked\r\n"),
  refused(TE, "TE.TE: gzip before chunked", "Transfer-Encoding: gzip, chunked\r\n", LAST_CHUNK, 501),
  refused(TE, "TE.0: coding that contains the word", "Transfer-Encoding: xchunked\r\n"),
  refused(TE, "TE.0: coding with a parameter", "Transfer-Encoding: chunked;a=b\r\n"),
  refused(TE, "TE.0: Kelvin sign for the k", "Transfer-Encoding: chun\xe2\x84\xaaed\r\n"),
  refused(TE, "TE.0: vertical tab before the coding", "Transfer-Encoding: \x0bchunked\r\n"),
  refused(TE, "TE.0: next line (0x85) behind the coding", "Transfer-Encoding: chunked\x85\r\n"),
  refused(TE, "TE.0: no coding", "Transfer-Encoding:\r\n"),
  refusedHead(
    TE,
    "TE.0: chunked in HTTP/1.0",
    `POST / HTTP/1.0\r\nConnection: keep-alive\r\n${CHUNKED}\r\n${LAST_CHUNK}`,
  ),
  apart(TE, "TE: tabs round the coding are white space", "Transfer-Encoding:\tchunked\t\r\n", LAST_CHUNK, ""),

  // Lengths that are read as different numbers.
  refused(CL, "CL.CL: short and long", `Content-Length: 5\r\nContent-Length: ${5 + CANARY_BYTES}\r\n`),
  refused(CL, "CL.CL: long and short", `Content-Length: ${5 + CANARY_BYTES}\r\nContent-Length: 5\r\n`),
  refused(CL, "CL.CL: equal", LENGTH_5 + LENGTH_5),
  refused(CL, "CL.CL: list", `Content-Length: 5, ${5 + CANARY_BYTES}\r\n`),
  refused(CL, "CL.0: plus sign", "Content-Length: +48\r\n"),
  refused(CL, "CL.0: minus sign", "Content-Length: -43\r\n"),
  refused(CL, "CL.0: hexadecimal", "Content-Length: 0x30\r\n"),
  refused(CL, "CL.0: two numbers", "Content-Length: 48 5\r\n"),
  refused(CL, "CL.0: NUL behind the digits", "Content-Length: 5\x00\r\n"),
  refused(CL, "CL.0: no-break space before the digits", "Content-Length: \xa05\r\n"),
  refused("RFC 9110 15.5.14", "CL.0: 2^32 and five", "Content-Length: 4294967301\r\n", "hello", 413),
  refused("RFC 9110 15.5.14", "CL.0: 2^64 and five", "Content-Length: 18446744073709551621\r\n", "hello", 413),
  apart(CL, "CL: 010 is ten, not eight", "Content-Length: 010\r\n", "0123456789", "0123456789"),
  apart(CL, "0.CL: length 0", "Content-Length: 0\r\n"),
  apart(CL, "0.CL: no length", ""),
];
