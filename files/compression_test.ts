import { assert, assertEquals } from "@std/assert";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { compressed, isCompressible } from "./compression.ts";

Deno.test("compressed gives octets that come out as they went in", async () => {
  const content = new TextEncoder().encode("once more, ".repeat(10_000));
  assertEquals(new Uint8Array(gunzipSync((await compressed(content, "gzip"))!)), content);
  assertEquals(new Uint8Array(brotliDecompressSync((await compressed(content, "br"))!)), content);
});

Deno.test("compressed gives nothing where nothing is gained", async () => {
  const content = crypto.getRandomValues(new Uint8Array(1_000));
  assertEquals([await compressed(content, "gzip"), await compressed(content, "br")], [undefined, undefined]);
  assertEquals(await compressed(new Uint8Array(), "gzip"), undefined);
});

Deno.test("compressed leaves the event loop to others", async () => {
  const content = new Uint8Array(1_048_576).map((_, i) => i * i >> 5);
  for (const coding of ["br", "gzip"] as const) {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await compressed(content, coding);
    clearInterval(timer);
    // There are 16 pieces, and others have their turn between any two.
    assert(turns >= 10, `${turns} turns`);
  }
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
