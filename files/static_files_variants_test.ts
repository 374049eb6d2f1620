/** Conditions, parts, codings and languages, through the handler of files. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { ask } from "../tests/handler_client.ts";
import { LONG, SITE, site } from "../tests/memory_site.ts";

Deno.test("staticFiles answers HEAD field for field like GET", async () => {
  const files = site({ cachedFileBytesMax: 1_000 });
  for (const target of ["/", "/long.txt", "/about", "/none", "/sub", "/hello.html", "/picture.png"]) {
    const several: Record<string, string>[] = [
      {},
      { "Accept-Encoding": "br, gzip" },
      { "If-None-Match": "*" },
      { "If-Match": '"x"' },
    ];
    for (const fields of several) {
      const got = await ask(files, target, { fields });
      const head = await ask(files, target, { fields, method: "HEAD" });
      assertEquals([head.status, head.fields], [got.status, got.fields]);
    }
  }
  const ranged = { fields: { Range: "bytes=0-1" } };
  assertEquals((await ask(files, "/long.txt", { ...ranged, method: "HEAD" })).status, 200);
});

Deno.test("staticFiles answers conditions with 304 that carries what the 200 would (RFC 9110 15.4.5)", async () => {
  const files = site({ corsOrigin: "*", headers: [["X-Own", "1"]] });
  const accept = { "Accept-Language": "fr", "Accept-Encoding": "gzip" };
  const ok = await ask(files, "/hello", { fields: accept });
  const { status, fields, content } = await ask(files, "/hello", {
    fields: { ...accept, "If-None-Match": `"x", W/${ok.fields["etag"]}` },
  });
  assertEquals([status, content.length], [304, 0]);
  for (const name of ["etag", "cache-control", "vary", "content-location", "x-own", "access-control-allow-origin"]) {
    assertEquals(fields[name], ok.fields[name]);
    assertNotEquals(fields[name], undefined, name);
  }
  assertEquals(fields["content-length"], undefined);
  assertEquals((await ask(files, "/hello", { fields: { "If-Match": '"x"' } })).status, 412);
  assertEquals((await ask(files, "/none", { fields: { "If-None-Match": "*" } })).status, 404);
  assertEquals((await ask(files, "/none", { fields: { "If-Match": '"x"' } })).status, 404);
});

for (const cachedFileBytesMax of [1_048_576, 100]) {
  const where = cachedFileBytesMax > 1_000 ? "in the cache" : "that is not cached";
  Deno.test(`staticFiles sends parts of a file ${where} (RFC 9110 14)`, async () => {
    const files = site({ cachedFileBytesMax });
    const part = async (range: string, fields: Record<string, string> = {}) =>
      await ask(files, "/long.txt", { fields: { "Range": range, ...fields } });
    const first = await part("bytes=3-9");
    assertEquals([first.status, first.text], [206, LONG.slice(3, 10)]);
    assertEquals(first.fields["content-range"], `bytes 3-9/${LONG.length}`);
    assertEquals((await part("bytes=-5")).text, LONG.slice(-5));
    assertEquals((await part("bytes=8000-")).text, LONG.slice(8_000));
    const none = await part(`bytes=${LONG.length}-`);
    assertEquals([none.status, none.fields["content-range"]], [416, `bytes */${LONG.length}`]);
    assertEquals((await part("bytes=9-3")).status, 200);
    const etag = first.fields["etag"];
    assertEquals((await part("bytes=0-1", { "If-Range": etag })).status, 206);
    for (const other of ['"x"', `W/${etag}`, first.fields["last-modified"] ?? "Sun, 06 Nov 1994 08:49:37 GMT"]) {
      const whole = await part("bytes=0-1", { "If-Range": other });
      assertEquals([whole.status, whole.text], [200, LONG]);
    }
    assertEquals((await part("bytes=0-1", { "If-None-Match": etag })).status, 304);
  });

  Deno.test(`staticFiles sends several parts of a file ${where} (RFC 9110 14.6)`, async () => {
    const files = site({ cachedFileBytesMax });
    const { status, fields, text } = await ask(files, "/long.txt", { fields: { Range: "bytes=0-4,100-104,-3" } });
    assertEquals(status, 206);
    const boundary = /^multipart\/byteranges; boundary=([\w-]+)$/.exec(fields["content-type"])![1];
    const part = (start: number, end: number) =>
      `--${boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Range: bytes ${start}-${end - 1}/${LONG.length}\r\n\r\n${LONG.slice(start, end)}\r\n`;
    assertEquals(text, part(0, 5) + part(100, 105) + part(LONG.length - 3, LONG.length) + `--${boundary}--\r\n`);
    assertEquals(fields["content-range"], undefined);
  });
}

Deno.test("staticFiles compresses text, gives each coding a tag of its own, and cuts parts out of it", async () => {
  const files = site();
  const etags = new Set<string>();
  for (const [coding, inflate] of [["br", brotliDecompressSync], ["gzip", gunzipSync]] as const) {
    const { fields, content } = await ask(files, "/long.txt", { fields: { "Accept-Encoding": coding } });
    assertEquals(fields["content-encoding"], coding);
    assertEquals(fields["vary"], "Accept-Encoding");
    assertEquals(new TextDecoder().decode(inflate(content)), LONG);
    assertMatch(fields["etag"], new RegExp(`^"[0-9a-f]{32}-${coding}"$`));
    const part = await ask(files, "/long.txt", { fields: { "Accept-Encoding": coding, "Range": "bytes=5-9" } });
    assertEquals([part.status, part.content], [206, content.slice(5, 10)]);
    assertEquals(part.fields["content-range"], `bytes 5-9/${content.length}`);
    assertEquals(part.fields["etag"], fields["etag"]);
    etags.add(fields["etag"]);
  }
  const plain = await ask(files, "/long.txt");
  assertEquals([plain.fields["content-encoding"], plain.fields["vary"]], [undefined, "Accept-Encoding"]);
  assertEquals(etags.add(plain.fields["etag"]).size, 3);
});

Deno.test("staticFiles leaves alone what is compressed already, or would not get smaller", async () => {
  const files = site();
  const fields = { "Accept-Encoding": "br, gzip" };
  assertEquals((await ask(files, "/picture.png", { fields })).fields["content-encoding"], undefined);
  const tiny = await ask(files, "/tiny.txt", { fields });
  assertEquals([tiny.text, tiny.fields["content-encoding"]], ["x", undefined]);
});

Deno.test("staticFiles uses compressed files beside a file, and says 406 only where nothing is left", async () => {
  const files = site();
  const coding = async (acceptEncoding: string, target = "/packed.css") => {
    const { status, fields } = await ask(files, target, { fields: { "Accept-Encoding": acceptEncoding } });
    return status === 200 ? fields["content-encoding"] ?? "identity" : status;
  };
  assertEquals((await ask(files, "/packed.css", { fields: { "Accept-Encoding": "br" } })).text, SITE["packed.css.br"]);
  assertEquals(await coding("zstd"), "zstd");
  assertEquals(await coding("gzip, zstd;q=0.5"), "gzip");
  assertEquals(await coding("deflate"), "identity");
  assertEquals(await coding("br;q=0, *"), "zstd");
  assertEquals(await coding("identity;q=0, gzip"), "gzip");
  assertEquals(await coding("identity;q=0, deflate"), 406);
  assertEquals(await coding("*;q=0"), 406);
  assertEquals(await coding("br, identity;q=0", "/picture.png"), 406);
  assertEquals(await coding("br, identity;q=0", "/tiny.txt"), 406);
  assertEquals((await ask(files, "/none", { fields: { "Accept-Encoding": "*;q=0" } })).status, 404);
});

Deno.test("staticFiles compresses once, however many ask at the same time", async () => {
  const files = site();
  const before = await ask(files, "/long.txt");
  const fields = { "Accept-Encoding": "br" };
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask(files, "/long.txt", { fields })));
  // The very same octets in memory: whoever compressed for itself would have its own.
  for (const { content } of answers) assert(content === answers[0].content);
  assertEquals(before.status, 200);
});

Deno.test("staticFiles chooses the language of a page by q-values", async () => {
  const files = site();
  for (
    const [acceptLanguage, language] of [
      ["fr", "fr"],
      ["fr-CA, en;q=0.5", "fr"],
      ["en, fr;q=0.9", "en"],
      ["en;q=0.5, fr;q=0.9", "fr"],
      ["de, fr;q=0.5", "fr"],
      ["de", "en"],
      ["pt-BR", "pt-BR"],
      ["pt-br;q=0.1, fr;q=0", "pt-BR"],
      ["*", "en"],
      ["", "en"],
      ["rubbish;;;", "en"],
    ]
  ) {
    const { fields, text } = await ask(files, "/hello", { fields: { "Accept-Language": acceptLanguage } });
    assertEquals(fields["content-language"], language, acceptLanguage);
    assert(text.includes(`lang="${language}"`));
    assertMatch(fields["vary"], /Accept-Language/);
    assertEquals(fields["content-location"], language === "en" ? undefined : `/hello.${language}.html`);
  }
  assertEquals((await ask(files, "/about", { fields: { "Accept-Language": "fr" } })).fields["vary"], "Accept-Encoding");
});

Deno.test("staticFiles lets a translation be kept as long as its page, but nothing that stands in for others", async () => {
  const files = site({ maxAgeSeconds: 60, immutable: ["hello.html"], single: "hello.html" });
  const fields = { "Accept-Language": "fr", "Accept": "text/html" };
  const kept = async (target: string) => {
    const { text, fields: got } = await ask(files, target, { fields });
    assertEquals(text, SITE["hello.fr.html"], target);
    return got["cache-control"];
  };
  for (let turn = 0; turn < 2; turn++) {
    assertEquals(await kept("/hello"), "max-age=60");
    assertEquals(await kept("/hello.html"), "public, max-age=31536000, immutable");
    assertEquals(await kept("/some/where"), "no-cache");
  }
});
