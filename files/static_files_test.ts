import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { ask } from "../tests/handler_client.ts";
import { type FileStore, memoryFiles } from "./file_store.ts";
import { parseSiteRules } from "./site_rules.ts";
import { staticFiles, type StaticFilesOptions } from "./static_files.ts";

const LONG = "A line that is long enough to get smaller.\n".repeat(200);

const SITE = {
  "index.html": "<p>root</p>",
  "about.html": "<p>about</p>",
  "long.txt": LONG,
  "tiny.txt": "x",
  "picture.png": LONG,
  "noext": "?",
  "sub/index.html": "<p>sub</p>",
  "sub/page.html": "<p>page</p>",
  "bare/file.txt": "in a folder without an index",
  "guide.html": "<p>guide</p>",
  "guide/one.html": "<p>one</p>",
  "a b+c%d;e#f.txt": "odd name",
  "café.txt": "NFC",
  "cafe\u0301.txt": "NFD",
  ".env": "secret",
  ".well-known/security.txt": "Contact: a",
  "hello.html": '<!DOCTYPE html><html lang="en">Hello',
  "hello.fr.html": '<html lang="fr">Bonjour',
  "hello.pt-BR.html": '<html lang="pt-BR">Ola',
  "404.html": "<h1>none</h1>",
  "_headers": "/*\n  X-A: b",
  "_redirects": "/old /new",
  "app.a1b2c3.js": "let a;",
  "assets/x.css": "a{}",
  "packed.css": LONG,
  "packed.css.br": "not really brotli",
  "packed.css.zst": "not really zstd, and longer",
};

function site(options: StaticFilesOptions = {}, entries: Record<string, string | Uint8Array> = SITE) {
  return staticFiles(memoryFiles(entries), options);
}

Deno.test("staticFiles answers the second time without a promise", async () => {
  const files = site();
  assertEquals((await ask(files, "/about.html")).isSync, false);
  const several: Record<string, string>[] = [{ "X-A": "b" }, { "If-None-Match": '"x"' }, { "Range": "bytes=0-1" }, {
    "Accept-Language": "fr",
  }];
  for (const fields of several) {
    const { isSync, text } = await ask(files, "/about.html", { fields });
    assertEquals([isSync, text.slice(0, 2)], [true, "<p"]);
  }
  const fields = { "Accept-Encoding": "br" };
  await ask(files, "/long.txt", { fields });
  assertEquals((await ask(files, "/long.txt", { fields })).isSync, true);
  await ask(files, "/hello.html", { fields: { "Accept-Language": "fr" } });
  assertEquals((await ask(files, "/hello.html", { fields: { "Accept-Language": "fr" } })).isSync, true);
});

Deno.test("staticFiles looks up files, folders, clean URLs and odd names", async () => {
  const files = site();
  for (
    const [target, status, text] of [
      ["/", 200, "<p>root</p>"],
      ["/?a=b", 200, "<p>root</p>"],
      ["/about.html", 200, "<p>about</p>"],
      ["/about", 200, "<p>about</p>"],
      ["/about/", 404, ""],
      ["/sub/", 200, "<p>sub</p>"],
      ["/sub", 301, ""],
      ["/sub/page", 200, "<p>page</p>"],
      ["/bare/", 404, ""],
      ["/bare", 404, ""],
      ["/guide", 200, "<p>guide</p>"],
      ["/guide/one", 200, "<p>one</p>"],
      ["/a%20b+c%25d;e%23f.txt", 200, "odd name"],
      ["/caf%C3%A9.txt", 200, "NFC"],
      ["/cafe%CC%81.txt", 200, "NFD"],
      ["/.env", 404, ""],
      ["/.well-known/security.txt", 200, "Contact: a"],
      ["/_headers", 404, ""],
      ["/_redirects", 404, ""],
      ["/%5Fheaders", 404, ""],
      ["/_HEADERS", 404, ""],
      ["/about.html/", 404, ""],
      ["/about.html/x", 404, ""],
      ["/none", 404, ""],
      ["/%2e%2e/etc/passwd", 404, ""],
      ["/a%2fb", 400, ""],
      ["/a%00", 400, ""],
    ] as const
  ) {
    const answer = await ask(files, target);
    assertEquals(answer.status, status, target);
    if (status === 200) assertEquals(answer.text, text, target);
    if (status === 404) assertEquals(answer.text, "<h1>none</h1>", target);
  }
});

Deno.test("staticFiles redirects to the folder by a relative reference, and keeps the query", async () => {
  const files = site();
  for (const [target, location] of [["/sub", "./sub/"], ["/sub?a=b&c", "./sub/?a=b&c"], ["/%73ub", "./%73ub/"]]) {
    const { fields } = await ask(files, target);
    assertEquals(fields["location"], location);
    assertEquals(new URL(fields["location"], `http://here${target}`).host, "here");
  }
  for (
    const target of ["//evil.example/%2e%2e/sub", "//evil.example/sub", "/%5cevil.example/sub", "/\\evil.example/sub"]
  ) {
    const { status, fields } = await ask(files, target);
    assert(status === 404 || status === 400, target);
    assertEquals(fields["location"], undefined);
  }
});

Deno.test("staticFiles says what a file is, and how it may be kept", async () => {
  const files = site();
  for (
    const [target, type] of [
      ["/", "text/html; charset=utf-8"],
      ["/long.txt", "text/plain; charset=utf-8"],
      ["/app.a1b2c3.js", "text/javascript; charset=utf-8"],
      ["/packed.css", "text/css; charset=utf-8"],
      ["/picture.png", "image/png"],
      ["/noext", "application/octet-stream"],
    ]
  ) {
    const { fields } = await ask(files, target);
    assertEquals(fields["content-type"], type);
    assertEquals(fields["x-content-type-options"], "nosniff");
    assertEquals(fields["cache-control"], "no-cache");
    assertEquals(fields["accept-ranges"], "bytes");
    assertMatch(fields["etag"], /^"[0-9a-f]{32}"$/);
  }
});

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

Deno.test("staticFiles gives browsers the shell of a single-page site, and scripts their 404", async () => {
  const files = site({ single: "index.html" });
  const fields = { "Accept": "text/html,*/*;q=0.8" };
  const shell = await ask(files, "/some/where", { fields });
  assertEquals([shell.status, shell.text], [200, "<p>root</p>"]);
  assertMatch(shell.fields["vary"], /(^|, )Accept(,|$)/);
  assertEquals((await ask(files, "/app.js", { fields })).status, 404);
  assertEquals((await ask(files, "/some/where")).status, 404);
  assertEquals((await ask(files, "/some/where", { fields: { "Accept": "*/*" } })).status, 404);
  assertEquals((await ask(files, "/about", { fields })).text, "<p>about</p>");
});

Deno.test("staticFiles sends the fields that its options say", async () => {
  const files = site({
    maxAgeSeconds: 60,
    immutable: ["*.[0-9a-f][0-9a-f]*.js", "assets/**"],
    headers: [["X-Own", "1"], ["x-own", "2"], ["content-type", "text/plain"], ["Vary", "Cookie"]],
    corsOrigin: "https://a.example",
    dotfiles: true,
  });
  const about = await ask(files, "/about");
  assertEquals(about.fields["cache-control"], "max-age=60");
  assertEquals(about.fields["x-own"], "1, 2");
  assertEquals(about.fields["content-type"], "text/plain");
  assertEquals(about.fields["vary"], "Accept-Encoding, Cookie");
  assertEquals(about.fields["access-control-allow-origin"], "https://a.example");
  for (const target of ["/app.a1b2c3.js", "/assets/x.css"]) {
    assertEquals((await ask(files, target)).fields["cache-control"], "public, max-age=31536000, immutable");
  }
  assertEquals((await ask(files, "/.env")).text, "secret");
  assertEquals((await ask(files, "/none")).fields["x-own"], "1, 2");
  assertEquals((await ask(files, "/none")).fields["cache-control"], "no-cache");
  assertEquals((await ask(files, "/sub")).fields["x-own"], "1, 2");
  assertEquals((await ask(files, "/a%00")).fields["x-own"], "1, 2");
});

Deno.test("staticFiles follows the rules of the site", async () => {
  const { rules, warnings } = parseSiteRules(
    "/sub/*\n  X-Sub: yes\n  Cache-Control: max-age=5\n/*\n  ! X-Content-Type-Options",
    "/old/:name /sub/:name 301\n/about /elsewhere\n/forced /sub/ 302!\n/app/* /sub/page.html 200\n" +
      "/x/* /:splat\n/about.html /gone 301!\n",
  );
  assertEquals(warnings, []);
  const files = site({ rules });
  const page = await ask(files, "/sub/page");
  assertEquals([page.fields["x-sub"], page.fields["cache-control"]], ["yes", "max-age=5"]);
  assertEquals(page.fields["x-content-type-options"], undefined);
  assertEquals((await ask(files, "/about")).text, "<p>about</p>");
  const old = await ask(files, "/old/a%20b?q=1");
  assertEquals([old.status, old.fields["location"]], [301, "/sub/a%20b?q=1"]);
  assertEquals((await ask(files, "/forced")).status, 302);
  assertEquals((await ask(files, "/about.html")).status, 301);
  const app = await ask(files, "/app/deep/er");
  assertEquals([app.status, app.text], [200, "<p>page</p>"]);
  assertEquals((await ask(files, "/x/evil.example")).fields["location"], "/evil.example");
  for (const target of ["/x//evil.example", "/x/%2fevil.example", "/x/"]) {
    const location = (await ask(files, target)).fields["location"];
    assertEquals(new URL(location ?? "", "http://here/").host, "here", target);
  }
});

Deno.test("staticFiles shows a folder as a page or as JSON", async () => {
  const files = site({ dirListing: true });
  assertEquals((await ask(files, "/bare")).fields["location"], "./bare/");
  const page = await ask(files, "/bare/");
  assertEquals([page.status, page.fields["content-type"]], [200, "text/html; charset=utf-8"]);
  assertMatch(page.text, /<a href="\.\/file\.txt">file\.txt<\/a>/);
  assertEquals(page.fields["vary"], "Accept");
  const json = await ask(files, "/bare/", { fields: { Accept: "application/json" } });
  assertEquals(JSON.parse(json.text).entries, [{ name: "file.txt", type: "file", size: 28 }]);
  assertEquals(json.fields["content-type"], "application/json; charset=utf-8");
  assertNotEquals(json.fields["etag"], page.fields["etag"]);
  assertEquals((await ask(files, "/bare/", { fields: { "If-None-Match": page.fields["etag"] } })).status, 304);
  assertEquals((await ask(files, "/none/")).status, 404);
  assertEquals((await ask(files, "/sub/")).text, "<p>sub</p>");
});

Deno.test("staticFiles does not list what it would not serve", async () => {
  const { "index.html": _, ...entries } = SITE;
  const { text } = await ask(site({ dirListing: true }, entries), "/", { fields: { Accept: "application/json" } });
  const names = JSON.parse(text).entries.map(({ name }: { name: string }) => name);
  for (const name of [".env", "_headers", "_redirects"]) assert(!names.includes(name), name);
  for (const name of [".well-known", "hello.html", "a b+c%d;e#f.txt"]) assert(names.includes(name), name);
});

/** Counts what is asked of a store. */
function counted(store: FileStore) {
  const counts = { open: 0, look: 0 };
  const counting: FileStore = {
    ...store,
    glance: () => undefined,
    open: (path) => (counts.open++, store.open(path)),
    look: (path) => (counts.look++, store.look(path)),
  };
  return { counts, store: counting };
}

Deno.test("staticFiles looks once for all who ask at the same time, and not at all within half a second", async () => {
  const { counts, store } = counted(memoryFiles(SITE));
  let nowMs = 0;
  const files = staticFiles(store, { nowMs: () => nowMs });
  await Promise.all(Array.from({ length: 100 }, () => ask(files, "/tiny.txt")));
  assertEquals(counts.open, 1);
  const { look } = counts;
  nowMs = 500;
  for (let i = 0; i < 100; i++) await ask(files, `/tiny.txt?${i}`);
  assertEquals(counts, { open: 1, look });
  nowMs = 1_000;
  await Promise.all(Array.from({ length: 100 }, () => ask(files, "/tiny.txt")));
  // It was looked at again, and not opened, since it is the same.
  assertEquals(counts.open, 1);
  assert(counts.look > look && counts.look < 2 * look + 3);
});

Deno.test("staticFiles keeps nothing of unknown paths", async () => {
  const { counts, store } = counted(memoryFiles(SITE));
  const files = staticFiles(store, { cacheEntriesMax: 2, single: "about.html" });
  const fields = { Accept: "text/html" };
  await ask(files, "/tiny.txt");
  for (let i = 0; i < 1_000; i++) {
    await ask(files, `/missing-${i}.js`, { fields });
  }
  // Two places: the file, and one for all that is missing.
  const { open } = counts;
  assertEquals((await ask(files, "/tiny.txt")).isSync, true);
  assertEquals(counts.open, open);
});

Deno.test("staticFiles answers 503 when no descriptor is left, and says the file's own answer when one is", async () => {
  const store = memoryFiles(SITE);
  let isOut = true;
  const files = staticFiles({
    ...store,
    open: (path) => isOut ? Promise.reject(new Deno.errors.Busy("none left")) : store.open(path),
  }, { cachedFileBytesMax: 100 });
  for (const target of ["/about.html", "/long.txt", "/"]) {
    const { status, fields } = await ask(files, target);
    assertEquals([status, fields["retry-after"]], [503, "1"]);
  }
  isOut = false;
  assertEquals((await ask(files, "/long.txt")).status, 200);
  isOut = true;
  assertEquals((await ask(files, "/long.txt")).status, 503);
});

Deno.test("staticFiles answers with 404 of its own where the root has no 404.html", async () => {
  const { status, text, fields } = await ask(site({ headers: [["X-Own", "1"]] }, { "a.txt": "a" }), "/none");
  assertEquals([status, text, fields["x-own"]], [404, "404 Not Found\n", "1"]);
});
