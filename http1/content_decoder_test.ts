/** The decoder by itself; `cases/` feeds it through the parser. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { octetsOf, textOf } from "./cases/play.ts";
import { ContentDecoder } from "./content_decoder.ts";
import { DEFAULT_LIMITS, type Limits, ProtocolError } from "./message.ts";

interface Decoded {
  content: string;
  /** Octets that were consumed. */
  consumed: number;
  done: boolean;
}

/** Decodes octets in pieces of at most `cut` octets. */
function decode(text: string, length: number | undefined, cut = Infinity, limits: Partial<Limits> = {}): Decoded {
  const decoder = new ContentDecoder({ ...DEFAULT_LIMITS, ...limits }), octets = octetsOf(text);
  decoder.begin(length);
  let content = "", at = 0;
  while (at < octets.length && !decoder.done) {
    const end = Math.min(octets.length, at + cut);
    while (at < end && !decoder.done) {
      at = decoder.decode(octets, at, end);
      assert(decoder.pieceStart <= decoder.pieceEnd && decoder.pieceEnd <= at && at <= end);
      content += textOf(octets.subarray(decoder.pieceStart, decoder.pieceEnd));
    }
  }
  return { content, consumed: at, done: decoder.done };
}

const CUTS = [1, 2, 3, 5, 7, Infinity];

Deno.test("ContentDecoder is done before it begins, and with content of no length", () => {
  const decoder = new ContentDecoder(DEFAULT_LIMITS);
  assertEquals(decoder.done, true);
  decoder.begin(0);
  assertEquals([decoder.done, decoder.decode(octetsOf("GET"), 0, 3), decoder.pieceEnd], [true, 0, 0]);
});

Deno.test("ContentDecoder takes as many octets as were announced, at any cut, and leaves the rest (RFC 9112 6.2)", () => {
  for (const cut of CUTS) {
    assertEquals(decode("content, and GET / HTTP/1.1", 7, cut), { content: "content", consumed: 7, done: true });
    assertEquals(decode("cont", 7, cut), { content: "cont", consumed: 4, done: false });
  }
});

Deno.test("ContentDecoder takes the chunks apart, at any cut, and leaves the rest (RFC 9112 7.1)", () => {
  const text =
    '4\r\nWiki\r\n5;a=b;c="d e"\r\npedia\r\nE;x\r\n in\r\n\r\nchunks.\r\n0\r\nTrailer: x\r\nB:\t\xe9\r\n\r\n';
  const content = "Wikipedia in\r\n\r\nchunks.";
  for (const cut of CUTS) {
    assertEquals(decode(`${text}GET /`, undefined, cut), { content, consumed: text.length, done: true });
  }
  for (let end = 0; end < text.length; end++) {
    const { consumed, done } = decode(text.slice(0, end), undefined);
    assertEquals([consumed, done], [end, false], `${end} octets`);
  }
});

Deno.test("ContentDecoder reads sizes in either case of letters, with leading zeros (RFC 9112 7.1)", () => {
  for (const size of ["1a", "1A", "0000000000001a"]) {
    const { content, done } = decode(`${size}\r\n${"x".repeat(26)}\r\n000\r\n\r\n`, undefined);
    assertEquals([content.length, done], [26, true]);
  }
});

Deno.test("ContentDecoder starts anew for each request", () => {
  const decoder = new ContentDecoder({
    ...DEFAULT_LIMITS,
    contentBytesMax: 4,
    chunkExtensionBytesMax: 2,
    trailerBytesMax: 8,
  });
  const octets = octetsOf("4;a\r\nfour\r\n0\r\nT: x\r\n\r\n");
  for (let i = 0; i < 3; i++) {
    decoder.begin(undefined);
    let at = 0;
    while (!decoder.done) at = decoder.decode(octets, at, octets.length);
    assertEquals(at, octets.length);
    decoder.begin(2);
    assertEquals([decoder.decode(octets, 0, octets.length), decoder.done], [2, true]);
  }
});

for (
  const [what, text, status, rule, limits] of [
    ["no size", "\r\n", 400, "RFC 9112 7.1"],
    ["an extension without size", ";a\r\n", 400, "RFC 9112 7.1"],
    ["a size that is not hexadecimal", "g\r\n", 400, "RFC 9112 7.1"],
    ["a sign", "+1\r\n", 400, "RFC 9112 7.1"],
    ["a prefix", "0x1\r\n", 400, "RFC 9112 7.1"],
    ["white space before the size", " 1\r\n", 400, "RFC 9112 7.1"],
    ["white space behind the size", "1 \r\n", 400, "RFC 9112 7.1"],
    ["a size line that ends with LF", "1\nx\r\n", 400, "RFC 9112 7.1"],
    ["a size line with a CR alone", "1\rx", 400, "RFC 9112 7.1"],
    ["too many zeros", `${"0".repeat(257)}1\r\n`, 400, "RFC 9112 7.1"],
    ["too many digits", `${"1".repeat(17)}\r\n`, 413, "RFC 9110 15.5.14"],
    ["too many zeros at the end", `${"0".repeat(257)}\r\n`, 400, "RFC 9112 7.1"],
    ["an LF in an extension", "1;a\nb\r\n", 400, "RFC 9112 7.1.1"],
    ["a NUL in an extension", "1;a\x00\r\n", 400, "RFC 9112 7.1.1"],
    ["a CR in an extension", "1;a\rb\r\n", 400, "RFC 9112 7.1"],
    ["longer data than its size", "1\r\nxx\r\n", 400, "RFC 9112 7.1"],
    ["data that ends with LF", "1\r\nx\n0\r\n\r\n", 400, "RFC 9112 7.1"],
    ["data that ends with a CR alone", "1\r\nx\rx", 400, "RFC 9112 7.1"],
    ["a trailer that begins with white space", "0\r\n T: x\r\n\r\n", 400, "RFC 9112 7.1.2"],
    ["a trailer without colon", "0\r\nTrailer\r\n\r\n", 400, "RFC 9112 7.1.2"],
    ["a trailer without name", "0\r\n: x\r\n\r\n", 400, "RFC 9112 7.1.2"],
    ["a trailer with white space before its colon", "0\r\nT : x\r\n\r\n", 400, "RFC 9112 7.1.2"],
    ["a trailer that ends with LF", "0\r\nT: x\n\r\n", 400, "RFC 9112 7.1.2"],
    ["a trailer with a CR alone", "0\r\nT: x\ry\r\n", 400, "RFC 9112 7.1.2"],
    ["a trailer section that ends with LF", "0\r\n\n", 400, "RFC 9112 7.1.2"],
    ["a CR alone at its end", "0\r\n\rx", 400, "RFC 9112 7.1.2"],
    ["more content than contentBytesMax", "5\r\nx", 413, "RFC 9110 15.5.14", { contentBytesMax: 4 }],
    ["more content in all than contentBytesMax", "2\r\nxx\r\n3\r\n", 413, "RFC 9110 15.5.14", { contentBytesMax: 4 }],
    ["longer extensions than chunkExtensionBytesMax", "1;a\r\nx\r\n1;bc", 400, "RFC 9112 7.1.1", {
      chunkExtensionBytesMax: 4,
    }],
    ["longer trailers than trailerBytesMax", "0\r\nT: xyz", 431, "RFC 9112 7.1.2", { trailerBytesMax: 5 }],
  ] as [string, string, number, string, Partial<Limits>?][]
) {
  Deno.test(`ContentDecoder refuses ${what} (${rule})`, () => {
    for (const cut of CUTS) {
      const error = assertThrows(() => decode(text, undefined, cut, limits), ProtocolError);
      assertEquals([error.status, error.rule], [status, rule]);
    }
  });
}

Deno.test("ContentDecoder takes content, extensions and trailers up to their limits", () => {
  const limits = { contentBytesMax: 4, chunkExtensionBytesMax: 4, trailerBytesMax: 8 };
  assertEquals(decode("2;a\r\nxx\r\n2;b\r\nyy\r\n0\r\nT: x\r\n\r\n", undefined, 1, limits).content, "xxyy");
});
