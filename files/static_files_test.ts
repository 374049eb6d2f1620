import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { HttpRequest } from "../http1/message.ts";
import { ask } from "../tests/handler_client.ts";
import { SITE, site } from "../tests/memory_site.ts";
import type { FileStore } from "./file_store.ts";
import { memoryFiles } from "./memory_files.ts";
import { parseSiteRules } from "./site_rules.ts";
import { staticFiles } from "./static_files.ts";

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

Deno.test("staticFiles gives browsers the shell of a single-page site, and scripts their 404", async () => {
  const files = site({ single: "index.html" });
  const fields = { "Accept": "text/html,*/*;q=0.8" };
  const shell = await ask(files, "/some/where", { fields });
  assertEquals([shell.status, shell.text], [200, "<p>root</p>"]);
  assertMatch(shell.fields["vary"], /(^|, )Accept(,|$)/);
  for (const file of ["/app.js", "/.well-known"]) assertEquals((await ask(files, file, { fields })).status, 404, file);
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

Deno.test("staticFiles counts look-ups that found a file in memory, and those for which the disk was asked", async () => {
  let nowMs = 0;
  const files = staticFiles(memoryFiles(SITE), { nowMs: () => nowMs });
  assertEquals(files.cacheFigures(), { bytes: 0, hits: 0, misses: 0, evictions: 0 });
  for (let i = 0; i < 5; i++) await ask(files, "/about");
  const { bytes, ...counts } = files.cacheFigures();
  assertEquals(counts, { hits: 4, misses: 1, evictions: 0 });
  assert(bytes > 0 && bytes < 10_000);
  nowMs = 1_000;
  await ask(files, "/about");
  assertEquals(files.cacheFigures(), { bytes, hits: 4, misses: 2, evictions: 0 });
  // What a glance shows to be right is a hit.
  await ask(files, "/about.html");
  nowMs = 2_000;
  assertEquals((await ask(files, "/about.html")).isSync, true);
  assertEquals([files.cacheFigures().hits, files.cacheFigures().misses], [5, 3]);
});

Deno.test("staticFiles counts what a file holds: its content, and as much beside it for a short one as for a long one", async () => {
  const held = async (length: number) => {
    const files = site({}, { "a.bin": new Uint8Array(length) });
    await ask(files, "/a.bin");
    return files.cacheFigures().bytes;
  };
  const empty = await held(0);
  assertEquals(await held(10_000), empty + 10_000);
  assertEquals(await held(100_000), empty + 100_000);
});

Deno.test("staticFiles without a cache reads each answer from its file, with tags, parts and languages as ever", async () => {
  const { counts, store } = counted(memoryFiles(SITE));
  const files = staticFiles(store, { cacheBytesMax: 0 });
  for (let i = 0; i < 3; i++) {
    const whole = await ask(files, "/long.txt", { fields: { "Accept-Encoding": "br, gzip" } });
    assertEquals([whole.text, whole.fields["content-encoding"]], [SITE["long.txt"], undefined]);
    const fields = { "If-None-Match": whole.fields["etag"] };
    assertEquals((await ask(files, "/long.txt", { fields })).status, 304);
  }
  assert(counts.open >= 6);
  assertEquals((await ask(files, "/long.txt", { fields: { "Range": "bytes=2-5" } })).text, "line");
  assertEquals((await ask(files, "/packed.css", { fields: { "Accept-Encoding": "br" } })).text, SITE["packed.css.br"]);
  const chosen = await ask(files, "/hello", { fields: { "Accept-Language": "en, fr;q=0.9" } });
  assertEquals(chosen.fields["content-language"], "en");
  const french = await ask(files, "/hello", { fields: { "Accept-Language": "fr" } });
  assertEquals(french.text, SITE["hello.fr.html"]);
  assertEquals((await ask(files, "/none")).text, SITE["404.html"]);
  assertEquals(files.cacheFigures().bytes, 0);
});

/** A GET without fields, whose path and query can be changed: parsing is none of these tests' business. */
function changeable(path: string): { -readonly [Key in keyof HttpRequest]: HttpRequest[Key] } {
  const parts = { method: "GET", path, query: "", has: () => false, field: () => undefined };
  return parts as unknown as HttpRequest;
}

Deno.test("staticFiles does not grow by 1,000,000 queries, nor by 10,000 paths that lead nowhere", async () => {
  const files = site();
  await ask(files, "/tiny.txt");
  await ask(files, "/none");
  const { bytes } = files.cacheFigures();
  const request = changeable("/tiny.txt");
  for (let i = 0; i < 1_000_000; i++) {
    request.query = `q=${i}`;
    const answer = files(request);
    if (answer instanceof Promise) await answer;
  }
  for (let i = 0; i < 10_000; i++) {
    request.path = `/none/${i}`;
    assertEquals((await files(request)).status, 404);
  }
  const after = files.cacheFigures();
  assertEquals([after.bytes, after.evictions], [bytes, 0]);
  assert(after.hits >= 1_000_000);
});

Deno.test("staticFiles keeps 10,000 files within its bound, and the right octets for each", async () => {
  const entries = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`${i}.txt`, `file ${i}`]));
  const files = site({ cacheBytesMax: 1_048_576 }, entries);
  for (let i = 0; i < 10_000; i++) assertEquals((await ask(files, `/${i}.txt`)).text, `file ${i}`);
  const { bytes, misses, evictions } = files.cacheFigures();
  assert(bytes <= 1_048_576 && bytes > 900_000, `${bytes} octets`);
  assert(misses === 10_000 && evictions > 9_000, `${evictions} evictions`);
});

Deno.test("staticFiles answers an encoded path from what it keeps, and counts a stand-in that it has to look for", async () => {
  const files = staticFiles(memoryFiles({ "a b.txt": "", "404.html": "" }), { nowMs: () => 0 });
  const counts = async (target: string) => {
    await ask(files, target);
    const { hits, misses } = files.cacheFigures();
    return [hits, misses];
  };
  assertEquals([await counts("/a%20b.txt"), await counts("/a%20b.txt")], [[0, 1], [1, 1]]);
  assertEquals([await counts("/none"), await counts("/none")], [[1, 3], [2, 4]]);
});
