/** Which codings of the message are spoken, and that nothing unclear is taken for one (RFC 9112 6.1, 6.3). */
import { accepted, refused, type WireCase } from "./wire_case.ts";

const CODING = "RFC 9112 6.1";
const FRAMING = "RFC 9112 6.3";

const HEAD = "POST /form HTTP/1.1\r\nHost: example.org\r\n";
/** Content of three octets in one chunk. */
const CHUNKS = "3\r\nabc\r\n0\r\n\r\n";

function valid(name: string, lines: string): WireCase {
  return accepted(CODING, name, `${HEAD}${lines}\r\n${CHUNKS}`, { method: "POST", target: "/form", content: "abc" });
}

function invalid(rule: string, name: string, lines: string): WireCase {
  return refused(rule, name, `${HEAD}${lines}\r\n${CHUNKS}`, 400);
}

/** Codings that exist and are not spoken here. */
function unspoken(name: string, lines: string): WireCase {
  return refused(CODING, name, `${HEAD}${lines}\r\n${CHUNKS}`, 501);
}

export const cases: WireCase[] = [
  valid("chunked", "Transfer-Encoding: chunked\r\n"),
  valid("chunked in capital letters", "Transfer-Encoding: CHUNKED\r\n"),
  valid("chunked in mixed case", "Transfer-Encoding: cHuNkEd\r\n"),
  valid("name in mixed case", "tRANSFER-eNCODING: chunked\r\n"),
  valid("no space behind the colon", "Transfer-Encoding:chunked\r\n"),
  valid("white space round the coding", "Transfer-Encoding: \t chunked \t\r\n"),
  valid("TE says nothing about this message", "TE: trailers, gzip\r\nTransfer-Encoding: chunked\r\n"),
  valid("Content-Encoding is no transfer coding", "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"),
  accepted(
    CODING,
    "GET with chunked content",
    `GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`,
    {
      method: "GET",
      target: "/",
      content: "abc",
    },
  ),
  accepted(
    CODING,
    "chunked in HTTP/1.2, answered as 1.1",
    `POST /form HTTP/1.2\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`,
    { method: "POST", target: "/form", content: "abc", minorVersion: 1 },
  ),

  // Without a final chunked nobody can tell where the content ends (RFC 9112 6.3, item 4).
  invalid(CODING, "gzip alone", "Transfer-Encoding: gzip\r\n"),
  invalid(CODING, "gzip and deflate alone", "Transfer-Encoding: gzip, deflate\r\n"),
  invalid(CODING, "identity and then chunked, as it was before 2014", "Transfer-Encoding: Identity, chunked\r\n"),
  unspoken("gzip and then chunked", "Transfer-Encoding: gzip, chunked\r\n"),
  unspoken("deflate and then chunked, in capital letters", "Transfer-Encoding: DEFLATE, CHUNKED\r\n"),
  unspoken("compress and then chunked, without a space", "Transfer-Encoding: compress,chunked\r\n"),
  unspoken("two codings and then chunked", "Transfer-Encoding: x-gzip , x-compress\t, chunked\r\n"),
  invalid(CODING, "identity, which is no coding any more", "Transfer-Encoding: identity\r\n"),
  invalid(CODING, "identity and then chunked", "Transfer-Encoding: identity, chunked\r\n"),
  invalid(CODING, "chunked and then identity", "Transfer-Encoding: chunked, identity\r\n"),
  invalid(CODING, "chunked and then gzip", "Transfer-Encoding: chunked, gzip\r\n"),
  invalid(CODING, "chunked twice", "Transfer-Encoding: chunked, chunked\r\n"),
  invalid(CODING, "chunked twice in two lines", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
  invalid(CODING, "two codings in two lines", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"),
  invalid(CODING, "a second, empty line", "Transfer-Encoding: chunked\r\nTransfer-Encoding:\r\n"),
  invalid(CODING, "a second line in other letters", "Transfer-Encoding: chunked\r\ntransfer-encoding: identity\r\n"),
  invalid(CODING, "empty", "Transfer-Encoding:\r\n"),
  invalid(CODING, "comma alone", "Transfer-Encoding: ,\r\n"),
  invalid(CODING, "chunked and a comma", "Transfer-Encoding: chunked,\r\n"),
  invalid(CODING, "comma and chunked", "Transfer-Encoding: ,chunked\r\n"),
  invalid(CODING, "unknown coding", "Transfer-Encoding: br\r\n"),
  unspoken("unknown coding and then chunked", "Transfer-Encoding: cow, chunked\r\n"),
  invalid(CODING, "coding that is no token and then chunked", "Transfer-Encoding: c(o)w, chunked\r\n"),
  invalid(CODING, "letter before chunked", "Transfer-Encoding: xchunked\r\n"),
  invalid(CODING, "letter behind chunked", "Transfer-Encoding: chunkedx\r\n"),
  invalid(CODING, "part of the word", "Transfer-Encoding: chunk\r\n"),
  invalid(CODING, "quotation marks", 'Transfer-Encoding: "chunked"\r\n'),
  invalid(CODING, "apostrophes", "Transfer-Encoding: 'chunked'\r\n"),
  invalid(CODING, "parameter", "Transfer-Encoding: chunked;q=1\r\n"),
  invalid(CODING, "semicolon", "Transfer-Encoding: chunked;\r\n"),
  invalid(CODING, "two codings without a comma", "Transfer-Encoding: gzip chunked\r\n"),
  invalid(CODING, "colon before the coding", "Transfer-Encoding: : chunked\r\n"),
  invalid(CODING, "space within the word", "Transfer-Encoding: chun ked\r\n"),
  invalid(CODING, "vertical tab before the coding", "Transfer-Encoding: \x0bchunked\r\n"),
  invalid(CODING, "form feed behind the coding", "Transfer-Encoding: chunked\x0c\r\n"),
  invalid(CODING, "no-break space before the coding", "Transfer-Encoding: \xa0chunked\r\n"),
  invalid(CODING, "next line (0x85) behind the coding", "Transfer-Encoding: chunked\x85\r\n"),
  invalid(CODING, "NUL behind the coding", "Transfer-Encoding: chunked\0\r\n"),
  // U+212A: toLowerCase() of the decoded text would make "chunked" of it.
  invalid(CODING, "Kelvin sign for the k", "Transfer-Encoding: chun\xe2\x84\xaaed\r\n"),
  invalid(CODING, "folded line", "Transfer-Encoding:\r\n chunked\r\n"),
  invalid(CODING, "space before the colon", "Transfer-Encoding : chunked\r\n"),

  invalid(FRAMING, "with Content-Length", "Transfer-Encoding: chunked\r\nContent-Length: 13\r\n"),
  invalid(FRAMING, "Content-Length first", "Content-Length: 13\r\nTransfer-Encoding: chunked\r\n"),
  invalid(FRAMING, "with a Content-Length of zero", "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n"),
  invalid(FRAMING, "with an empty Content-Length", "Transfer-Encoding: chunked\r\nContent-Length:\r\n"),
  invalid(FRAMING, "unknown coding with Content-Length", "Transfer-Encoding: cow\r\nContent-Length: 13\r\n"),
  refused(
    CODING,
    "in HTTP/1.0",
    `POST /form HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`,
    400,
  ),
  refused(
    CODING,
    "in HTTP/1.0 with keep-alive",
    `POST /form HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`,
    400,
  ),
  refused(CODING, "coding that is not spoken, in HTTP/1.0", "GET / HTTP/1.0\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
];
