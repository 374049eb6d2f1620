/** Files that change, vanish or cannot be read between two questions: each request still gets one right answer. */
import { assertEquals, assertRejects } from "@std/assert";
import { ask } from "../tests/handler_client.ts";
import { memoryFiles } from "./memory_files.ts";
import { parseSiteRules } from "./site_rules.ts";
import { staticFiles, type StaticFilesOptions } from "./static_files.ts";
import { ChangingFiles } from "./testing/changing_files.ts";

const LONG = "long content ".repeat(20);

/** A site whose files of more than 100 octets are not kept; time stands still unless the test moves it. */
function site(files: Record<string, string>, options: StaticFilesOptions = {}) {
  const store = new ChangingFiles(files), time = { nowMs: 0 };
  const handler = staticFiles(store, { cachedFileBytesMax: 100, nowMs: () => time.nowMs, ...options });
  return { store, time, handler };
}

Deno.test("staticFiles answers 403 for a folder without an index whose names may not be read", async () => {
  const store = memoryFiles({ "f/x": "x" });
  store.names = () => Promise.resolve(undefined);
  const { status, fields } = await ask(staticFiles(store, { dirListing: true, nowMs: () => 0 }), "/f/");
  assertEquals([status, "etag" in fields], [403, false]);
});

Deno.test("staticFiles answers 503 when no descriptor is left, and never 404", async () => {
  for (const [path, target] of [["a.txt", "/a.txt"], ["404.html", "/none"], ["", "/"], ["f/index.html", "/f/"]]) {
    const { store, handler } = site({ "a.txt": "a", "404.html": "none", "f/x": "x" }, { dirListing: true });
    store.refuse(path, "busy");
    const { status, fields } = await ask(handler, target);
    assertEquals([status, fields["retry-after"], fields["etag"]], [503, "1", undefined], target);
    assertEquals(store.openCount, 0);
  }
});

Deno.test("staticFiles answers 503 when descriptors run out before long content is opened", async () => {
  const { store, handler } = site({ "long.txt": LONG });
  assertEquals((await ask(handler, "/long.txt")).text, LONG);
  store.refuse("long.txt", "busy");
  assertEquals((await ask(handler, "/long.txt")).status, 503);
  assertEquals(store.openCount, 0);
});

Deno.test("staticFiles lists a folder with 503 when its names cannot be read for now, and passes other errors on", async () => {
  const { store, handler } = site({ "f/x": "x" }, { dirListing: true });
  store.before = (call) => {
    if (call === "names") throw new Deno.errors.Busy("No file descriptor is left");
  };
  assertEquals((await ask(handler, "/f/")).status, 503);
  store.before = (call) => {
    if (call === "names") throw new Error("The disk is broken");
  };
  const result = await ask(handler, "/f/").then(() => "", ({ message }) => message);
  assertEquals(result, "The disk is broken");
});

Deno.test("staticFiles answers 403 for what may not be read", async () => {
  const { store, handler } = site({ "a.txt": "a", "f/index.html": "f" });
  store.refuse("a.txt", "forbidden");
  store.refuse("f/index.html", "forbidden");
  assertEquals((await ask(handler, "/a.txt")).status, 403);
  assertEquals((await ask(handler, "/f/")).status, 403);
});

Deno.test("staticFiles answers with the new file when long content was replaced since it was looked at", async () => {
  const { store, handler } = site({ "long.txt": LONG });
  const { fields } = await ask(handler, "/long.txt");
  const replacement = LONG.toUpperCase();
  store.set("long.txt", replacement);
  const answer = await ask(handler, "/long.txt");
  assertEquals([answer.status, answer.text], [200, replacement]);
  assertEquals(answer.fields["etag"] === fields["etag"], false);
  assertEquals(store.openCount, 0);
});

Deno.test("staticFiles answers 404 or 403 when long content has gone, or may no longer be read", async () => {
  const { store, handler } = site({ "a.txt": LONG, "b.txt": LONG });
  await ask(handler, "/a.txt");
  await ask(handler, "/b.txt");
  store.delete("a.txt");
  store.refuse("b.txt", "forbidden");
  assertEquals((await ask(handler, "/a.txt")).status, 404);
  assertEquals((await ask(handler, "/b.txt")).status, 403);
  assertEquals(store.openCount, 0);
});

Deno.test("staticFiles gives up with 503 on content that is another one at each of four looks", async () => {
  const { store, handler } = site({ "long.css": LONG, "long.css.br": LONG });
  const fields = { "Accept-Encoding": "br" };
  assertEquals((await ask(handler, "/long.css", { fields })).status, 200);
  store.opened.length = 0;
  store.before = (call, path) => {
    if (call === "open" && path === "long.css.br") store.set(path, `${store.opened.length} ${LONG}`);
    if (store.opened.length > 100) throw new Error("It never gives up");
  };
  assertEquals((await ask(handler, "/long.css", { fields })).status, 503);
  // Once for the entry that was known; then four times to look at it, and to find that it changed again.
  assertEquals(store.opened.filter((path) => path === "long.css.br").length, 1 + 4 * 2);
  assertEquals(store.openCount, 0);
});

Deno.test("staticFiles answers with a page itself when its translation was deleted a moment ago", async () => {
  const files = { "a.html": '<html lang="en">Hello', "a.fr.html": '<html lang="fr">Bonjour' };
  const { store, handler } = site(files);
  const fields = { "Accept-Language": "fr" };
  assertEquals((await ask(handler, "/a.html")).text, files["a.html"]);
  store.delete("a.fr.html");
  const answer = await ask(handler, "/a.html", { fields });
  assertEquals([answer.status, answer.text, answer.fields["content-language"]], [200, files["a.html"], "en"]);
});

Deno.test("staticFiles rewrites to a file, a folder's page, and never to the rules or out of the root", async () => {
  const { rules } = parseSiteRules(
    "",
    "/a /b.txt 200\n/f /folder/ 200\n/r /_headers 200\n/o /%2e%2e/secret 200\n/m /none.txt 200\n",
  );
  const { handler } = site({ "b.txt": "b", "folder/index.html": "in it", "_headers": "x", "404.html": "none" }, {
    rules,
  });
  const results: Record<string, string> = {};
  for (const target of ["/a", "/f", "/r", "/o", "/m"]) {
    const { status, text } = await ask(handler, target);
    results[target] = `${status} ${text}`;
  }
  assertEquals(results, { "/a": "200 b", "/f": "200 in it", "/r": "404 none", "/o": "404 none", "/m": "404 none" });
});

Deno.test("staticFiles keeps an answer for 600 ms, and then looks at the disk again", async () => {
  const { store, time, handler } = site({ "a.txt": "old" });
  await ask(handler, "/a.txt");
  store.set("a.txt", "new");
  time.nowMs = 599;
  assertEquals((await ask(handler, "/a.txt")).text, "old");
  time.nowMs = 600;
  assertEquals((await ask(handler, "/a.txt")).text, "new");
});

Deno.test("staticFiles counts what was compressed later for the cache, which then has to let something go", async () => {
  // Hex digits of no order: about half as long when they are compressed.
  let state = 1;
  const text = Array.from({ length: 20_000 }, () => ((state = state * 16_807 % 2_147_483_647) % 16).toString(16)).join(
    "",
  );
  const files = { "a.txt": text, "b.txt": text, "c.txt": text, "d.txt": text };
  const { store, handler } = site(files, { cachedFileBytesMax: 30_000, cacheBytesMax: 110_000 });
  const openedFor = async (...codings: string[]) => {
    for (const coding of codings) await ask(handler, "/d.txt", { fields: { "Accept-Encoding": coding } });
    store.opened.length = 0;
    for (const target of ["/a.txt", "/b.txt", "/c.txt"]) await ask(handler, target);
    return store.opened.length;
  };
  for (const name of Object.keys(files)) await ask(handler, `/${name}`);
  assertEquals(await openedFor("identity"), 0);
  assertEquals(await openedFor("br", "gzip") > 0, true);
});

Deno.test("staticFiles says nothing of the page in a 416 but how long it is, and keeps what is about the site", async () => {
  const { handler } = site({ "a.txt": "0123456789" }, { headers: [["X-Site", "1"]] });
  const { status, fields } = await ask(handler, "/a.txt", { fields: { "Range": "bytes=10-" } });
  assertEquals([status, fields["content-range"], fields["x-site"]], [416, "bytes */10", "1"]);
  const about = ["etag", "last-modified", "cache-control", "content-encoding"].filter((name) => name in fields);
  assertEquals(about, []);
});

Deno.test("staticFiles passes on the error of a disk, whether it looks for a file or puts an answer together", async () => {
  const { store, handler } = site({ "long.txt": LONG });
  assertEquals((await ask(handler, "/long.txt")).text, LONG);
  store.open = store.look = (): Promise<never> => Promise.reject(new Error("The disk failed"));
  for (const target of ["/long.txt", "/other.txt"]) {
    await assertRejects(async () => await ask(handler, target), Error, "The disk failed");
  }
});
