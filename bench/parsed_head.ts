/**
 * Request heads for the micro-benchmarks, and a parser that takes them without a connection.
 *
 * @module
 */

import { DEFAULT_LIMITS } from "../http1/message.ts";
import type { ParsedRequest, RequestSource } from "../http1/parsed_request.ts";
import { RequestParser } from "../http1/request_parser.ts";

const NO_CONNECTION: RequestSource = {
  peer: { address: "127.0.0.1", port: 1, secure: false },
  signal: new AbortController().signal,
  readContent: () => Promise.resolve(undefined),
};

/** The octets of a head. */
export function headOf(lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode(lines.join("\r\n") + "\r\n\r\n");
}

/** A parser of its own. */
export function newParser(): RequestParser {
  return new RequestParser(DEFAULT_LIMITS, NO_CONNECTION);
}

/**
 * Feeds a head in pieces, and returns the request that comes out; it is valid until the next is fed.
 *
 * @throws {Error} If the head is incomplete.
 */
export function feed(parser: RequestParser, head: Uint8Array, pieceBytes = Infinity): ParsedRequest {
  let request: ParsedRequest | undefined;
  for (let at = 0; at < head.length;) {
    const room = parser.space();
    const piece = head.subarray(at, at + Math.min(pieceBytes, room.length));
    room.set(piece);
    parser.commit(piece.length);
    at += piece.length;
    request = parser.next();
  }
  if (request === undefined) throw new Error("The head is incomplete");
  return request;
}
