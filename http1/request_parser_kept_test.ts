import { assertEquals } from "@std/assert";
import { DEFAULT_LIMITS } from "./message.ts";
import { RequestParser } from "./request_parser.ts";

Deno.test("At most 256 read buffers wait for the next connections", () => {
  const source = {
    peer: { address: "192.0.2.1", port: 50_000, secure: false },
    signal: new AbortController().signal,
    readContent: () => Promise.resolve(undefined),
  };
  const parsers = () => Array.from({ length: 258 }, () => new RequestParser(DEFAULT_LIMITS, source));
  const first = parsers(), rooms = new Set(first.map((parser) => parser.space().buffer));
  assertEquals(rooms.size, 258);
  for (const parser of first) parser.release();
  const second = parsers();
  assertEquals(second.filter((parser) => rooms.has(parser.space().buffer)).length, 256);
  for (const parser of second) parser.release();
});
