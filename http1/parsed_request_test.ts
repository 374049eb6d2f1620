import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { octetsOf } from "./cases/play.ts";
import { DEFAULT_LIMITS, FIELD, type HttpRequest } from "./message.ts";
import type { RequestSource } from "./parsed_request.ts";
import { RequestParser } from "./request_parser.ts";

const SOURCE: RequestSource = {
  peer: { address: "192.0.2.1", port: 50_000, secure: false },
  signal: new AbortController().signal,
  readContent: () => Promise.resolve(octetsOf("from the connection")),
};

function parse(text: string, parser = new RequestParser(DEFAULT_LIMITS, SOURCE)): HttpRequest {
  const octets = octetsOf(text);
  for (let at = 0; at < octets.length;) {
    const room = parser.space(), taken = octets.subarray(at, at + room.length);
    room.set(taken);
    parser.commit(taken.length);
    at += taken.length;
  }
  const request = parser.next();
  assert(request !== undefined);
  return request;
}

for (
  const [line, path, query] of [
    ["GET / HTTP/1.1", "/", ""],
    ["GET /a%20b?c=d HTTP/1.1", "/a%20b", "c=d"],
    ["GET /? HTTP/1.1", "/", ""],
    ["GET /a?b?c HTTP/1.1", "/a", "b?c"],
    ["GET //a/../b HTTP/1.1", "//a/../b", ""],
    ["GET http://a.example HTTP/1.1", "/", ""],
    ["GET http://a.example/b?c HTTP/1.1", "/b", "c"],
    ["GET http://a.example?c HTTP/1.1", "/", "c"],
    ["OPTIONS * HTTP/1.1", "*", ""],
    ["OPTIONS http://a.example HTTP/1.1", "*", ""],
    ["OPTIONS http://a.example/ HTTP/1.1", "/", ""],
    ["CONNECT a.example:443 HTTP/1.1", "a.example:443", ""],
  ]
) {
  Deno.test(`ParsedRequest takes "${line}" apart (RFC 9112 3.2)`, () => {
    const request = parse(`${line}\r\nHost: a.example\r\n\r\n`);
    const [method, target] = line.split(" ");
    assertEquals([request.method, request.target, request.path, request.query], [method, target, path, query]);
  });
}

Deno.test("ParsedRequest.minorVersion is 1 for HTTP/1.1 and higher, 0 for HTTP/1.0", () => {
  const minorOf = (version: string) => parse(`GET / HTTP/${version}\r\nHost: a\r\n\r\n`).minorVersion;
  assertEquals([minorOf("1.0"), minorOf("1.1"), minorOf("1.9")], [0, 1, 1]);
});

Deno.test("ParsedRequest.field gives values by id and by name, trimmed, octets as Latin-1 (RFC 9110 5.5)", () => {
  const request = parse(
    "GET / HTTP/1.1\r\nHOST: \t a.example \t \r\nX-Latin:caf\xe9\r\nX-Empty:\r\nX-Inner: a \t b\r\nRange:\r\n\r\n",
  );
  assertEquals([request.field(FIELD["host"]), request.field("host")], ["a.example", "a.example"]);
  assertEquals([request.field("x-latin"), request.field("x-empty"), request.field("x-inner")], [
    "caf\xe9",
    "",
    "a \t b",
  ]);
  assertEquals([request.field(FIELD["range"]), request.field(FIELD["accept"]), request.field("x")], [
    "",
    undefined,
    undefined,
  ]);
});

Deno.test("ParsedRequest.field joins several lines of one name, recognised or not (RFC 9110 5.3)", () => {
  const request = parse(
    "GET / HTTP/1.1\r\nAccept: a\r\nX: 1\r\nHost: a\r\naccept: b, c\r\nx:\r\nACCEPT:d\r\nX: 2\r\n\r\n",
  );
  assertEquals([request.field(FIELD["accept"]), request.field("accept")], ["a, b, c, d", "a, b, c, d"]);
  assertEquals(request.field("x"), "1, , 2");
});

Deno.test("ParsedRequest.field has names that objects have, only when they came", () => {
  const names = ["__proto__", "constructor", "tostring", "hasownproperty"];
  const without = parse("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  for (const name of names) assertEquals(without.field(name), undefined, name);
  const lines = names.map((name) => `${name}: ${name.length}\r\n`).join("");
  const request = parse(`GET / HTTP/1.1\r\nHost: a\r\n${lines}\r\n`);
  for (const name of names) assertEquals(request.field(name), `${name.length}`, name);
});

Deno.test("ParsedRequest.fields gives all lines in their order, names in lower case", () => {
  const request = parse("GET / HTTP/1.1\r\nHost: a:80\r\nB: 1\r\nb:2:3\r\nC:\r\n\r\n");
  assertEquals([...request.fields()], [["host", "a:80"], ["b", "1"], ["b", "2:3"], ["c", ""]]);
});

Deno.test("ParsedRequest keeps nothing of the request before it", () => {
  const parser = new RequestParser(DEFAULT_LIMITS, SOURCE);
  const first = parse(
    "POST /first?q HTTP/1.0\r\nHost: a\r\nAccept: x\r\nAccept: y\r\nX: z\r\nContent-Length: 0\r\n\r\n",
    parser,
  );
  assertEquals([first.field("accept"), first.minorVersion], ["x, y", 0]);
  const second = parse("GET /b HTTP/1.1\r\nHost: b\r\n\r\n", parser);
  assertStrictEquals(second, first, "One object is reused");
  assertEquals([second.method, second.target, second.path, second.query], ["GET", "/b", "/b", ""]);
  assertEquals([second.minorVersion, second.field("accept"), second.field("x"), second.content], [
    1,
    undefined,
    undefined,
    null,
  ]);
});

Deno.test("ParsedRequest.field gives what is asked for in turns, and again, and the next request's own", () => {
  const parser = new RequestParser(DEFAULT_LIMITS, SOURCE);
  for (const [range, accept] of [["bytes=1-", "a"], ["bytes=2-", "b"]]) {
    const request = parse(`GET / HTTP/1.1\r\nHost: a\r\nRange: ${range}\r\nAccept: ${accept}\r\n\r\n`, parser);
    const asked = [FIELD.range, FIELD.range, FIELD.accept, FIELD.range, FIELD.host].map((id) => request.field(id));
    assertEquals(asked, [range, range, accept, range, "a"]);
  }
});

Deno.test("ParsedRequest stays as it is while its connection reads on and the buffer grows", () => {
  const parser = new RequestParser(DEFAULT_LIMITS, SOURCE);
  parse("GET /first HTTP/1.1\r\nHost: a\r\n\r\n", parser);
  const request = parse("GET /second?q HTTP/1.1\r\nHost: b\r\nX: y\r\n\r\n", parser);
  for (let room = parser.space(); room.length > 0; room = parser.space()) {
    room.fill(0x78);
    parser.commit(room.length);
    assertEquals([request.method, request.target, request.query], ["GET", "/second?q", "q"]);
    assertEquals([request.field(FIELD["host"]), request.field("x"), [...request.fields()].length], ["b", "y", 2]);
  }
  assert(parser.bufferBytes <= DEFAULT_LIMITS.headBytesMax + 2_048);
});

Deno.test("ParsedRequest asks its connection for peer, signal and content", async () => {
  const request = parse("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 19\r\n\r\n");
  assertStrictEquals(request.peer, SOURCE.peer);
  assertStrictEquals(request.signal, SOURCE.signal);
  assertEquals(request.content!.length, 19);
  assertEquals(await request.content!.read(), octetsOf("from the connection"));
  const chunked = parse("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  assert(chunked.content !== null && chunked.content.length === undefined);
  assertEquals(parse("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").content, null);
});
