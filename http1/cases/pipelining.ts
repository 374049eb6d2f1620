/** Several requests in one go: each ends where the next one begins (RFC 9112 9.3.2). */
import { type ExpectedRequest, type WireCase } from "./wire_case.ts";

const PIPELINING = "RFC 9112 9.3.2";

function get(path: string, lines = ""): string {
  return `GET ${path} HTTP/1.1\r\nHost: example.org\r\n${lines}\r\n`;
}

function expected(path: string): ExpectedRequest {
  return { method: "GET", target: path };
}

function chunkedPost(chunks: string): string {
  return `POST /form HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`;
}

const CHUNKED_POST = chunkedPost("5\r\nhello\r\n0\r\n\r\n");
const SIZED_POST = "POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
const POSTED: ExpectedRequest = { method: "POST", target: "/form", content: "hello" };

export const cases: WireCase[] = [
  {
    name: "two requests",
    rule: PIPELINING,
    octets: get("/a") + get("/b"),
    requests: [expected("/a"), expected("/b")],
  },
  {
    name: "fields of one request are not those of the next",
    rule: PIPELINING,
    octets: get("/a", "Cookie: a=1\r\nRange: bytes=0-0\r\nConnection: keep-alive\r\n") + get("/b"),
    requests: [
      { ...expected("/a"), fields: { cookie: "a=1", range: "bytes=0-0", connection: "keep-alive" } },
      { ...expected("/b"), fields: { cookie: null, range: null, connection: null } },
    ],
  },
  {
    name: "joined fields of one request are not those of the next",
    rule: PIPELINING,
    octets: get("/a", "Accept: a/b\r\nAccept: c/d\r\n") + get("/b", "Accept: e/f\r\n"),
    requests: [
      { ...expected("/a"), fields: { accept: "a/b, c/d" } },
      { ...expected("/b"), fields: { accept: "e/f" } },
    ],
  },
  {
    name: "fifty requests in one packet",
    rule: PIPELINING,
    octets: Array.from({ length: 50 }, (_, i) => get(`/${i}`)).join(""),
    requests: Array.from({ length: 50 }, (_, i) => expected(`/${i}`)),
  },
  {
    name: "more requests than the read buffer holds",
    rule: PIPELINING,
    octets: Array.from({ length: 40 }, (_, i) => get(`/${i}`, `Cookie: ${"c".repeat(1000)}\r\n`)).join(""),
    requests: Array.from({ length: 40 }, (_, i) => ({ ...expected(`/${i}`), fields: { cookie: "c".repeat(1000) } })),
  },
  {
    name: "small request behind a large one",
    rule: PIPELINING,
    octets: get("/large", `Cookie: ${"c".repeat(12_000)}\r\n`) + get("/small") + get("/last"),
    requests: [expected("/large"), { ...expected("/small"), fields: { cookie: null } }, expected("/last")],
  },
  {
    name: "requests behind content of a length",
    rule: PIPELINING,
    octets: SIZED_POST + get("/a") + SIZED_POST + get("/b"),
    requests: [POSTED, expected("/a"), POSTED, expected("/b")],
  },
  {
    name: "requests behind content in chunks",
    rule: PIPELINING,
    octets: CHUNKED_POST + get("/a") + CHUNKED_POST + get("/b"),
    requests: [POSTED, expected("/a"), POSTED, expected("/b")],
  },
  {
    name: "content of either framing in turn",
    rule: PIPELINING,
    octets: SIZED_POST + CHUNKED_POST + SIZED_POST + CHUNKED_POST,
    requests: [POSTED, POSTED, POSTED, POSTED],
  },
  {
    name: "content longer than the read buffer between requests",
    rule: PIPELINING,
    octets: `POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 30000\r\n\r\n${"x".repeat(30_000)}${get("/a")}`,
    requests: [{ method: "POST", target: "/form", content: "x".repeat(30_000) }, expected("/a")],
  },
  {
    name: "extensions of one request do not count for the next",
    rule: "RFC 9112 7.1.1",
    octets: chunkedPost(`5;${"a".repeat(4000)}\r\nhello\r\n0\r\n\r\n`).repeat(2),
    requests: [POSTED, POSTED],
  },
  {
    name: "trailers of one request do not count for the next",
    rule: "RFC 9112 7.1.2",
    octets: chunkedPost(`5\r\nhello\r\n0\r\nX: ${"a".repeat(8000)}\r\n\r\n`).repeat(2),
    requests: [POSTED, POSTED],
  },
  {
    name: "content of one request does not count for the next",
    rule: "RFC 9110 15.5.14",
    octets: chunkedPost("5\r\nhello\r\n0\r\n\r\n") + chunkedPost("1000000\r\nhello"),
    requests: [POSTED, POSTED],
    incomplete: true,
  },
  // Old clients send a CRLF behind the content that its length does not count.
  {
    name: "CRLF behind the content",
    rule: "RFC 9112 2.2",
    octets: SIZED_POST + "\r\n" + get("/a"),
    requests: [POSTED, expected("/a")],
  },
  {
    name: "sixteen empty lines before each request",
    rule: "RFC 9112 2.2",
    octets: ("\r\n".repeat(16) + get("/a")).repeat(3),
    requests: [expected("/a"), expected("/a"), expected("/a")],
  },
  {
    name: "seventeen empty lines between requests",
    rule: "RFC 9112 2.2",
    octets: get("/a") + "\r\n".repeat(17) + get("/b"),
    requests: [expected("/a")],
    refused: 400,
  },
  {
    name: "space between requests",
    rule: "RFC 9112 3",
    octets: get("/a") + " " + get("/b"),
    requests: [expected("/a")],
    refused: 400,
  },
  {
    name: "NUL between requests",
    rule: "RFC 9112 3",
    octets: get("/a") + "\0" + get("/b"),
    requests: [expected("/a")],
    refused: 400,
  },
  {
    name: "content longer than its length",
    rule: "RFC 9112 6.3",
    octets: "POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello world\r\n" + get("/a"),
    requests: [POSTED],
    refused: 400,
  },
  {
    name: "content that nobody announced",
    rule: "RFC 9112 6.3",
    octets: "POST /form HTTP/1.1\r\nHost: a\r\n\r\n{}",
    requests: [{ method: "POST", target: "/form" }],
    refused: 400,
  },
  {
    name: "refused request between two valid ones",
    rule: "RFC 9112 9.3.2",
    octets: get("/a") + "GET /b HTTP/1.1\r\n\r\n" + get("/c"),
    requests: [expected("/a")],
    refused: 400,
  },
  {
    name: "nothing is heard behind close",
    rule: "RFC 9112 9.6",
    octets: get("/a", "Connection: close\r\n") + get("/b"),
    requests: [{ ...expected("/a"), persistent: false }],
  },
  {
    name: "nothing is refused behind close",
    rule: "RFC 9112 9.6",
    octets: get("/a", "Connection: close\r\n") + "no request at all",
    requests: [{ ...expected("/a"), persistent: false }],
  },
  {
    name: "nothing is heard behind HTTP/1.0",
    rule: "RFC 9112 9.3",
    octets: "GET /a HTTP/1.0\r\n\r\n" + get("/b"),
    requests: [{ ...expected("/a"), minorVersion: 0, persistent: false }],
  },
  {
    name: "nothing is heard behind close with content",
    rule: "RFC 9112 9.6",
    octets: "POST /form HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello" + get("/b"),
    requests: [{ ...POSTED, persistent: false }],
  },
  {
    name: "HTTP/1.0 with keep-alive, and then others",
    rule: "RFC 9112 9.3",
    octets: "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + get("/b") + "GET /c HTTP/1.0\r\n\r\n",
    requests: [
      { ...expected("/a"), minorVersion: 0, persistent: true },
      { ...expected("/b"), minorVersion: 1, persistent: true },
      { ...expected("/c"), minorVersion: 0, persistent: false },
    ],
  },
  {
    name: "different methods and forms of target",
    rule: PIPELINING,
    octets: "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n" + "HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n" +
      "GET http://b.example/c HTTP/1.1\r\nHost: b.example\r\n\r\n",
    requests: [
      { method: "OPTIONS", target: "*", path: "*" },
      { method: "HEAD", target: "/a", path: "/a" },
      { method: "GET", target: "http://b.example/c", path: "/c" },
    ],
  },
  {
    name: "beginning of a second request",
    rule: "RFC 9112 8",
    octets: get("/a") + "GET /b HTTP/1.1\r\nHost: exam",
    requests: [expected("/a")],
    incomplete: true,
  },
];
