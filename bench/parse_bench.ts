/**
 * The parser alone (`deno bench bench/parse_bench.ts`): a browser's head whole, and heads fed octet by octet.
 *
 * "8 KiB octet by octet" has to stay within 40 times "8 KiB whole": the scan goes on where it stopped.
 */
import { DEFAULT_LIMITS } from "../http1/message.ts";
import type { ParsedRequest, RequestSource } from "../http1/parsed_request.ts";
import { RequestParser } from "../http1/request_parser.ts";

const NO_CONNECTION: RequestSource = {
  peer: { address: "127.0.0.1", port: 1, secure: false },
  signal: new AbortController().signal,
  readContent: () => Promise.resolve(undefined),
};

function octetsOf(lines: string[]): Uint8Array {
  return new TextEncoder().encode(lines.join("\r\n") + "\r\n\r\n");
}

const SMALL = octetsOf(["GET / HTTP/1.1", "Host: 127.0.0.1:7878"]);
const BROWSER = octetsOf([
  "GET /docs/guide/getting-started.html?from=home HTTP/1.1",
  "Host: www.example.org",
  "Connection: keep-alive",
  'sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24"',
  "sec-ch-ua-mobile: ?0",
  'sec-ch-ua-platform: "Linux"',
  "Upgrade-Insecure-Requests: 1",
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
  "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
  "Sec-Fetch-Site: same-origin",
  "Sec-Fetch-Mode: navigate",
  "Referer: https://www.example.org/",
  "Accept-Encoding: gzip, deflate, br, zstd",
  "Accept-Language: en-GB,en;q=0.9",
]);
const LARGE = octetsOf(["GET / HTTP/1.1", "Host: a", `Cookie: ${"c".repeat(8_192 - 40)}`]);

const parser = new RequestParser(DEFAULT_LIMITS, NO_CONNECTION);

/** Feeds a head in pieces, and returns the request that comes out. */
function feed(head: Uint8Array, pieceBytes: number): ParsedRequest {
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

/** Feeds a head octet by octet into one room after the other, so that the scan is measured and not the making of views. */
function feedOctets(head: Uint8Array): ParsedRequest {
  let request: ParsedRequest | undefined;
  for (let at = 0; at < head.length;) {
    const room = parser.space();
    for (let i = 0; i < room.length && at < head.length; i++) {
      room[i] = head[at++];
      parser.commit(1);
      request = parser.next();
    }
  }
  if (request === undefined) throw new Error("The head is incomplete");
  return request;
}

Deno.bench(`small head (${SMALL.length} octets)`, { group: "whole", baseline: true }, () => void feed(SMALL, Infinity));
Deno.bench(`browser's head (${BROWSER.length} octets)`, { group: "whole" }, () => void feed(BROWSER, Infinity));
Deno.bench(`browser's head, path and Host as strings`, { group: "whole" }, () => {
  const request = feed(BROWSER, Infinity);
  if (request.path.length + (request.field("host") ?? "").length === 0) throw new Error("No path");
});
Deno.bench(`8 KiB whole (${LARGE.length} octets)`, { group: "cuts", baseline: true }, () => void feed(LARGE, Infinity));
Deno.bench("8 KiB octet by octet", { group: "cuts" }, () => void feedOctets(LARGE));
Deno.bench("8 KiB in pieces of 1,460 octets", { group: "cuts" }, () => void feed(LARGE, 1_460));
