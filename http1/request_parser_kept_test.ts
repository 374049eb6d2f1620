import { assertEquals } from "@std/assert";
import { DEFAULT_LIMITS } from "./message.ts";
import { RequestParser } from "./request_parser.ts";

const source = {
  peer: { address: "192.0.2.1", port: 50_000, secure: false },
  signal: new AbortController().signal,
  readContent: () => Promise.resolve(undefined),
};

Deno.test("At most 256 read buffers wait for the next connections", () => {
  const parsers = () => Array.from({ length: 258 }, () => new RequestParser(DEFAULT_LIMITS, source));
  const first = parsers(), rooms = new Set(first.map((parser) => parser.space().buffer));
  assertEquals(rooms.size, 258);
  for (const parser of first) parser.release();
  const second = parsers();
  assertEquals(second.filter((parser) => rooms.has(parser.space().buffer)).length, 256);
  for (const parser of second) parser.release();
});

Deno.test("A head of at most 768 octets stays for the next to be compared with; behind a longer one the buffer is empty", () => {
  const roomBehind = (bytes: number) => {
    const parser = new RequestParser(DEFAULT_LIMITS, source), start = "GET / HTTP/1.1\r\nHost: a\r\nA: ";
    const head = start + "a".repeat(bytes - start.length - 4) + "\r\n\r\n";
    parser.commit(new TextEncoder().encodeInto(head, parser.space()).written);
    assertEquals(parser.next()?.path, "/");
    assertEquals(parser.next(), undefined);
    return parser.space().length;
  };
  assertEquals([768, 769].map(roomBehind), [2_048 - 768, 2_048]);
});

Deno.test("Only a head that is alone at the front of the buffer stays there", () => {
  const roomBehind = (text: string) => {
    const parser = new RequestParser(DEFAULT_LIMITS, source);
    parser.commit(new TextEncoder().encodeInto(text, parser.space()).written);
    while (parser.next() !== undefined) while (!parser.contentDone) parser.content();
    return parser.space().length;
  };
  const a = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n", b = "GET /b HTTP/1.1\r\nHost: a\r\n\r\n";
  const withContent = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na";
  assertEquals([a, a + b, withContent, "\r\n" + a].map(roomBehind), [2_048 - a.length, 2_048, 2_048, 2_048]);
});
