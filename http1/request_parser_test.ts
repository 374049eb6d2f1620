import { assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { DEFAULT_LIMITS } from "./message.ts";
import type { RequestSource } from "./parsed_request.ts";
import { RequestParser } from "./request_parser.ts";

const SOURCE: RequestSource = {
  peer: { address: "192.0.2.1", port: 50_000, secure: false },
  signal: new AbortController().signal,
  readContent: () => Promise.resolve(undefined),
};

function newParser(): RequestParser {
  return new RequestParser(DEFAULT_LIMITS, SOURCE);
}

function send(parser: RequestParser, text: string): void {
  for (let sent = 0; sent < text.length;) {
    const { written } = new TextEncoder().encodeInto(text.slice(sent), parser.space());
    parser.commit(written);
    sent += written;
  }
}

Deno.test("RequestParser.release gives the buffer to the next parser", () => {
  const first = newParser(), room = first.space();
  first.release();
  const second = newParser();
  assertStrictEquals(second.space(), room);
  assertNotStrictEquals(newParser().space(), room);
});

Deno.test("RequestParser.release leaves nothing in a request that somebody still holds", () => {
  const first = newParser();
  send(first, "GET /first?a=b HTTP/1.1\r\nHost: first.example\r\n\r\n");
  const request = first.next()!;
  assertEquals(request.path, "/first");
  first.release();
  const second = newParser();
  send(second, "GET /other HTTP/1.1\r\nHost: second.example\r\n\r\n");
  assertEquals(second.next()?.path, "/other");
  for (const text of [request.target, request.path, request.query, request.field("host")]) {
    assertEquals(text?.replaceAll("\0", ""), "");
  }
});

Deno.test("RequestParser in a buffer that was used before sees only its own octets", () => {
  const first = newParser();
  send(first, "GET /first HTTP/1.1\r\nHost: first.example\r\nX-Secret: of the first\r\n\r\n");
  first.next();
  first.release();
  const second = newParser();
  send(second, "GET /second HTTP/1.1\r\n");
  assertEquals(second.next(), undefined);
  assertEquals(second.isEmpty, false);
  send(second, "Host: second.example\r\n\r\n");
  assertEquals([...second.next()!.fields()], [["host", "second.example"]]);
});
