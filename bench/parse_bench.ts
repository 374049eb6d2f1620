/**
 * The parser alone (`deno bench bench/parse_bench.ts`): a browser's head whole, with another target than the one before and
 * with the same, and heads fed octet by octet.
 *
 * "8 KiB octet by octet" has to stay within 40 times "8 KiB whole": the scan goes on where it stopped.
 */
import type { ParsedRequest } from "../http1/parsed_request.ts";
import { BROWSER_FIELDS } from "./browser_fields.ts";
import { feed, headOf, newParser, turns } from "./parsed_head.ts";

const SMALL_LINES = ["GET / HTTP/1.1", "Host: 127.0.0.1:7878"] as const;
const BROWSER_LINES = ["GET /page.html HTTP/1.1", "Host: 127.0.0.1:7878", ...BROWSER_FIELDS] as const;
const SMALL = headOf(SMALL_LINES), nextSmall = turns(SMALL_LINES);
const BROWSER = headOf(BROWSER_LINES), nextBrowser = turns(BROWSER_LINES);
const LARGE = headOf(["GET / HTTP/1.1", "Host: a", `Cookie: ${"c".repeat(8_192 - 40)}`]);

const parser = newParser();

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

Deno.bench(`small head (${SMALL.length} octets)`, { group: "whole", baseline: true }, () => {
  feed(parser, nextSmall());
});
Deno.bench("small head, the same again", { group: "whole" }, () => void feed(parser, SMALL));
Deno.bench(`browser's head (${BROWSER.length} octets)`, { group: "whole" }, () => void feed(parser, nextBrowser()));
Deno.bench("browser's head, the same again", { group: "whole" }, () => void feed(parser, BROWSER));
Deno.bench("browser's head, path and Host as strings", { group: "whole" }, () => {
  const request = feed(parser, nextBrowser());
  if (request.path.length + (request.field("host") ?? "").length === 0) throw new Error("No path");
});
Deno.bench(`8 KiB whole (${LARGE.length} octets)`, { group: "cuts", baseline: true }, () => void feed(parser, LARGE));
Deno.bench("8 KiB octet by octet", { group: "cuts" }, () => void feedOctets(LARGE));
Deno.bench("8 KiB in pieces of 1,460 octets", { group: "cuts" }, () => void feed(parser, LARGE, 1_460));
