import { assert, assertEquals } from "@std/assert";
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from "node:zlib";
import { compressed, isCompressible, stopCompressing } from "./compression.ts";

/** So many times "a" come to as many octets of gzip. */
const EQUAL = 23;

Deno.test("compressed gives octets that come out as they went in", async () => {
  const content = new TextEncoder().encode("once more, ".repeat(10_000));
  assertEquals(new Uint8Array(gunzipSync((await compressed(content, "gzip"))!)), content);
  assertEquals(new Uint8Array(brotliDecompressSync((await compressed(content, "br"))!)), content);
  stopCompressing();
});

Deno.test("compressed gives nothing where nothing is gained", async () => {
  for (const length of [1_000, 50_000]) {
    const content = crypto.getRandomValues(new Uint8Array(length));
    assertEquals([await compressed(content, "gzip"), await compressed(content, "br")], [undefined, undefined]);
  }
  stopCompressing();
  assertEquals(await compressed(new Uint8Array(), "gzip"), undefined);
});

Deno.test("compressed gives nothing for content that comes to as many octets as it had", async () => {
  const content = new TextEncoder().encode("a".repeat(EQUAL));
  assertEquals(gzipSync(content).length, content.length);
  assertEquals(await compressed(content, "gzip"), undefined);
  const longer = new TextEncoder().encode("a".repeat(EQUAL + 1));
  assertEquals((await compressed(longer, "gzip"))?.length, EQUAL);
});

Deno.test("compressed takes level 5 of brotli and level 6 of gzip", async () => {
  const words = ["the", "cat", "sat", "on", "a", "mat", "and", "ran"];
  let text = "";
  for (let i = 0; i < 4_000; i++) text += `${words[Math.imul(i, 2_654_435_761) >>> (i % 13 + 8) & 7]} `;
  const content = new TextEncoder().encode(text), size = (octets: Uint8Array | undefined) => octets?.length;
  const params = (level: number) => ({
    params: { [constants.BROTLI_PARAM_QUALITY]: level, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
  });
  assertEquals(size(await compressed(content, "br")), brotliCompressSync(content, params(5)).length);
  assertEquals(size(await compressed(content, "gzip")), gzipSync(content, { level: 6 }).length);
  // The levels beside them can be told from these.
  assert(brotliCompressSync(content, params(6)).length !== brotliCompressSync(content, params(5)).length);
  assert(gzipSync(content, { level: 7 }).length !== gzipSync(content, { level: 6 }).length);
});

Deno.test("compressed leaves the event loop to others while it compresses 3 MB", async () => {
  const content = new Uint8Array(3_000_000).map((_, i) => 97 + (Math.imul(i ^ i >>> 7, 2_654_435_761) >>> 28));
  for (const coding of ["br", "gzip"] as const) {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const start = performance.now();
    const octets = await compressed(content, coding);
    const ms = performance.now() - start;
    clearInterval(timer);
    assert(octets !== undefined && octets.length < content.length);
    // A loop that is held up has one turn, or none. A busy machine gives it less than a free one.
    assert(turns >= 5, `${turns} turns in ${ms} ms`);
  }
  stopCompressing();
});

Deno.test("isCompressible is true for text, and false for what is compressed already", () => {
  for (
    const type of [
      "text/html; charset=utf-8",
      "text/css",
      "Text/Plain",
      "text/javascript; charset=utf-8",
      "application/json",
      "application/manifest+json",
      "application/ld+json",
      "application/geo+json",
      "application/toml",
      "application/xml",
      "application/rss+xml",
      "application/xhtml+xml",
      "application/wasm",
      "image/svg+xml",
      "image/vnd.microsoft.icon",
      "font/ttf",
    ]
  ) assertEquals(isCompressible(type), true, type);
  for (
    const type of [
      "image/png",
      "image/jpeg",
      "image/webp",
      "image/avif",
      "video/mp4",
      "audio/mpeg",
      "font/woff2",
      "font/woff",
      "application/zip",
      "application/gzip",
      "application/pdf",
      "application/octet-stream",
    ]
  ) assertEquals(isCompressible(type), false, type);
});
