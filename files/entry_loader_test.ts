import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { EntryLoader, type Loaded } from "./entry_loader.ts";
import type { Wanted } from "./prepare_entry.ts";
import type { Fields, FileEntry } from "./file_entry.ts";
import type { FileInfo, FileStore, Found, HandOver, OpenFile, Seen } from "./file_store.ts";

/** Long ago, by the clock of these tests. */
const OLD_MS = 1_000_000, NOW_MS = 2_000_000;

/** Files in memory that change when a test says so, in a time that passes only when somebody waits. */
class Shelf implements FileStore {
  nowMs = NOW_MS;
  readonly counts = { open: 0, look: 0, names: 0, closed: 0 };
  /** What happens when a file is read. */
  onRead: () => void = () => {};
  readonly #files: Map<string, { text: string; atMs: number }> = new Map();
  #folderAtMs = OLD_MS;

  put(path: string, text: string, atMs = OLD_MS): void {
    if (!this.#files.has(path)) this.#folderAtMs = Math.max(this.#folderAtMs, atMs);
    this.#files.set(path, { text, atMs });
  }

  remove(path: string, atMs: number): void {
    this.#files.delete(path);
    this.#folderAtMs = atMs;
  }

  time = { now: () => this.nowMs, wait: (ms: number) => Promise.resolve(void (this.nowMs += ms)) };

  #infoOf(path: string): FileInfo | undefined {
    const file = this.#files.get(path);
    if (file === undefined) return undefined;
    const { text, atMs } = file;
    return {
      sizeBytes: text.length,
      mtimeMs: atMs,
      changedMs: atMs,
      links: 1,
      version: `${path}-${text.length}-${atMs}`,
    };
  }

  get #folderInfo(): FileInfo {
    const atMs = this.#folderAtMs;
    return { sizeBytes: 0, mtimeMs: atMs, changedMs: atMs, links: 1, version: `folder-${atMs}` };
  }

  look(path: string): Promise<Seen | { kind: "absent" }> {
    this.counts.look++;
    if (path === "") return Promise.resolve({ kind: "folder", info: this.#folderInfo });
    const info = this.#infoOf(path);
    return Promise.resolve(info === undefined ? { kind: "absent" } : { kind: "file", info });
  }

  open(path: string): Promise<Found> {
    this.counts.open++;
    const info = this.#infoOf(path);
    if (info === undefined) return Promise.resolve({ kind: "absent" });
    let offset = 0;
    const file: OpenFile = {
      info,
      seek: (to) => Promise.resolve(void (offset = to)),
      read: (into) => {
        const octets = new TextEncoder().encode(this.#files.get(path)?.text ?? "").subarray(
          offset,
          offset + into.length,
        );
        into.set(octets);
        offset += octets.length;
        this.onRead();
        return Promise.resolve(octets.length);
      },
      currentInfo: () => Promise.resolve(this.#infoOf(path) ?? { ...info, links: 0 }),
      close: () => void this.counts.closed++,
    };
    return Promise.resolve({ kind: "file", file });
  }

  glance(path: string): FileInfo | undefined {
    return path === "" ? this.#folderInfo : this.#infoOf(path);
  }

  names(): Promise<string[]> {
    this.counts.names++;
    return Promise.resolve([...this.#files.keys()]);
  }

  list = () => Promise.resolve([]);
}

const LONG = "A line that is long enough to get smaller.\n".repeat(20);

function wanted(path: string): Wanted {
  return {
    path,
    status: 200,
    isTranslatable: true,
    fields: (vary): Fields => vary.length === 0 ? {} : { Vary: vary.join(", ") },
  };
}

function setUp(files: Record<string, string>, contentBytesMax = 10_000) {
  const shelf = new Shelf();
  for (const [path, text] of Object.entries(files)) shelf.put(path, text);
  const loader = new EntryLoader(shelf, { contentBytesMax, time: shelf.time });
  // The clock of the server: far enough from one load to the next for the folder to be looked at again.
  let atMs = 0;
  const load = (path: string, known?: FileEntry, given: Parameters<EntryLoader["load"]>[3] = {}) =>
    loader.load(wanted(path), known, atMs += 1_000, given);
  return { shelf, loader, load };
}

function entryOf(loaded: Loaded): FileEntry {
  if (loaded.kind !== "entry") throw new Error(`It is ${loaded.kind}`);
  return loaded.entry;
}

function textOf({ identity }: FileEntry): string {
  return new TextDecoder().decode(identity.source.content ?? undefined);
}

Deno.test("EntryLoader reads a file once, and then only asks whether it is the same", async () => {
  const { shelf, load } = setUp({ "a.txt": "one" });
  const entry = entryOf(await load("a.txt"));
  assertEquals([textOf(entry), shelf.counts.open, shelf.counts.closed], ["one", 1, 1]);
  const before = entry.checkedAtMs;
  assert(entryOf(await load("a.txt", entry)) === entry);
  assertEquals([shelf.counts.open, entry.checkedAtMs], [1, before + 1_000]);
});

Deno.test("EntryLoader reads a file anew that changed, and one that changed a moment before it was read", async () => {
  const { shelf, load } = setUp({ "a.txt": "one" });
  const old = entryOf(await load("a.txt"));
  shelf.put("a.txt", "two", NOW_MS - 500);
  const young = entryOf(await load("a.txt", old));
  assertEquals([textOf(young), shelf.counts.open], ["two", 2]);
  assertNotEquals(young.identity.etag, old.identity.etag);
  // The same times may hide another change, so that it is read again, and is the same.
  assert(entryOf(await load("a.txt", young)) === young);
  assertEquals(shelf.counts.open, 3);
  shelf.nowMs += 10_000;
  const settled = entryOf(await load("a.txt", young));
  assertEquals([settled.identity.etag, shelf.counts.open], [young.identity.etag, 4]);
  assert(entryOf(await load("a.txt", settled)) === settled);
  assertEquals(shelf.counts.open, 4);
});

Deno.test("EntryLoader begins again with a file that changes while it is read, and gives up in the end", async () => {
  const { shelf, load } = setUp({ "a.txt": "one" });
  let changes = 1;
  shelf.onRead = () => {
    if (changes-- > 0) shelf.put("a.txt", `new ${changes}`, OLD_MS + 1_000 * changes + 1);
  };
  assertEquals(textOf(entryOf(await load("a.txt"))), "new 0");
  changes = 100;
  assertEquals(await load("a.txt"), { kind: "busy" });
  assertEquals(shelf.counts.open, shelf.counts.closed);
});

Deno.test("EntryLoader only looks at a file that is too long to be kept, and hands it over open", async () => {
  const { shelf, load } = setUp({ "a.txt": LONG }, 100);
  const handOver: HandOver = { path: "a.txt", file: undefined };
  const entry = entryOf(await load("a.txt", undefined, { handOver }));
  assertEquals([entry.identity.source.content, entry.contentBytes, entry.encoded], [null, 0, {
    br: null,
    zstd: null,
    gzip: null,
  }]);
  assertEquals([handOver.file !== undefined, shelf.counts.closed], [true, 0]);
  assertEquals(entry.identity.etag.startsWith("W/"), false);
  shelf.put("a.txt", LONG, NOW_MS - 500);
  assertEquals(entryOf(await load("a.txt")).identity.etag.startsWith("W/"), true);
});

Deno.test("EntryLoader takes compressed files beside a file that are not older than it", async () => {
  const { shelf, load } = setUp({ "a.css": LONG });
  shelf.put("a.css.br", "brotli", OLD_MS);
  shelf.put("a.css.gz", "gzip", OLD_MS - 1);
  const entry = entryOf(await load("a.css"));
  assertEquals(new TextDecoder().decode(entry.encoded.br!.source.content!), "brotli");
  // The older one is of another version; what the file is now can still be compressed.
  assertEquals([entry.encoded.gzip, entry.encoded.zstd], [undefined, null]);
  assertEquals(entry.identity.fields["Vary"], "Accept-Encoding");
  shelf.put("a.css.zst", "zstd", OLD_MS + 1);
  const more = entryOf(await load("a.css", entry));
  assertEquals(more.encoded.zstd?.source.path, "a.css.zst");
  assert(more.encoded.br!.source === entry.encoded.br!.source);
  shelf.remove("a.css.br", OLD_MS + 2);
  assertEquals(entryOf(await load("a.css", more)).encoded.br, undefined);
});

Deno.test("EntryLoader keeps what was compressed from the same octets", async () => {
  const { shelf, load } = setUp({ "a.css": LONG });
  const entry = entryOf(await load("a.css"));
  const { source } = entry.identity;
  entry.encoded.br = {
    ...entry.identity,
    coding: "br",
    source: { ...source, digest: "packed", content: new Uint8Array(3) },
  };
  shelf.put("a.css", LONG, OLD_MS + 5_000);
  const touched = entryOf(await load("a.css", entry));
  assertEquals([touched.encoded.br?.source.digest, touched.encoded.br?.etag], ["packed", '"packed-br"']);
  shelf.put("a.css", LONG.toUpperCase(), OLD_MS + 9_000);
  assertEquals(entryOf(await load("a.css", touched)).encoded.br, undefined);
});

Deno.test("EntryLoader does not forget that content does not get smaller, as long as it is the same", async () => {
  const { shelf, load } = setUp({ "a.css": LONG });
  const entry = entryOf(await load("a.css"));
  entry.encoded.br = null;
  shelf.put("a.css", LONG, OLD_MS + 5_000);
  const { br, gzip } = entryOf(await load("a.css", entry)).encoded;
  assertEquals([br, gzip], [null, undefined]);
});

Deno.test("EntryLoader finds the translations of a page, and its own language, however long it is", async () => {
  for (const contentBytesMax of [10_000, 10]) {
    const { shelf, load } = setUp(
      { "a.html": '<!DOCTYPE html><html lang="en">', "a.fr.html": "", "b.html": '<html lang="en">' },
      contentBytesMax,
    );
    const entry = entryOf(await load("a.html"));
    assertEquals([entry.ownLanguage, entry.translations.map(({ name }) => name)], ["en", ["a.fr.html"]]);
    assertEquals(entry.identity.fields["Content-Language"], "en");
    // Of a page in one language only nobody asks which.
    const { translations, ownLanguage, identity } = entryOf(await load("b.html"));
    assertEquals([translations, ownLanguage, "Content-Language" in identity.fields], [[], undefined, false]);
    shelf.put("a.de.html", "", OLD_MS + 1);
    assertEquals(entryOf(await load("a.html", entry)).translations.length, 2);
  }
});

Deno.test("EntryLoader reads a folder once for all files in it, as long as it is the same", async () => {
  const { shelf, loader, load } = setUp({ "a.txt": "a", "b.txt": "b" });
  await Promise.all(["a.txt", "b.txt"].map((path) => loader.load(wanted(path), undefined, 10)));
  assertEquals(shelf.counts, { open: 2, closed: 2, look: 1, names: 1 });
  await load("a.txt");
  assertEquals([shelf.counts.names, shelf.counts.look], [1, 2]);
});

Deno.test("EntryLoader passes on what is not there, and that no descriptor is left", async () => {
  const { shelf, load } = setUp({});
  assertEquals(await load("none"), { kind: "absent" });
  shelf.open = () => Promise.reject(new Deno.errors.Busy("none left"));
  await assertRejects(() => load("a.txt"), Deno.errors.Busy);
});

Deno.test("EntryLoader.isStill sees at a glance that a file and what lies beside it are the same, or that they are not", async () => {
  const { shelf, load, loader } = setUp({ "a.css": LONG, "a.css.br": "brotli" });
  let entry = entryOf(await load("a.css"));
  const { counts } = shelf, before = { ...counts };
  assertEquals([loader.isStill(entry, 1_700), entry.checkedAtMs, counts], [true, 1_700, before]);
  shelf.put("a.css.br", "other", OLD_MS + 1);
  assertEquals(loader.isStill(entry, 2_400), false);
  entry = entryOf(await load("a.css", entry));
  shelf.put("a.css.gz", "gzip", OLD_MS + 2);
  assertEquals(loader.isStill(entry, 2_700), false);
  entry = entryOf(await load("a.css", entry));
  assertEquals(loader.isStill(entry, 3_700), true);
  shelf.put("a.css", "new", OLD_MS + 3);
  assertEquals([loader.isStill(entry, 4_400), entry.checkedAtMs], [false, 3_700]);
});
