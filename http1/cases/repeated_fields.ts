/** Fields that came more than once: lists are joined, all others are refused (RFC 9110 5.2, 5.3). */
import { accepted, refused, type WireCase } from "./wire_case.ts";

const LISTS = "RFC 9110 5.3";

const GET = "GET /missing HTTP/1.1\r\nHost: example.org\r\n";

function joined(name: string, lines: string, fields: Record<string, string | null>): WireCase {
  return accepted(LISTS, name, `${GET}${lines}\r\n`, { method: "GET", target: "/missing", fields });
}

/** A field that may come once, in two lines. */
function twice(rule: string, field: string, first: string, second: string): WireCase {
  return refused(rule, `${field} twice`, `${GET}${field}: ${first}\r\n${field}: ${second}\r\n\r\n`, 400);
}

export const cases: WireCase[] = [
  joined("two lines of a list are one list", "Accept: text/html\r\nAccept: */*;q=0.1\r\n", {
    accept: "text/html, */*;q=0.1",
  }),
  joined(
    "three lines with others between",
    "Accept-Encoding: br\r\nX: y\r\naccept-encoding: gzip\r\nZ: z\r\n" +
      "ACCEPT-ENCODING: identity\r\n",
    { "accept-encoding": "br, gzip, identity", x: "y", z: "z" },
  ),
  joined("lines of an unknown field", "X-Tag: a\r\nx-tag: b\r\n", { "x-tag": "a, b" }),
  joined("order of the lines is kept", "X: 2\r\nX: 1\r\nX: 3\r\n", { x: "2, 1, 3" }),
  joined("empty lines of a list are members too", "X: a\r\nX:\r\nX: b\r\n", { x: "a, , b" }),
  joined("entity tags in two lines", 'If-None-Match: "a"\r\nIf-None-Match: W/"b"\r\n', {
    "if-none-match": '"a", W/"b"',
  }),
  joined("If-Match in two lines", 'If-Match: "a"\r\nIf-Match: "b"\r\n', { "if-match": '"a", "b"' }),
  joined("comma within an entity tag", 'If-None-Match: "a,b", "c"\r\n', { "if-none-match": '"a,b", "c"' }),
  joined("white space round each line is dropped", "X: \ta \r\nX:b\t\r\n", { x: "a, b" }),
  joined("addresses added by two proxies", "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 198.51.100.1\r\n", {
    "x-forwarded-for": "192.0.2.1, 198.51.100.1",
  }),
  joined("Forwarded in two lines", "Forwarded: for=192.0.2.1\r\nForwarded: for=_hidden\r\n", {
    forwarded: "for=192.0.2.1, for=_hidden",
  }),
  joined("Upgrade in two lines is ignored all the same", "Upgrade: h2c\r\nUpgrade: websocket\r\n", {
    upgrade: "h2c, websocket",
  }),
  joined("__proto__ in two lines", "__proto__: a\r\n__proto__: b\r\n", Object.fromEntries([["__proto__", "a, b"]])),

  twice("RFC 9110 8.3", "Content-Type", "text/plain", "text/html"),
  twice("RFC 9110 11.6.2", "Authorization", "Basic YTpi", "Basic YzpkCg=="),
  twice("RFC 9110 10.1.5", "User-Agent", "a/1", "b/2"),
  twice("RFC 9110 10.1.3", "Referer", "/a", "/b"),
  twice("RFC 9110 13.1.3", "If-Modified-Since", "Sat, 29 Oct 1994 19:43:31 GMT", "Sat, 29 Oct 1994 19:43:31 GMT"),
  twice("RFC 9110 13.1.4", "If-Unmodified-Since", "Sat, 29 Oct 1994 19:43:31 GMT", "Sat, 29 Oct 1994 19:43:31 GMT"),
  twice("RFC 9110 13.1.5", "If-Range", '"a"', '"b"'),
  twice("RFC 9110 14.2", "Range", "bytes=0-0", "bytes=1-1"),
  twice("RFC 6454 7.3", "Origin", "https://a.example", "https://b.example"),
  twice("RFC 9110 7.6.2", "Max-Forwards", "1", "2"),
  twice("RFC 9110 10.1.2", "From", "a@example.org", "b@example.org"),
  refused("RFC 9110 10.1.5", "User-Agent twice, once empty", `${GET}User-Agent: a\r\nuser-agent:\r\n\r\n`, 400),
];
