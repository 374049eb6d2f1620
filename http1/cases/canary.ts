/**
 * Ways to put the canary of the smuggling vectors: a request for `/canary` that is either a request of its own by every
 * reading of the standard, and then stands in `requests`, or must never come out.
 */
import { brokenContent, type ExpectedRequest, type WireCase } from "./wire_case.ts";

/** The canary. */
export const CANARY = "GET /canary HTTP/1.1\r\nHost: example.org\r\n\r\n";
/** Octets of the canary, for lengths that cover it. */
export const CANARY_BYTES = CANARY.length;
const CANARY_REQUEST: ExpectedRequest = { method: "GET", target: "/canary" };

/** Beginning of the request before the canary, up to its framing fields. */
export const POST = "POST / HTTP/1.1\r\nHost: example.org\r\n";
/** What must come out of that request. */
export const POSTED: ExpectedRequest = { method: "POST", target: "/" };
/** The one framing field. */
export const CHUNKED = "Transfer-Encoding: chunked\r\n";
/** The other one, with the length of {@linkcode LAST_CHUNK}. */
export const LENGTH_5 = "Content-Length: 5\r\n";
/** What a reader of chunks takes for an end and a reader of lengths for content. */
export const LAST_CHUNK = "0\r\n\r\n";

/** Refused with all that is behind it; `lines` are the framing fields of a POST. */
export function refused(rule: string, name: string, lines: string, content = LAST_CHUNK, status = 400): WireCase {
  return { name, rule, octets: `${POST}${lines}\r\n${content}${CANARY}`, requests: [], refused: status };
}

/** Refused at its head, whatever it is. */
export function refusedHead(rule: string, name: string, octets: string, status = 400): WireCase {
  return { name, rule, octets: octets + CANARY, requests: [], refused: status };
}

/** Accepted with this content, and so is the canary behind it. */
export function apart(rule: string, name: string, lines: string, content = "", decoded?: string): WireCase {
  const first = decoded === undefined ? POSTED : { ...POSTED, content: decoded };
  return { name, rule, octets: `${POST}${lines}\r\n${content}${CANARY}`, requests: [first, CANARY_REQUEST] };
}

/** Chunks that break off the connection behind this much content; the canary behind them never comes out. */
export function broken(rule: string, name: string, chunks: string, decoded: string, status = 400): WireCase {
  const octets = `${POST}Transfer-Encoding: chunked\r\n\r\n${chunks}${CANARY}`;
  return brokenContent(rule, name, octets, { ...POSTED, content: decoded }, status);
}

/** The canary is content, or part of something else, and nothing but the first request comes out. */
export function swallowed(rule: string, name: string, octets: string, request: ExpectedRequest): WireCase {
  return { name, rule, octets, requests: [request] };
}

/** Accepted, and so is the canary behind it. */
export function behind(rule: string, name: string, octets: string, request: ExpectedRequest): WireCase {
  return { name, rule, octets: octets + CANARY, requests: [request, CANARY_REQUEST] };
}

/** A request with this content, announced by its length. */
export function sized(method: string, content: string, lines = ""): string {
  return `${method} / HTTP/1.1\r\nHost: a\r\n${lines}Content-Length: ${content.length}\r\n\r\n${content}`;
}
