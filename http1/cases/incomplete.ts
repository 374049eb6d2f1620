/** Heads that end too early: nothing comes out, and nothing is refused, since the rest may still come (RFC 9112 8). */
import { incomplete, type WireCase } from "./wire_case.ts";

const INCOMPLETE = "RFC 9112 8";

export const cases: WireCase[] = [
  incomplete(INCOMPLETE, "nothing at all", ""),
  incomplete(INCOMPLETE, "half of an empty line", "\r"),
  incomplete(INCOMPLETE, "empty lines and no request", "\r\n\r\n\r\n"),
  incomplete(INCOMPLETE, "part of a method", "GE"),
  incomplete(INCOMPLETE, "method and space", "GET "),
  incomplete(INCOMPLETE, "part of a target", "GET /a?b"),
  incomplete(INCOMPLETE, "percent-encoding cut in the middle", "GET /a%2"),
  incomplete(INCOMPLETE, "target and space", "GET / "),
  incomplete(INCOMPLETE, "part of a version", "GET / HTTP/1"),
  incomplete(INCOMPLETE, "version and no line end", "GET / HTTP/1.1"),
  incomplete(INCOMPLETE, "version and CR", "GET / HTTP/1.1\r"),
  incomplete(INCOMPLETE, "request line", "GET / HTTP/1.1\r\n"),
  incomplete(INCOMPLETE, "part of a field name", "GET / HTTP/1.1\r\nHo"),
  incomplete(INCOMPLETE, "field name and colon", "GET / HTTP/1.1\r\nHost:"),
  incomplete(INCOMPLETE, "part of a field value", "GET / HTTP/1.1\r\nHost: exam"),
  incomplete(INCOMPLETE, "field line and CR", "GET / HTTP/1.1\r\nHost: example.org\r"),
  incomplete(INCOMPLETE, "field lines without the empty line", "GET / HTTP/1.1\r\nHost: example.org\r\nX: y\r\n"),
  incomplete(INCOMPLETE, "half of the empty line", "GET / HTTP/1.1\r\nHost: example.org\r\n\r"),
  incomplete(INCOMPLETE, "request of HTTP/1.0 without its empty line", "GET / HTTP/1.0\r\n"),
  // What is missing or contradictory is only known at the end of the head.
  incomplete(INCOMPLETE, "no Host yet", "GET / HTTP/1.1\r\nAccept: */*\r\n"),
  incomplete(INCOMPLETE, "invalid Host, not yet judged", "GET / HTTP/1.1\r\nHost: a b\r\n"),
];
