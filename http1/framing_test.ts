/** What a whole head means, one table for each rule; `cases/` has the transcripts. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { octetsOf } from "./cases/play.ts";
import { DEFAULT_LIMITS, type Limits, ProtocolError } from "./message.ts";
import type { ParsedRequest } from "./parsed_request.ts";
import { RequestParser } from "./request_parser.ts";

/** Parses a head, which has a valid Host unless it has one itself. */
function settled(line: string, fields: readonly string[] = [], limits: Partial<Limits> = {}): ParsedRequest {
  const parser = new RequestParser({ ...DEFAULT_LIMITS, ...limits }, {
    peer: { address: "", port: 0, secure: false },
    signal: new AbortController().signal,
    readContent: () => Promise.resolve(undefined),
  });
  const lines = fields.some((field) => /^host:/i.test(field)) ? fields : ["Host: a.example", ...fields];
  const octets = octetsOf([line, ...lines, "", ""].join("\r\n"));
  parser.space().set(octets);
  parser.commit(octets.length);
  const request = parser.next();
  assert(request !== undefined);
  return request;
}

function refused(line: string, fields: readonly string[] = [], limits: Partial<Limits> = {}): [number, string] {
  const { status, rule } = assertThrows(() => settled(line, fields, limits), ProtocolError);
  return [status, rule];
}

const GET = "GET / HTTP/1.1", POST = "POST / HTTP/1.1", POST_1_0 = "POST / HTTP/1.0";

for (
  const [fields, length, hasContent] of [
    [[], 0, false],
    [["Content-Length: 0"], 0, false],
    [["Content-Length: 000"], 0, false],
    [["Content-Length: 5"], 5, true],
    [["Content-Length: 0005"], 5, true],
    [["Content-Length: 16777216"], 16_777_216, true],
    [["Transfer-Encoding: chunked"], undefined, true],
    [["Transfer-Encoding: CHUNKED"], undefined, true],
    [["transfer-encoding:\tchunked "], undefined, true],
  ] as [string[], number | undefined, boolean][]
) {
  Deno.test(`settle frames a request with ${fields[0] ?? "no framing"} (RFC 9112 6.3)`, () => {
    for (const line of [POST, GET]) {
      const request = settled(line, fields);
      assertEquals([request.contentLength, request.hasContent, request.content !== null], [
        length,
        hasContent,
        hasContent,
      ]);
    }
  });
}

for (
  const [line, fields, status, rule] of [
    [POST, ["Content-Length: 5", "Transfer-Encoding: chunked"], 400, "RFC 9112 6.3"],
    [POST, ["Transfer-Encoding: chunked", "Content-Length: 0"], 400, "RFC 9112 6.3"],
    [POST, ["Content-Length:"], 400, "RFC 9112 6.3"],
    [POST, ["Content-Length: +5"], 400, "RFC 9112 6.3"],
    [POST, ["Content-Length: -5"], 400, "RFC 9112 6.3"],
    [POST, ["Content-Length: 5 5"], 400, "RFC 9112 6.3"],
    [POST, ["Content-Length: 5,5"], 400, "RFC 9112 6.3"],
    [POST, ["Content-Length: 5, 5"], 400, "RFC 9112 6.3"],
    [POST, ["Content-Length: 0x5"], 400, "RFC 9112 6.3"],
    [POST, ["Content-Length: 5.0"], 400, "RFC 9112 6.3"],
    [POST, ["Content-Length: \xb2"], 400, "RFC 9112 6.3"],
    [POST, ["Content-Length: 99999999999999999999x"], 400, "RFC 9112 6.3"],
    [POST, ["Content-Length: 5", "Content-Length: 5"], 400, "RFC 9110 5.3"],
    [POST, ["Content-Length: 16777217"], 413, "RFC 9110 15.5.14"],
    [POST, ["Content-Length: 9007199254740993"], 413, "RFC 9110 15.5.14"],
    [POST, [`Content-Length: ${"9".repeat(400)}`], 413, "RFC 9110 15.5.14"],
    [POST, ["Transfer-Encoding: gzip, chunked"], 501, "RFC 9112 6.1"],
    [POST, ["Transfer-Encoding: gzip"], 400, "RFC 9112 6.1"],
    [POST, ["Transfer-Encoding: identity"], 400, "RFC 9112 6.1"],
    [POST, ["Transfer-Encoding: xchunked"], 400, "RFC 9112 6.1"],
    [POST, ["Transfer-Encoding: chunked, chunked"], 400, "RFC 9112 6.1"],
    [POST, ["Transfer-Encoding: chunked, gzip"], 400, "RFC 9112 6.1"],
    [POST, ['Transfer-Encoding: "chunked"'], 400, "RFC 9112 6.1"],
    [POST, ["Transfer-Encoding: chunked;q=1"], 400, "RFC 9112 6.1"],
    [POST, ["Transfer-Encoding: chunked,"], 400, "RFC 9112 6.1"],
    [POST, ["Transfer-Encoding: \xa0chunked"], 400, "RFC 9112 6.1"],
    [POST, ["Transfer-Encoding:"], 400, "RFC 9112 6.1"],
    [POST, ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], 400, "RFC 9110 5.3"],
    [POST_1_0, ["Transfer-Encoding: chunked"], 400, "RFC 9112 6.1"],
  ] as [string, string[], number, string][]
) {
  Deno.test(`settle refuses ${line.slice(-8)} with ${fields.join(" and ").slice(0, 80)} (${rule})`, () => {
    assertEquals(refused(line, fields), [status, rule]);
  });
}

Deno.test("settle takes content up to contentBytesMax", () => {
  assertEquals(settled(POST, ["Content-Length: 7"], { contentBytesMax: 7 }).contentLength, 7);
  assertEquals(refused(POST, ["Content-Length: 8"], { contentBytesMax: 7 }), [413, "RFC 9110 15.5.14"]);
});

Deno.test("settle knows from version and options whether the connection goes on (RFC 9112 9.3)", () => {
  const goesOn = (version: string, ...options: string[]) =>
    settled(`GET / HTTP/${version}`, options.map((option) => `Connection: ${option}`)).persistent;
  assertEquals([goesOn("1.1"), goesOn("1.9"), goesOn("1.0")], [true, true, false]);
  assertEquals([goesOn("1.1", "close"), goesOn("1.1", "keep-alive", "Close"), goesOn("1.1", " , close,")], [
    false,
    false,
    false,
  ]);
  assertEquals([
    goesOn("1.0", "Keep-Alive"),
    goesOn("1.0", "upgrade", "keep-alive"),
    goesOn("1.0", "close, keep-alive"),
  ], [true, true, false]);
  assertEquals([goesOn("1.1", "closed"), goesOn("1.1", "close;"), goesOn("1.1", "\xa0close"), goesOn("1.0", "keep")], [
    true,
    true,
    true,
    false,
  ]);
});

Deno.test("settle knows the expectation 100-continue, where there is content to expect (RFC 9110 10.1.1)", () => {
  const LENGTH = "Content-Length: 5";
  assertEquals(settled(POST, [LENGTH, "Expect: 100-continue"]).expectsContinue, true);
  assertEquals(settled(POST, ["Transfer-Encoding: chunked", "Expect: 100-Continue"]).expectsContinue, true);
  assertEquals(settled(POST, [LENGTH]).expectsContinue, false);
  assertEquals(settled(POST, ["Expect: 100-continue"]).expectsContinue, false);
  assertEquals(settled(POST, ["Content-Length: 0", "Expect: 100-continue"]).expectsContinue, false);
  assertEquals(settled(POST_1_0, [LENGTH, "Expect: 100-continue"]).expectsContinue, false);
  assertEquals(settled(POST_1_0, [LENGTH, "Expect: nonsense"]).expectsContinue, false);
  for (const expectation of ["nonsense", "100-continue, nonsense", "100-continue=x", "200-ok"]) {
    assertEquals(refused(POST, [LENGTH, `Expect: ${expectation}`]), [417, "RFC 9110 10.1.1"], expectation);
  }
});

Deno.test("settle asks HTTP/1.1 for one Host, valid or empty (RFC 9112 3.2)", () => {
  for (const host of ["a", "a:80", "[::1]:80", "", " "]) assert(settled(GET, [`Host:${host}`]));
  for (const host of ["u@a", "a:80x", "[::1", "a b", ":80"]) {
    assertEquals(refused(GET, [`Host: ${host}`]), [400, "RFC 9112 3.2"], host);
    assertEquals(refused("GET / HTTP/1.0", [`Host: ${host}`]), [400, "RFC 9112 3.2"], host);
  }
  assertEquals(refused(GET, ["Host: a", "Host: a"]), [400, "RFC 9110 5.3"]);
  assertEquals(refused("GET http://a/ HTTP/1.1", ["Host:"]), [400, "RFC 9112 3.2"]);
  assertEquals(settled("GET http://a/ HTTP/1.1", ["Host: b"]).path, "/");
});

for (
  const [method, target] of [
    ["GET", "*"],
    ["GET", "a"],
    ["GET", "a.example:80"],
    ["GET", "http:/a"],
    ["GET", "http://"],
    ["GET", "http:///a"],
    ["GET", "http://?a"],
    ["GET", "http://u@a/"],
    ["GET", "http://a:x/"],
    ["GET", "ftp://a/"],
    ["GET", "httpx://a/"],
    ["GET", "?"],
    ["OPTIONS", "**"],
    ["OPTIONS", "*?"],
    ["CONNECT", "/"],
    ["CONNECT", "a"],
    ["CONNECT", "a:"],
    ["CONNECT", ":80"],
    ["CONNECT", "http://a/"],
    ["connect", "a:80"],
  ]
) {
  Deno.test(`settle refuses ${method} ${target} (RFC 9112 3.2)`, () => {
    assertEquals(refused(`${method} ${target} HTTP/1.1`), [400, "RFC 9112 3.2"]);
  });
}
