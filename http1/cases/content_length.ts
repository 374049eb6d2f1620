/** Content of an announced length (RFC 9110 8.6, RFC 9112 6.2, 6.3). */
import { accepted, refused, type WireCase } from "./wire_case.ts";

const LENGTH = "RFC 9110 8.6";
const FRAMING = "RFC 9112 6.3";
const TOO_LARGE = "RFC 9110 15.5.14";

function post(length: string, content: string): string {
  return `POST /form HTTP/1.1\r\nHost: example.org\r\nContent-Length:${length}\r\n\r\n${content}`;
}

function valid(name: string, length: string, content: string): WireCase {
  return accepted(LENGTH, name, post(length, content), { method: "POST", target: "/form", content });
}

function invalid(name: string, length: string): WireCase {
  return refused(LENGTH, name, post(length, "hello"), 400);
}

export const cases: WireCase[] = [
  valid("five octets", " 5", "hello"),
  valid("one octet", " 1", "\n"),
  valid("no space before the digits", "5", "hello"),
  valid("white space round the digits", " \t 5 \t", "hello"),
  valid("leading zeros", " 0005", "hello"),
  valid("forty leading zeros", " " + "0".repeat(40) + "5", "hello"),
  valid("every octet there is", " 256", Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join("")),
  valid("content that looks like a request", " 26", "GET /inner HTTP/1.1\r\nHost:"),
  valid("content that looks like the end of chunks", " 5", "0\r\n\r\n"),
  valid("content longer than the read buffer", " 40000", "0123456789".repeat(4000)),
  {
    name: "length 0 is no content",
    rule: LENGTH,
    octets: post(" 0", ""),
    requests: [{ method: "POST", target: "/form", fields: { "content-length": "0" } }],
  },
  {
    name: "length 000 is no content",
    rule: LENGTH,
    octets: post(" 000", ""),
    requests: [{ method: "POST", target: "/form" }],
  },
  accepted(FRAMING, "GET with content", "GET / HTTP/1.1\r\nHost: example.org\r\nContent-Length: 3\r\n\r\nabc", {
    method: "GET",
    target: "/",
    content: "abc",
  }),
  accepted(FRAMING, "HEAD with content", "HEAD / HTTP/1.1\r\nHost: example.org\r\nContent-Length: 3\r\n\r\nabc", {
    method: "HEAD",
    target: "/",
    content: "abc",
  }),
  accepted(FRAMING, "OPTIONS with content", "OPTIONS * HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", {
    method: "OPTIONS",
    target: "*",
    content: "{}",
  }),
  accepted(FRAMING, "content in HTTP/1.0", "POST /form HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc", {
    method: "POST",
    target: "/form",
    content: "abc",
    persistent: false,
  }),
  accepted(FRAMING, "POST without a length has no content", "POST /form HTTP/1.1\r\nHost: example.org\r\n\r\n", {
    method: "POST",
    target: "/form",
    fields: { "content-length": null },
  }),
  accepted(
    FRAMING,
    "content and the last request of the connection",
    "PUT /form HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc",
    { method: "PUT", target: "/form", content: "abc", persistent: false },
  ),

  invalid("empty", ""),
  invalid("white space only", "   "),
  invalid("plus sign", " +5"),
  invalid("minus sign", " -5"),
  invalid("minus zero", " -0"),
  invalid("hexadecimal", " 0x5"),
  invalid("exponent", " 5e0"),
  invalid("fraction", " 5.0"),
  invalid("thousands separator", " 1_000"),
  invalid("space between digits", " 5 5"),
  invalid("letter behind the digits", " 5a"),
  invalid("semicolon behind the digits", " 5;"),
  invalid("quotation marks", ' "5"'),
  invalid("list of two equal lengths", " 5, 5"),
  invalid("list of two different lengths", " 5, 6"),
  invalid("list with an empty member", " 5,"),
  invalid("vertical tab before the digits", " \x0b5"),
  invalid("no-break space behind the digits", " 5\xa0"),
  invalid("superscript digit of Latin-1", " \xb2"),
  invalid("digit outside ASCII in UTF-8", " \xd9\xa5"),
  invalid("infinity", " Infinity"),
  invalid("word", " five"),
  refused(FRAMING, "two equal lengths", post(" 5\r\nContent-Length: 5", "hello"), 400),
  refused(FRAMING, "two different lengths", post(" 5\r\nContent-Length: 6", "hello!"), 400),
  refused(FRAMING, "a second length in other letters", post(" 5\r\ncontent-LENGTH: 0", "hello"), 400),
  refused(FRAMING, "a second, empty length", post(" 5\r\nContent-Length:", "hello"), 400),
  refused(FRAMING, "two lengths of zero", post(" 0\r\nContent-Length: 0", ""), 400),
  refused(
    FRAMING,
    "two lengths in HTTP/1.0",
    "POST /form HTTP/1.0\r\nContent-Length: 1\r\ncontent-length: 1\r\n\r\na",
    400,
  ),

  {
    name: "largest content allowed, of which little came",
    rule: TOO_LARGE,
    octets: post(" 16777216", "hello"),
    requests: [{ method: "POST", target: "/form", content: "hello" }],
    incomplete: true,
    // Too long to be read for nothing, so the answer does not wait for it.
    answers: [405],
  },
  refused(TOO_LARGE, "one octet more than allowed", post(" 16777217", ""), 413),
  refused(TOO_LARGE, "length of 2^31", post(" 2147483648", ""), 413),
  refused(TOO_LARGE, "length of 2^32 plus 5", post(" 4294967301", "hello"), 413),
  refused(TOO_LARGE, "length of 2^53", post(" 9007199254740992", ""), 413),
  refused(TOO_LARGE, "length of 2^53 plus 1, which no double holds", post(" 9007199254740993", ""), 413),
  refused(TOO_LARGE, "length of 2^64 plus 5", post(" 18446744073709551621", "hello"), 413),
  refused(TOO_LARGE, "length of 400 digits, infinite as a double", post(" " + "9".repeat(400), ""), 413),
  {
    name: "content of which one octet is missing",
    rule: "RFC 9112 8",
    octets: post(" 6", "hello"),
    requests: [{ method: "POST", target: "/form", content: "hello" }],
    incomplete: true,
  },
  {
    name: "content of which nothing came",
    rule: "RFC 9112 8",
    octets: post(" 5", ""),
    requests: [{ method: "POST", target: "/form", content: "" }],
    incomplete: true,
  },
];
