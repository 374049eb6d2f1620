import { assertEquals, assertNotStrictEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { textOf } from "./cases/play.ts";
import { DEFAULT_LIMITS, ProtocolError } from "./message.ts";
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

Deno.test("RequestParser.release leaves no field either, and whoever looks for one comes to an end", () => {
  const parser = newParser();
  send(parser, "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n");
  const request = parser.next()!;
  assertEquals([...request.fields()].length, 2);
  parser.release();
  assertEquals(request.fields().next(), { done: true, value: undefined });
  assertEquals(request.field("x"), undefined);
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

Deno.test("RequestParser.isHead says nothing of a method that is not there yet, whatever the last one was", () => {
  const parser = newParser();
  send(parser, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  parser.next();
  assertEquals(parser.isHead, true);
  send(parser, "HEAD");
  assertEquals([parser.next(), parser.isHead], [undefined, false]);
  send(parser, " ");
  assertEquals([parser.next(), parser.isHead], [undefined, true]);
});

Deno.test("RequestParser names the rule that a head breaks, of a first request and of one behind it", () => {
  const first = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  const heads: [head: string, rule: string][] = [
    ["GET  HTTP/1.1\r\n", "RFC 9112 3"],
    ["GET / HTTP/1.1\r\n folded: a\r\n", "RFC 9112 5.2"],
    ["GET / HTTP/1.1\r\nHost: a\r\n\tfolded\r\n", "RFC 9112 5.2"],
    ["GET / HTTP/1.1\r\nHost : a\r\n", "RFC 9112 5.1"],
  ];
  for (const [head, rule] of heads) {
    for (const before of ["", first]) {
      const parser = newParser();
      send(parser, before + head);
      if (before !== "") parser.next();
      assertEquals(assertThrows(() => parser.next(), ProtocolError).rule, rule, before + head);
    }
  }
});

Deno.test("RequestParser keeps content that nobody has looked at while its connection reads on", () => {
  const parser = newParser();
  send(parser, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  parser.next();
  send(parser, "defghij");
  const piece = textOf(parser.content()!);
  assertEquals([piece, parser.content(), parser.contentDone], ["abcdefghij", undefined, true]);
});

Deno.test("RequestParser keeps a buffer of 4,096 octets for the next head, and gives a larger one back", () => {
  for (const [bytes, grown, idle] of [[3_000, 4_096, 4_096], [5_000, 8_192, 2_048]]) {
    const parser = newParser();
    send(parser, `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(bytes)}\r\n\r\n`);
    parser.next();
    assertEquals(parser.bufferBytes, grown);
    parser.next();
    parser.space();
    assertEquals(parser.bufferBytes, idle);
  }
});

Deno.test("RequestParser hands a head out again that comes once more, and sees where the next one differs", () => {
  const parser = newParser();
  const head = "GET /a?b HTTP/1.1\r\nHost: a.example\r\nAccept: text/html\r\n\r\n";
  const others = Array.from(head, (char, index) => [index, char] as const)
    .filter(([, char]) => /[abx]/.test(char))
    .map(([index]) => `${head.slice(0, index)}c${head.slice(index + 1)}`);
  const seen: string[] = [];
  for (const other of others) send(parser, head + head + other + other);
  for (let request = parser.next(); request !== undefined; request = parser.next()) {
    const fields = [...request.fields()].map(([name, value]) =>
      `${name}: ${value}\r\n`.replace(/^./, (c) => c.toUpperCase())
    );
    assertEquals([request.path, request.query], request.target.split("?"));
    seen.push(`GET ${request.target} HTTP/1.1\r\n${fields.join("")}\r\n`);
  }
  assertEquals(others.length, 6);
  assertEquals(seen, others.flatMap((other) => [head, head, other, other]));
});

Deno.test("RequestParser does not take content for the head once more", () => {
  const parser = newParser();
  const head = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 49\r\n\r\n";
  assertEquals(head.length, 49);
  send(parser, head + head + "GET /b HTTP/1.1\r\nHost: a\r\n\r\n");
  assertEquals(parser.next()?.path, "/a");
  assertEquals(textOf(parser.content()!), head);
  assertEquals(parser.next()?.path, "/b");
  assertEquals(parser.next(), undefined);
});
