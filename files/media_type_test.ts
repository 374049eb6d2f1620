import { assertEquals, assertThrows } from "@std/assert";
import { contentType } from "@std/media-types/content-type";
import { loadMediaType, mediaType, USUAL_TYPES } from "./media_type.ts";

Deno.test("mediaType throws for a type that was not loaded, and needs nothing for one that most sites have", async () => {
  // What was loaded stays, so this has modules of its own.
  const fresh = await import("./media_type.ts?fresh") as typeof import("./media_type.ts");
  assertThrows(() => fresh.mediaType("a.vtt"), Error, 'the media type of "a.vtt" was not loaded');
  for (const name of ["a.html", "a", ".vtt", "sub.vtt/a"]) assertEquals(fresh.loadMediaType(name), undefined, name);
  assertEquals(fresh.mediaType("a.html"), "text/html; charset=utf-8");
  assertEquals(fresh.mediaType(".vtt"), "application/octet-stream");
  await fresh.loadMediaType("a.vtt");
  assertEquals(fresh.loadMediaType("b.ogg"), undefined);
  assertEquals(fresh.mediaType("a.vtt"), "text/vtt; charset=utf-8");
});

Deno.test("mediaType knows what the web uses", async () => {
  for (
    const [name, type] of [
      ["a.html", "text/html; charset=utf-8"],
      ["a.HTM", "text/html; charset=utf-8"],
      ["a.mjs", "text/javascript; charset=utf-8"],
      ["a.json", "application/json; charset=utf-8"],
      ["a.webmanifest", "application/manifest+json; charset=utf-8"],
      ["a.svg", "image/svg+xml"],
      ["a.wasm", "application/wasm"],
      ["a.woff2", "font/woff2"],
      ["a.avif", "image/avif"],
      ["a.webp", "image/webp"],
      ["a.mp4", "video/mp4"],
      ["a.vtt", "text/vtt; charset=utf-8"],
      ["a.pdf", "application/pdf"],
      ["a.tar.gz", "application/gzip"],
      ["a", "application/octet-stream"],
      ["a.unknown", "application/octet-stream"],
      ["html", "application/octet-stream"],
      [".html", "application/octet-stream"],
      ["sub.d/html", "application/octet-stream"],
    ]
  ) {
    await loadMediaType(name);
    assertEquals(mediaType(name), type, name);
  }
});

Deno.test("USUAL_TYPES says what the data base says", () => {
  for (const [extension, type] of USUAL_TYPES) {
    assertEquals(type, contentType(extension)?.replace("charset=UTF-8", "charset=utf-8"), extension);
  }
});
