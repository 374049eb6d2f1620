/** Just within each limit of a head, and just beyond it (RFC 9112 2.2, 3; RFC 6585 5; RFC 9110 15.5.15). */
import { accepted, refused, type WireCase } from "./wire_case.ts";

const TARGET = "RFC 9110 15.5.15";
const HEAD = "RFC 6585 5";

function get(target: string, lines = ""): string {
  return `GET ${target} HTTP/1.1\r\nHost: example.org\r\n${lines}\r\n`;
}

/** A target of so many octets. */
function target(bytes: number): string {
  return "/" + "a".repeat(bytes - 1);
}

/** A head of so many octets, its empty line included. */
function head(bytes: number): string {
  const rest = get("/missing", "X: \r\n").length;
  return get("/missing", `X: ${"a".repeat(bytes - rest)}\r\n`);
}

/** A GET with so many field lines, Host included. */
function lines(count: number): string {
  return get("/missing", Array.from({ length: count - 1 }, (_, i) => `X-${i}: ${i}\r\n`).join(""));
}

const MISSING = { method: "GET", target: "/missing" };

export const cases: WireCase[] = [
  accepted(TARGET, "target of 8,000 octets", get(target(8000)), { method: "GET", target: target(8000) }),
  accepted(TARGET, "target of 8,192 octets", get(target(8192)), { method: "GET", target: target(8192) }),
  refused(TARGET, "target of 8,193 octets", get(target(8193)), 414),
  refused(TARGET, "target larger than a head may be", get(target(40_000)), 414),
  refused(TARGET, "target without end", "GET " + target(100_000), 414),
  refused(TARGET, "query without end", "GET /?" + "a=b&".repeat(20_000), 414),
  refused(TARGET, "absolute-form too long", get("http://example.org" + target(8180)), 414),
  accepted(TARGET, "target and fields at half of their limits", get(target(4000), `X: ${"a".repeat(8000)}\r\n`), {
    method: "GET",
    target: target(4000),
    fields: { x: "a".repeat(8000) },
  }),
  accepted(HEAD, "head of 16,384 octets", head(16_384), MISSING),
  refused(HEAD, "head of 16,385 octets", head(16_385), 431),
  accepted(HEAD, "empty lines before a head do not count", "\r\n".repeat(16) + head(16_384), MISSING),
  refused(HEAD, "value without end", "GET / HTTP/1.1\r\nHost: a\r\nX: " + "a".repeat(100_000), 431),
  refused(HEAD, "name without end", "GET / HTTP/1.1\r\nHost: a\r\n" + "X".repeat(100_000), 431),
  refused(HEAD, "white space without end", "GET / HTTP/1.1\r\nHost: a\r\nX:" + " ".repeat(100_000), 431),
  refused(HEAD, "two lines, together too large", get("/", `X: ${"a".repeat(9000)}\r\nY: ${"b".repeat(9000)}\r\n`), 431),
  accepted(HEAD, "100 field lines", lines(100), { ...MISSING, fields: { "x-0": "0", "x-98": "98" } }),
  refused(HEAD, "101 field lines", lines(101), 431),
  refused(HEAD, "field lines without end", "GET / HTTP/1.1\r\n" + "A: b\r\n".repeat(5000), 431),
  refused(HEAD, "101 lines of one list", get("/", "Accept: a/b\r\n".repeat(100)), 431),
  {
    name: "each head has the whole limit",
    rule: HEAD,
    octets: head(16_384) + head(16_384) + head(16_384),
    requests: [MISSING, MISSING, MISSING],
  },
  {
    name: "each head has the whole count of lines",
    rule: HEAD,
    octets: lines(100) + lines(100) + lines(100),
    requests: [MISSING, MISSING, MISSING],
  },
  {
    name: "head too large behind one that is not",
    rule: HEAD,
    octets: head(16_384) + head(16_385),
    requests: [MISSING],
    refused: 431,
  },
  {
    name: "head of 16,384 octets and then content",
    rule: HEAD,
    octets: head(16_384 - "Content-Length: 3\r\n".length).replace("GET", "PUT").replace(
      "\r\n\r\n",
      "\r\nContent-Length: 3\r\n\r\nabc",
    ),
    requests: [{ method: "PUT", target: "/missing", content: "abc" }],
  },
];
