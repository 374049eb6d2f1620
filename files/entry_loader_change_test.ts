import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { EntryLoader } from "./entry_loader.ts";
import type { Wanted } from "./prepare_entry.ts";
import type { FileEntry } from "./file_entry.ts";
import type { FileStore, OpenFile } from "./file_store.ts";
import { ChangingFiles } from "./testing/changing_files.ts";

const want = (path: string): Wanted => ({
  path,
  status: 200,
  fields: (vary) => ({ "Content-Type": "text/css", "Vary": vary.join() }),
  isTranslatable: true,
});

async function loaded(loader: EntryLoader, path: string, known?: FileEntry, nowMs = 0): Promise<FileEntry> {
  const result = await loader.load(want(path), known, nowMs);
  if (result.kind !== "entry") throw new Error(`It is ${result.kind}`);
  return result.entry;
}

Deno.test("EntryLoader keeps an entry whose file is the same, and opens nothing for it", async () => {
  const store = new ChangingFiles({ "a.css": "a{}", "a.css.br": "br" }),
    loader = new EntryLoader(store, { contentBytesMax: 1_000 });
  const entry = await loaded(loader, "a.css");
  store.opened.length = 0;
  assertStrictEquals(await loaded(loader, "a.css", entry, 600), entry);
  assertEquals([entry.checkedAtMs, store.opened, store.openCount], [600, [], 0]);
});

Deno.test("EntryLoader makes an entry anew for other content, and for what came or went beside it", async () => {
  const store = new ChangingFiles({ "a.css": "a{}" }), loader = new EntryLoader(store, { contentBytesMax: 1_000 });
  const first = await loaded(loader, "a.css");
  assertEquals(first.encoded.zstd, null);
  store.set("a.css.zst", "zst");
  const second = await loaded(loader, "a.css", first, 1_000);
  assertEquals([second === first, second.encoded.zstd?.sizeBytes], [false, 3]);
  store.set("a.css", "b{}");
  const third = await loaded(loader, "a.css", second, 2_000);
  // What lies beside it is older now, and not of this content.
  assertEquals([third.encoded.zstd, third.identity.etag === second.identity.etag], [null, false]);
});

Deno.test("EntryLoader looks at a folder once in 250 ms", async () => {
  const store = new ChangingFiles({ "f/a.css": "a{}", "f/b.css": "b{}" }),
    loader = new EntryLoader(store, { contentBytesMax: 1_000 });
  let looks = 0;
  store.before = (call, path) => {
    if (call === "look" && path === "f/") looks++;
  };
  await loaded(loader, "f/a.css");
  await loaded(loader, "f/b.css", undefined, 249);
  assertEquals(looks, 1);
  await loaded(loader, "f/b.css", undefined, 250);
  assertEquals(looks, 2);
});

Deno.test("EntryLoader forgets the folder that was known longest when there are more than 64", async () => {
  const names = Array.from({ length: 65 }, (_, i) => `f${i}/a.txt`);
  const store = new ChangingFiles(Object.fromEntries(names.map((name) => [name, "a"])));
  const loader = new EntryLoader(store, { contentBytesMax: 1_000 }), looked: string[] = [];
  for (const name of names) await loaded(loader, name);
  store.before = (call, path) => {
    if (call === "look") looked.push(path);
  };
  await loaded(loader, "f1/a.txt");
  assertEquals(looked, []);
  await loaded(loader, "f0/a.txt");
  assertEquals(looked, ["f0/"]);
});

Deno.test("EntryLoader does not remember a folder that could not be looked at", async () => {
  const store = new ChangingFiles({ "f/a.css": "a{}" }), loader = new EntryLoader(store, { contentBytesMax: 1_000 });
  store.before = (call, path) => {
    if (call === "look" && path === "f/") throw new Deno.errors.Busy("No file descriptor is left");
  };
  const failure = await loader.load(want("f/a.css"), undefined, 0).then(() => undefined, (error) => error);
  assert(failure instanceof Deno.errors.Busy);
  store.before = () => {};
  assertEquals((await loaded(loader, "f/a.css")).path, "f/a.css");
});

/** A file that is written to whenever somebody reads it. */
function restless(): FileStore & { opened: number; closed: number } {
  const info = { sizeBytes: 1, mtimeMs: 1, changedMs: 1, links: 1, version: "1" };
  const store = {
    opened: 0,
    closed: 0,
    look: () => Promise.resolve({ kind: "file" as const, info }),
    glance: () => undefined,
    names: () => Promise.resolve([]),
    list: () => Promise.resolve([]),
    open: () => {
      if (++store.opened > 100) throw new Error("It never gives up");
      let changes = 0;
      const file: OpenFile = {
        info,
        seek: () => Promise.resolve(),
        read: () => Promise.resolve(1),
        currentInfo: () => Promise.resolve({ ...info, mtimeMs: ++changes + 1 }),
        close: () => void store.closed++,
      };
      return Promise.resolve({ kind: "file" as const, file });
    },
  };
  return store;
}

Deno.test("EntryLoader reads a file that changes while it is read four times, and then says that it is busy", async () => {
  const store = restless(), loader = new EntryLoader(store, { contentBytesMax: 1_000 });
  assertEquals(await loader.load(want("a.txt"), undefined, 0), { kind: "busy" });
  assertEquals([store.opened, store.closed], [4, 4]);
});

Deno.test("EntryLoader leaves a compressed file aside that was replaced by an older one between look and open", async () => {
  const store = new ChangingFiles({ "a.css.br": "old", "a.css": "a{}", "b": "" });
  const loader = new EntryLoader(store, { contentBytesMax: 1_000 }), older = await store.look("a.css.br");
  const look = store.look.bind(store);
  store.look = async (path) => {
    const seen = await look(path);
    if (path !== "a.css.br" || seen.kind !== "file" || older.kind !== "file") return seen;
    return { kind: "file", info: { ...seen.info, mtimeMs: Date.now() } };
  };
  assertEquals((await loaded(loader, "a.css")).encoded.br, undefined);
  assert(store.opened.includes("a.css.br"));
});

Deno.test("EntryLoader makes a page's entry anew when it has other translations", async () => {
  const page = '<html lang="en">', store = new ChangingFiles({ "a.html": page, "a.fr.html": page });
  const loader = new EntryLoader(store, { contentBytesMax: 1_000 }), first = await loaded(loader, "a.html");
  assertEquals(first.translations.map(({ language }) => language), ["fr"]);
  store.delete("a.fr.html");
  store.set("a.de.html", page);
  const second = await loaded(loader, "a.html", first, 1_000);
  assertEquals(second.translations.map(({ language }) => language), ["de"]);
  assertEquals([first.ownLanguage, second === first], ["en", false]);
});
