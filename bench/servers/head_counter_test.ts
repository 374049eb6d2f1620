import { assertEquals } from "@std/assert";
import { HeadCounter } from "./head_counter.ts";

function counts(pieces: readonly string[]): number {
  const heads = new HeadCounter(4096);
  let count = 0;
  for (const piece of pieces) {
    const { read } = new TextEncoder().encodeInto(piece, heads.space);
    assertEquals(read, piece.length);
    count += heads.count(piece.length);
  }
  return count;
}

Deno.test("HeadCounter counts heads at every offset, in one read and cut anywhere", () => {
  for (let offset = 0; offset < 8; offset++) {
    const request = `GET /${"x".repeat(offset)} HTTP/1.1\r\nHost: a\r\nA: b\r\n\r\n`;
    const text = request.repeat(3);
    assertEquals(counts([text]), 3);
    assertEquals(counts([...text]), 3);
    for (let cut = 1; cut < text.length; cut++) assertEquals(counts([text.slice(0, cut), text.slice(cut)]), 3);
  }
});

Deno.test("HeadCounter does not count a lone CRLF, bare LFs or a mixture", () => {
  for (const text of ["a\r\nb\r\nc", "a\n\nb", "a\r\n\nb", "a\r\r\n\rb", "\n\r\n\r", "a\r\n\r", "\r\n\rx\r\n"]) {
    assertEquals(counts([text]), 0, JSON.stringify(text));
    assertEquals(counts([...text]), 0, JSON.stringify(text));
  }
});

Deno.test("HeadCounter finds an end after a run of CRs", () => {
  assertEquals(counts(["a\r\r\r\n\r\nb"]), 1);
});
