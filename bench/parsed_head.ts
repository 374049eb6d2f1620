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

/**
 * Two heads that take turns, the second with an empty query: a head that comes once more is not scanned.
 *
 * @throws {Error} If the first line is no request line.
 */
export function turns(lines: readonly [requestLine: string, ...fields: string[]]): () => Uint8Array {
  const [requestLine, ...fields] = lines, other = requestLine.replace(" HTTP/", "? HTTP/");
  if (other === requestLine) throw new Error(`${requestLine} is no request line`);
  let head = headOf(lines), next = headOf([other, ...fields]);
  return () => {
    [head, next] = [next, head];
    return head;
  };
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
