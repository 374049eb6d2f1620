/** What an entry loader says where times are late, folders are not there, and files never rest. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { EntryLoader } from "./entry_loader.ts";
import type { Wanted } from "./prepare_entry.ts";
import type { FileEntry } from "./file_entry.ts";
import type { FileInfo, FileStore, OpenFile, Seen } from "./file_store.ts";
import { memoryFiles } from "./memory_files.ts";

/** The clock when the server has run for weeks. */
const LATE_MS = 3_000_000_000;

const want = (path: string, isTranslatable = true): Wanted => ({
  path,
  status: 200,
  fields: (vary) => ({ "Content-Type": "text/css", "Vary": vary.join() }),
  isTranslatable,
});

/** Files in memory, with a note of each question. */
function asked(files: Record<string, string>): FileStore & { questions: string[] } {
  const store = memoryFiles(files), questions: string[] = [];
  return {
    questions,
    open: (path) => (questions.push(`open ${path}`), store.open(path)),
    look: (path) => (questions.push(`look ${path}`), store.look(path)),
    glance: (path) => (questions.push(`glance ${path}`), store.glance(path)),
    names: (path) => store.names(path),
    list: (path, names) => store.list(path, names),
  };
}

async function loaded(loader: EntryLoader, wanted: Wanted, nowMs = LATE_MS): Promise<FileEntry> {
  const result = await loader.load(wanted, undefined, nowMs);
  if (result.kind !== "entry") throw new Error(`It is ${result.kind}`);
  return result.entry;
}

Deno.test("EntryLoader.isStill asks for a file each time, and for its folder once in 250 ms, however late it is", async () => {
  const store = asked({ "sub/a.css": "a{}" }), loader = new EntryLoader(store, { contentBytesMax: 1_000 });
  const entry = await loaded(loader, want("sub/a.css"));
  const questionsAt = (ms: number) => {
    store.questions.length = 0;
    assertEquals([loader.isStill(entry, LATE_MS + ms), entry.checkedAtMs], [true, LATE_MS + ms]);
    return store.questions.join();
  };
  assertEquals(questionsAt(249), "glance sub/a.css");
  assertEquals(questionsAt(250), "glance sub/a.css,glance sub/");
  assertEquals(questionsAt(499), "glance sub/a.css");
  assertEquals(questionsAt(299_999), "glance sub/a.css,glance sub/");
  assertEquals(loader.isStill(entry, LATE_MS + 299_999 + 300_001), false);
});

Deno.test("EntryLoader looks at a folder once in 250 ms when it has run for weeks, too", async () => {
  const store = asked({ "a.css": "a{}", "b.css": "b{}" }), loader = new EntryLoader(store, { contentBytesMax: 1_000 });
  await loaded(loader, want("a.css"));
  await loaded(loader, want("b.css"), LATE_MS + 249);
  assertEquals(store.questions.filter((it) => it === "look "), ["look "]);
});

Deno.test("EntryLoader.isStill cannot say it of a folder that was not looked at, or whose look is under way", async () => {
  const store = asked({ "a.css": "a{}", "b.css": "b{}" }), loader = new EntryLoader(store, { contentBytesMax: 1_000 });
  const entry = await loaded(loader, want("a.css"));
  assertEquals(new EntryLoader(store, { contentBytesMax: 1_000 }).isStill(entry, LATE_MS + 1), false);
  const gate = Promise.withResolvers<void>(), look = store.look;
  const looking = Promise.withResolvers<void>();
  store.look = async (path) => {
    if (path === "") {
      looking.resolve();
      await gate.promise;
    }
    return await look(path);
  };
  const other = loaded(loader, want("b.css"), LATE_MS + 250);
  await looking.promise;
  assertEquals(loader.isStill(entry, LATE_MS + 251), false);
  gate.resolve();
  await other;
  assertEquals(loader.isStill(entry, LATE_MS + 251), true);
});

Deno.test("EntryLoader makes an entry of a file whose folder is gone by then, and is not sure of it", async () => {
  const store = asked({ "sub/a.css": "a{}" }),
    look = store.look,
    loader = new EntryLoader(store, { contentBytesMax: 1_000 });
  store.look = (path) => path === "sub/" ? Promise.resolve({ kind: "absent" } as unknown as Seen) : look(path);
  const entry = await loaded(loader, want("sub/a.css"));
  assertEquals([entry.folderVersion, entry.encoded.zstd], ["", null]);
  assertEquals(loader.isStill(entry, LATE_MS + 1), false);
});

Deno.test("EntryLoader leaves a compressed file aside that is gone when it is looked at, and opens none that is older", async () => {
  const store = asked({ "a.css": "a{}", "a.css.br": "br", "a.css.gz": "gz" }), look = store.look;
  const loader = new EntryLoader(store, { contentBytesMax: 1_000 });
  store.look = async (path) => {
    if (path === "a.css.br") return { kind: "absent" } as unknown as Seen;
    const seen = await look(path);
    if (path !== "a.css.gz" || seen.kind !== "file") return seen;
    return { kind: "file", info: { ...seen.info, mtimeMs: seen.info.mtimeMs - 1 } };
  };
  const { encoded } = await loaded(loader, want("a.css"));
  assertEquals([encoded.br, encoded.gzip], [undefined, undefined]);
  assertEquals(store.questions.filter((it) => it.startsWith("open")), ["open a.css"]);
});

Deno.test("EntryLoader looks for translations of a page that may have some, and of no other file", async () => {
  const page = '<html lang="en">', files = { "a.html": page, "a.fr.html": page, "a.css": "a{}", "a.fr.css": "a{}" };
  const loader = new EntryLoader(asked(files), { contentBytesMax: 1_000 });
  const languages = async (wanted: Wanted) =>
    (await loaded(loader, wanted)).translations.map(({ language }) => language);
  assertEquals(await languages(want("a.html")), ["fr"]);
  assertEquals(await languages(want("a.html", false)), []);
  assertEquals(await languages(want("a.css")), []);
});

Deno.test("EntryLoader reads the language of a page that is too long to be kept from its first octets", async () => {
  const page = `<html lang="fr">${"x".repeat(2_000)}`;
  const loader = new EntryLoader(asked({ "a.html": page, "a.de.html": page }), { contentBytesMax: 1_000 });
  const entry = await loaded(loader, want("a.html"));
  assertEquals([entry.identity.source.content, entry.ownLanguage], [null, "fr"]);
});

Deno.test("EntryLoader reads files of up to so many octets whole, and none that is longer, for compression, too", async () => {
  for (const [contentBytesMax, isRead] of [[3, true], [2, false]] as const) {
    const store = asked({ "a.css": "a{}" });
    const { encoded } = await loaded(new EntryLoader(store, { contentBytesMax }), want("a.css"));
    assertEquals(encoded.gzip, isRead ? undefined : null);
    // Where there is no room only what is known of it is kept, until somebody wants it compressed.
    const loader = new EntryLoader(store, { contentBytesMax, hasRoom: () => false });
    const known = await loaded(loader, want("a.css"));
    const again = await loader.load(want("a.css"), known, LATE_MS, { isForCompression: true });
    if (again.kind !== "entry") throw new Error(`It is ${again.kind}`);
    assertEquals([known.identity.source.content, again.entry.identity.source.content === null], [null, !isRead]);
  }
});

/** A file that is read in a time of its own, and changes as a test says. */
function oneFile(info: FileInfo, onRead: () => void, currentInfo: () => FileInfo): FileStore {
  const store = memoryFiles({ "a.txt": "a" });
  return {
    ...{ look: store.look.bind(store), glance: store.glance.bind(store) },
    ...{ names: store.names.bind(store), list: store.list.bind(store) },
    open: () => {
      const file: OpenFile = {
        info,
        seek: () => Promise.resolve(),
        read: (into) => {
          onRead();
          into[0] = 0x61;
          return Promise.resolve(1);
        },
        currentInfo: () => Promise.resolve(currentInfo()),
        close: () => {},
      };
      return Promise.resolve({ kind: "file", file });
    },
  };
}

const INFO: FileInfo = { sizeBytes: 1, mtimeMs: 0, changedMs: 0, links: 1, version: "1" };

Deno.test("EntryLoader says that a file is busy that is written to all the time", async () => {
  let nowMs = 1_000_000, reads = 0;
  const time = { now: () => nowMs, wait: (ms: number) => Promise.resolve(void (nowMs += ms)) };
  const info = () => ({ ...INFO, mtimeMs: nowMs });
  const loader = new EntryLoader(oneFile(info(), () => reads++, info), { contentBytesMax: 1_000, time });
  assertEquals(await loader.load(want("a.txt"), undefined, 0), { kind: "busy" });
  assertEquals([reads, nowMs >= 1_001_000, nowMs < 1_002_000], [0, true, true]);
});

Deno.test("EntryLoader counts the age of a file that changed while it was read from the time when it is read again", async () => {
  let nowMs = 1_000_000, reads = 0;
  const time = { now: () => nowMs, wait: (ms: number) => Promise.resolve(void (nowMs += ms)) };
  const info = { ...INFO, mtimeMs: nowMs - 1_500, changedMs: nowMs - 1_500 };
  const onRead = () => {
    reads++;
    nowMs += 1_000;
  };
  // Once it has another length when it was read.
  const currentInfo = () => ({ ...info, sizeBytes: reads === 1 ? 2 : 1 });
  const entry = await loaded(
    new EntryLoader(oneFile(info, onRead, currentInfo), { contentBytesMax: 1_000, time }),
    want("a.txt"),
  );
  // It was 1.5 s old when it was asked for first, and a change might still have looked the same; now it is 2.5 s old.
  assertEquals([reads, entry.identity.source.isSettled], [2, true]);
  assertStrictEquals(entry.identity.source.info, info);
});

Deno.test("At most 16 rooms wait for content that is read and not kept", async () => {
  const names = Array.from({ length: 18 }, (_, i) => `${i}.txt`);
  const files = memoryFiles(Object.fromEntries(names.map((name) => [name, "a"])));
  /** Reads all files at the same time; returns the rooms that were read into. */
  const rooms = async (): Promise<ArrayBufferLike[]> => {
    const gate = Promise.withResolvers<void>(), used: ArrayBufferLike[] = [];
    const store: FileStore = {
      ...files,
      open: async (path) => {
        const found = await files.open(path);
        if (found.kind !== "file") return found;
        const { file } = found, read = file.read.bind(file);
        file.read = async (into) => {
          used.push(into.buffer);
          await gate.promise;
          return await read(into);
        };
        return found;
      },
    };
    const loader = new EntryLoader(store, { contentBytesMax: 1_000, hasRoom: () => false });
    const loading = names.map((name) => loaded(loader, want(name)));
    while (used.length < names.length) await new Promise((resolve) => setImmediate(resolve));
    gate.resolve();
    await Promise.all(loading);
    return used;
  };
  const first = new Set(await rooms());
  assertEquals(first.size, 18);
  assertEquals((await rooms()).filter((room) => first.has(room)).length, 16);
});
