/** The request-target and its four forms (RFC 9112 3.2, RFC 9110 7.1). */
import { accepted, type ExpectedRequest, refused, type WireCase } from "./wire_case.ts";

const ORIGIN = "RFC 9112 3.2.1";
const ABSOLUTE = "RFC 9112 3.2.2";
const AUTHORITY = "RFC 9112 3.2.3";
const ASTERISK = "RFC 9112 3.2.4";
const TARGET = "RFC 9112 3.2";

function request(method: string, target: string): string {
  return `${method} ${target} HTTP/1.1\r\nHost: example.org\r\n\r\n`;
}

/** A GET whose target must be read as this path and query. */
function get(rule: string, name: string, target: string, path: string, query = "", answers?: number[]): WireCase {
  const expected: ExpectedRequest = { method: "GET", target, path, query };
  return { ...accepted(rule, name, request("GET", target), expected), ...(answers && { answers }) };
}

function refusedGet(rule: string, name: string, target: string): WireCase {
  return refused(rule, name, request("GET", target), 400);
}

export const cases: WireCase[] = [
  get(ORIGIN, "path of several segments", "/docs/guide/index.html", "/docs/guide/index.html"),
  get(ORIGIN, "query", "/search?q=tea&lang=en", "/search", "q=tea&lang=en"),
  get(ORIGIN, "empty query", "/?", "/", ""),
  get(ORIGIN, "question mark within the query", "/?a?b", "/", "a?b"),
  get(ORIGIN, "slashes within the query", "/?next=//example.net/", "/", "next=//example.net/"),
  get(ORIGIN, "percent-encoded octets are left as they are", "/caf%C3%A9%20au%20lait", "/caf%C3%A9%20au%20lait"),
  get(ORIGIN, "encoded question mark is part of the path", "/what%3Fa=b", "/what%3Fa=b"),
  get(ORIGIN, "two slashes first are a path, no authority", "//example.net/a", "//example.net/a"),
  get(ORIGIN, "colon in the first segment", "/a:b@c", "/a:b@c"),
  get(ORIGIN, "URI as a path", "/http://example.net/", "/http://example.net/"),
  get(ORIGIN, "all sub-delims and unreserved octets", "/-._~!$&'()*+,;=:@", "/-._~!$&'()*+,;=:@"),
  get(ORIGIN, "matrix parameters", "/map;v=1.2/tile", "/map;v=1.2/tile"),
  // Browsers send these as they are in a query; RFC 3986 would have them encoded.
  get(ORIGIN, "octets that browsers do not encode", "/?f={a|b}^c`d\\e[0]", "/", "f={a|b}^c`d\\e[0]"),
  get(ORIGIN, "percent without digits in the query", "/?sale=50%", "/", "sale=50%"),
  get(ORIGIN, "percent without digits in the path", "/50%", "/50%", "", [400]),
  get(ORIGIN, "percent with letters that are no digits", "/%zz", "/%zz", "", [400]),
  refusedGet(ORIGIN, "fragment", "/a#b"),
  refusedGet(ORIGIN, "fragment behind the query", "/a?b#"),
  refusedGet(ORIGIN, "quotation mark", '/"a"'),
  refusedGet(ORIGIN, "angle brackets", "/<script>"),
  refusedGet(ORIGIN, "angle bracket in the query", "/?a>b"),
  refusedGet(ORIGIN, "UTF-8 that is not encoded", "/caf\xc3\xa9"),
  refusedGet(ORIGIN, "Latin-1 in the query", "/?caf\xe9"),
  refusedGet(ORIGIN, "NUL", "/a\0b"),
  refusedGet(ORIGIN, "tab", "/a\tb"),
  refusedGet(ORIGIN, "DEL", "/a\x7f"),
  refusedGet(ORIGIN, "escape sequence for a terminal", "/\x1b[2J"),
  refusedGet(ORIGIN, "bare CR", "/a\rb"),
  refusedGet(ORIGIN, "bare LF", "/a\nb"),
  refusedGet(TARGET, "path without its slash", "index.html"),
  refusedGet(TARGET, "query alone", "?q=1"),
  refusedGet(TARGET, "dot", "."),
  refusedGet(TARGET, "backslash for the slash", "\\index.html"),
  refusedGet(TARGET, "encoded slash for the slash", "%2findex.html"),
  refusedGet(TARGET, "colon alone", ":"),

  get(ABSOLUTE, "absolute-form", "http://example.org/a/b?c=d", "/a/b", "c=d"),
  get(ABSOLUTE, "absolute-form of https", "https://example.org/a", "/a"),
  get(ABSOLUTE, "scheme in any case of letters", "HtTp://example.org/a", "/a"),
  get(ABSOLUTE, "no path means the root", "http://example.org", "/"),
  get(ABSOLUTE, "query without a path", "http://example.org?a=/b", "/", "a=/b"),
  get(ABSOLUTE, "port", "http://example.org:8080/a", "/a"),
  get(ABSOLUTE, "empty port", "http://example.org:/a", "/a"),
  get(ABSOLUTE, "IPv4 address and port", "http://127.0.0.1:80/a", "/a"),
  get(ABSOLUTE, "IPv6 address and port", "http://[2001:db8::1]:80/a", "/a"),
  get(ABSOLUTE, "authority that differs from Host wins", "http://other.example/a", "/a"),
  get(ABSOLUTE, "path of two slashes", "http://example.org//a", "//a"),
  accepted(ABSOLUTE, "absolute-form without Host in HTTP/1.0", "GET http://example.org/a HTTP/1.0\r\n\r\n", {
    method: "GET",
    target: "http://example.org/a",
    path: "/a",
    persistent: false,
  }),
  refused(ABSOLUTE, "absolute-form without Host in HTTP/1.1", "GET http://example.org/ HTTP/1.1\r\n\r\n", 400),
  refused(ABSOLUTE, "absolute-form with an empty Host", "GET http://example.org/ HTTP/1.1\r\nHost:\r\n\r\n", 400),
  refused(ABSOLUTE, "absolute-form with a broken Host", "GET http://example.org/ HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
  refusedGet(ABSOLUTE, "other scheme", "ftp://example.org/a"),
  refusedGet(ABSOLUTE, "scheme that only begins like http", "httpx://example.org/"),
  refusedGet(ABSOLUTE, "scheme without a colon", "http//example.org/"),
  refusedGet(ABSOLUTE, "one slash", "http:/example.org/"),
  refusedGet(ABSOLUTE, "no slash", "http:example.org"),
  refusedGet(ABSOLUTE, "backslashes", "http:\\\\example.org\\"),
  refusedGet(ABSOLUTE, "script as a scheme", "javascript://example.org/%0aalert(1)"),
  refusedGet(ABSOLUTE, "no authority", "http:///a"),
  refusedGet(ABSOLUTE, "authority of a port only", "http://:80/a"),
  refusedGet(ABSOLUTE, "user information", "http://user@example.org/"),
  refusedGet(ABSOLUTE, "user information that looks like a host", "http://example.org:80@other.example/"),
  refusedGet(ABSOLUTE, "port too large", "http://example.org:65536/"),
  refusedGet(ABSOLUTE, "port with a letter", "http://example.org:80x/"),
  refusedGet(ABSOLUTE, "bracket left open", "http://[::1/"),
  refusedGet(ABSOLUTE, "backslash within the authority", "http://example.org\\@other.example/"),
  refusedGet(ABSOLUTE, "percent without digits in the authority", "http://example%.org/"),

  accepted(ASTERISK, "OPTIONS *", request("OPTIONS", "*"), { method: "OPTIONS", target: "*", path: "*", query: "" }),
  accepted(ASTERISK, "OPTIONS of a path", request("OPTIONS", "/a"), { method: "OPTIONS", target: "/a", path: "/a" }),
  accepted(ASTERISK, "OPTIONS of an absolute-form without a path", request("OPTIONS", "http://example.org:8001"), {
    method: "OPTIONS",
    target: "http://example.org:8001",
    path: "*",
  }),
  accepted(ASTERISK, "OPTIONS of an absolute-form with the root", request("OPTIONS", "http://example.org/"), {
    method: "OPTIONS",
    target: "http://example.org/",
    path: "/",
  }),
  // The whole server is meant only where there is neither a path nor a query.
  accepted(ASTERISK, "OPTIONS of an absolute-form with a query only", request("OPTIONS", "http://example.org?a"), {
    method: "OPTIONS",
    target: "http://example.org?a",
    path: "/",
    query: "a",
  }),
  refusedGet(ASTERISK, "GET *", "*"),
  refused(ASTERISK, "HEAD *", request("HEAD", "*"), 400),
  refused(ASTERISK, "options in lower case is no OPTIONS", request("options", "*"), 400),
  refused(ASTERISK, "OPTIONS of two asterisks", request("OPTIONS", "**"), 400),
  refused(ASTERISK, "OPTIONS of an asterisk with a query", request("OPTIONS", "*?a"), 400),

  accepted(AUTHORITY, "CONNECT", "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n", {
    method: "CONNECT",
    persistent: false,
    target: "example.org:443",
  }),
  accepted(
    AUTHORITY,
    "CONNECT that would go on, among others",
    "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\nConnection: keep-alive, x\r\n\r\n",
    { method: "CONNECT", persistent: false, target: "example.org:443" },
  ),
  accepted(AUTHORITY, "CONNECT to an IPv6 address", "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\r\n", {
    method: "CONNECT",
    persistent: false,
    target: "[::1]:443",
  }),
  refused(AUTHORITY, "CONNECT without a port", request("CONNECT", "example.org"), 400),
  refused(AUTHORITY, "CONNECT with an empty port", request("CONNECT", "example.org:"), 400),
  refused(AUTHORITY, "CONNECT with a port too large", request("CONNECT", "example.org:65536"), 400),
  refused(AUTHORITY, "CONNECT without a host", request("CONNECT", ":443"), 400),
  refused(AUTHORITY, "CONNECT with user information", request("CONNECT", "user@example.org:443"), 400),
  refused(AUTHORITY, "CONNECT of a path", request("CONNECT", "/"), 400),
  refused(AUTHORITY, "CONNECT of an absolute-form", request("CONNECT", "http://example.org:80/"), 400),
  refused(AUTHORITY, "CONNECT of an asterisk", request("CONNECT", "*"), 400),
  refused(AUTHORITY, "CONNECT with a query", request("CONNECT", "example.org:443?a"), 400),
  refusedGet(AUTHORITY, "GET of an authority-form", "example.org:443"),
  refused(AUTHORITY, "connect in lower case is no CONNECT", request("connect", "example.org:443"), 400),
];
