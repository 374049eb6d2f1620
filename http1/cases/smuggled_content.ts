/**
 * Request smuggling by everything else: content where careless servers expect none, ends of chunks, extensions,
 * trailers, request lines, and what comes behind the last request (RFC 9112 11.2). See also `smuggling.ts`.
 */
import {
  apart,
  behind,
  broken,
  CANARY,
  CANARY_BYTES,
  CHUNKED,
  LENGTH_5,
  POST,
  POSTED,
  refused,
  refusedHead,
  sized,
  swallowed,
} from "./canary.ts";
import type { WireCase } from "./wire_case.ts";

const CHUNK = "RFC 9112 7.1";
const EXTENSION = "RFC 9112 7.1.1";
const TRAILER = "RFC 9112 7.1.2";
const LINES = "RFC 9112 2.2";

export const cases: WireCase[] = [
  // Content of requests that careless servers take to have none.
  swallowed("RFC 9110 9.3.1", "CL.0: GET whose content is the canary", sized("GET", CANARY), {
    method: "GET",
    target: "/",
    content: CANARY,
  }),
  swallowed("RFC 9110 9.3.2", "CL.0: HEAD whose content is the canary", sized("HEAD", CANARY), {
    method: "HEAD",
    target: "/",
    content: CANARY,
  }),
  swallowed("RFC 9110 9.3.7", "CL.0: OPTIONS whose content is the canary", sized("OPTIONS", CANARY), {
    method: "OPTIONS",
    target: "/",
    content: CANARY,
  }),
  swallowed("RFC 9110 9.3.8", "CL.0: TRACE whose content is the canary", sized("TRACE", CANARY), {
    method: "TRACE",
    target: "/",
    content: CANARY,
  }),
  swallowed("RFC 9110 9.1", "CL.0: unknown method whose content is the canary", sized("TEA", CANARY), {
    method: "TEA",
    target: "/",
    content: CANARY,
  }),
  swallowed(
    "RFC 9110 10.1.1",
    "CL.0: content that should have waited",
    sized("PUT", CANARY, "Expect: 100-continue\r\n"),
    {
      method: "PUT",
      target: "/",
      content: CANARY,
      expectsContinue: true,
    },
  ),
  refused(
    "RFC 9110 10.1.1",
    "CL.0: expectation with a word before it",
    "Expect: y 100-continue\r\n" + LENGTH_5,
    "hello",
    417,
  ),
  swallowed(
    "RFC 9110 7.6.1",
    "CL.0: length named as an option of the connection",
    sized("POST", CANARY, "Connection: Content-Length\r\n"),
    { ...POSTED, content: CANARY },
  ),
  swallowed(
    "RFC 9110 7.8",
    "CL.0: content of a request that wants another protocol",
    sized("POST", CANARY, "Connection: Upgrade\r\nUpgrade: h2c\r\n"),
    { ...POSTED, content: CANARY },
  ),
  swallowed(
    CHUNK,
    "TE.0: canary in a chunk of a GET",
    `GET / HTTP/1.1\r\nHost: a\r\n${CHUNKED}\r\n2b\r\n${CANARY}\r\n0\r\n\r\n`,
    { method: "GET", target: "/", content: CANARY },
  ),
  apart(CHUNK, "TE.0: canary behind chunks that look like it", CHUNKED, `2b\r\n${CANARY}\r\n0\r\n\r\n`, CANARY),
  apart(CHUNK, "TE.CL: digits of a length in a chunk", CHUNKED, "2\r\n0\r\r\n0\r\n\r\n", "0\r"),

  // Ends of chunks.
  broken(CHUNK, "size line ended by LF", "5\nhello\r\n0\r\n\r\n", ""),
  broken(CHUNK, "size line ended by CR", "5\rhello\r\n0\r\n\r\n", ""),
  broken(CHUNK, "chunk ended by LF", "5\r\nhello\n0\r\n\r\n", "hello"),
  broken(CHUNK, "chunk ended by two octets of any kind", "5\r\nhelloXX0\r\n\r\n", "hello"),
  broken(CHUNK, "chunk ended by its canary", "5\r\nhello", "hello"),
  broken(CHUNK, "last chunk ended by LF LF", "0\n\n", ""),
  broken(CHUNK, "last chunk ended by CR CR", "0\r\r", ""),
  broken(CHUNK, "no empty line behind the last chunk", "0\r\n", ""),
  broken(CHUNK, "0x0 for the last chunk", "0x0\r\n\r\n", ""),
  broken(CHUNK, "-0 for the last chunk", "-0\r\n\r\n", ""),
  broken(CHUNK, "space before the last chunk", " 0\r\n\r\n", ""),
  broken(CHUNK, "space behind the last chunk", "0 \r\n\r\n", ""),
  broken(CHUNK, "two numbers for a size", "0 30\r\n\r\n", ""),
  broken(CHUNK, "size with an underscore", "3_0\r\n\r\n", ""),
  broken(CHUNK, "empty size", "\r\n\r\n", ""),
  broken(CHUNK, "NUL for a size", "\0\r\n\r\n", ""),
  broken("RFC 9110 15.5.14", "size that is 0 as 64 bits", "10000000000000000\r\n\r\n", "", 413),
  broken("RFC 9110 15.5.14", "size that is negative as 32 bits", "ffffffd5\r\n\r\n", "", 413),

  // Extensions: one server looks for LF, the next for CRLF, a third knows quotation marks.
  broken(EXTENSION, "TERM.EXT: LF in an extension", "5;\nhello\r\n0\r\n\r\n", ""),
  broken(EXTENSION, "EXT.TERM: LF in an extension of the last chunk", `2b;\nxx\r\n${CANARY}\r\n0\r\n\r\n`, ""),
  broken(EXTENSION, "CR in an extension", "5;\rhello\r\n0\r\n\r\n", ""),
  broken(EXTENSION, "NUL in an extension", "5;\0\r\nhello\r\n0\r\n\r\n", ""),
  broken(EXTENSION, "LF in a quoted value", '5;a="\n"\r\nhello\r\n0\r\n\r\n', ""),
  broken(EXTENSION, "CRLF in a quoted value", '5;a="\r\nhello\r\n0"\r\n\r\n', ""),
  broken(EXTENSION, "extension without a semicolon", "5 a=b\r\nhello\r\n0\r\n\r\n", ""),
  broken(EXTENSION, "extension that looks like a request", "5;GET /canary HTTP/1.1\r\nhello\r\n0\r\n\r\n", ""),
  apart(EXTENSION, "extension that looks like a size", CHUNKED, "5;0\r\nhello\r\n0;5\r\n\r\n", "hello"),
  broken(EXTENSION, "quotation mark that is never closed", '5;a="\r\nhello\r\n0;b"\r\n\r\n', ""),

  // Trailers: fields that must not be heard any more, and ends that are none.
  apart(TRAILER, "length in the trailers", CHUNKED, `0\r\nContent-Length: ${CANARY_BYTES}\r\n\r\n`, ""),
  apart(TRAILER, "coding in the trailers", CHUNKED, "0\r\nTransfer-Encoding: chunked\r\n\r\n", ""),
  apart(TRAILER, "close in the trailers", CHUNKED, "0\r\nConnection: close\r\n\r\n", ""),
  apart(TRAILER, "Host in the trailers", CHUNKED, "0\r\nHost: other.example\r\n\r\n", ""),
  swallowed(TRAILER, "canary in the value of a trailer", `${POST}${CHUNKED}\r\n0\r\nX: ${CANARY}`, {
    ...POSTED,
    content: "",
    fields: { x: null },
  }),
  broken(TRAILER, "canary for a trailer", "5\r\nhello\r\n0\r\n", "hello"),
  broken(TRAILER, "trailers ended by LF", "0\r\nX: y\n\n", ""),
  broken(TRAILER, "trailers ended by CRLF LF", "0\r\nX: y\r\n\n", ""),
  broken(TRAILER, "bare CR in a trailer", "0\r\nX: y\r\rZ: z\r\n\r\n", ""),
  broken(TRAILER, "folded trailer", "0\r\nX: y\r\n z\r\n\r\n", ""),
  broken(TRAILER, "space before the colon of a trailer", "0\r\nX : y\r\n\r\n", ""),

  // Request lines, targets, Host.
  refusedHead("RFC 9112 3", "HTTP/0.9 and then the canary", "GET /\r\n"),
  refusedHead("RFC 9112 3", "two versions", "GET / HTTP/1.1 HTTP/1.1\r\nHost: a\r\n\r\n"),
  refusedHead(LINES, "request line ended by LF", "GET / HTTP/1.1\nHost: a\r\n\r\n"),
  refusedHead(LINES, "request line ended by CR", "GET / HTTP/1.1\rHost: a\r\n\r\n"),
  refusedHead(LINES, "second request behind a bare CR", "GET / HTTP/1.1\rGET /canary HTTP/1.1\r\nHost: a\r\n\r\n"),
  refusedHead("RFC 9112 3.2", "Host twice", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
  refusedHead("RFC 9112 3.2", "Host with user information", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"),
  refusedHead("RFC 9112 3.2.2", "absolute-form with user information", "GET http://a@b/ HTTP/1.1\r\nHost: a\r\n\r\n"),
  refusedHead("RFC 9112 3.2.2", "absolute-form and Host twice", "GET http://a/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
  behind("RFC 9112 3.2.2", "absolute-form of another host", "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", {
    method: "GET",
    target: "http://a/",
    path: "/",
  }),
  behind("RFC 9112 3.2.1", "two slashes that are no authority", "GET //a/missing HTTP/1.1\r\nHost: b\r\n\r\n", {
    method: "GET",
    target: "//a/missing",
    path: "//a/missing",
  }),

  // What comes behind requests that end a connection, or wish to leave HTTP.
  swallowed("RFC 9112 9.6", "canary behind close", `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n${CANARY}`, {
    method: "GET",
    target: "/",
    persistent: false,
  }),
  swallowed("RFC 9112 9.3", "canary behind HTTP/1.0", `GET / HTTP/1.0\r\n\r\n${CANARY}`, {
    method: "GET",
    target: "/",
    persistent: false,
  }),
  behind("RFC 9112 9.3", "canary behind HTTP/1.0 with keep-alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", {
    method: "GET",
    target: "/",
    persistent: true,
  }),
  behind(
    "RFC 9110 7.8",
    "canary behind a WebSocket that never opens",
    "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 777\r\n\r\n",
    {
      method: "GET",
      target: "/chat",
    },
  ),
  behind("RFC 9112 2.2", "canary behind empty lines", `GET / HTTP/1.1\r\nHost: a\r\n\r\n\r\n\r\n`, {
    method: "GET",
    target: "/",
  }),
  refusedHead("RFC 9110 15.6.6", "canary behind the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
];
