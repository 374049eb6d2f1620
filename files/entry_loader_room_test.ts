/** Entries of files whose content has no room: all that is said of a file is the same with its content and without. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { EntryLoader, type Given } from "./entry_loader.ts";
import type { Wanted } from "./prepare_entry.ts";
import { type FileEntry, withoutContent } from "./file_entry.ts";
import type { FileStore, HandOver } from "./file_store.ts";
import { memoryFiles } from "./memory_files.ts";

const TEXT = "A line that is long enough to get smaller.\n".repeat(20);
const FILES = {
  "a.txt": TEXT,
  "a.png": TEXT,
  "b.css": TEXT,
  "b.css.gz": "compressed",
  "index.html": `<html lang="en">${TEXT}`,
  "index.fr.html": `<html lang="fr">${TEXT}`,
};

const want = (path: string): Wanted => ({
  path,
  status: 200,
  isTranslatable: true,
  fields: (vary) => ({ "Vary": vary.join(", ") }),
});

/** A loader whose content has room or has not, and the files that it opens. */
function setUp(hasRoom?: (contentBytes: number) => boolean, contentBytesMax = 10_000) {
  const files = memoryFiles(FILES), opened: string[] = [];
  const store: FileStore = { ...files, open: (path) => (opened.push(path), files.open(path)) };
  const loader = new EntryLoader(store, { contentBytesMax, ...hasRoom && { hasRoom } });
  const load = async (path: string, known?: FileEntry, given: Given = {}): Promise<FileEntry> => {
    const loaded = await loader.load(want(path), known, 0, given);
    if (loaded.kind !== "entry") throw new Error(loaded.kind);
    return loaded.entry;
  };
  return { load, opened };
}

const none = () => false;

Deno.test("EntryLoader says the same of a file with its content and without", async () => {
  for (const path of Object.keys(FILES)) {
    const [full, bare] = [await setUp().load(path), await setUp(none).load(path)];
    for (const [before, now] of [[full.identity, bare.identity], [full.encoded.gzip, bare.encoded.gzip]]) {
      assertEquals([now?.etag, now?.fields, now?.sizeBytes], [before?.etag, before?.fields, before?.sizeBytes]);
      assertEquals(now?.ok.head, before?.ok.head);
      if (now) assert(now.source.content === null && before!.source.content !== null);
    }
    assertEquals([bare.contentBytes, bare.ownLanguage, bare.translations], [0, full.ownLanguage, full.translations]);
    // What could be compressed is known as such: it is made when it is asked for.
    const codings = ({ encoded }: FileEntry) => [encoded.br === null, encoded.zstd === null, encoded.gzip === null];
    assertEquals(codings(bare), codings(full));
  }
});

Deno.test("EntryLoader names in Vary what the answer depends on, whether it is kept or not", async () => {
  const expected: [path: string, vary: string][] = [
    ["a.txt", "Accept-Encoding"],
    ["a.png", ""],
    ["b.css", "Accept-Encoding"],
    ["index.html", "Accept-Encoding, Accept-Language"],
  ];
  for (const [path, vary] of expected) {
    for (const hasRoom of [undefined, none]) {
      assertEquals((await setUp(hasRoom).load(path)).identity.fields["Vary"], vary);
    }
  }
});

Deno.test("EntryLoader asks for room for the octets of the content, and not where it is too long to be kept", async () => {
  const asked: number[] = [];
  const hasRoom = (bytes: number) => (asked.push(bytes), true);
  assertEquals((await setUp(hasRoom, TEXT.length).load("a.txt")).contentBytes, 1_024 + TEXT.length);
  assertEquals(asked, [TEXT.length]);
  assertEquals((await setUp(hasRoom, TEXT.length - 1).load("a.txt")).identity.source.content, null);
  assertEquals(asked, [TEXT.length]);
});

Deno.test("EntryLoader loads content without room that could be compressed, for whoever takes it so", async () => {
  const given = { isForCompression: true };
  for (const [path, isLoaded] of [["a.txt", true], ["a.png", false]] as const) {
    const { identity } = await setUp(none).load(path, undefined, given);
    assertEquals(identity.source.content !== null, isLoaded);
  }
  // Content that is too long is not compressed either.
  const { identity } = await setUp(none, TEXT.length - 1).load("a.txt", undefined, given);
  assertEquals(identity.source.content, null);
});

Deno.test("EntryLoader reads again what had to make room, for whoever takes it compressed, and for nobody else", async () => {
  const { load, opened } = setUp(none);
  const bare = await load("a.txt");
  assertStrictEquals(await load("a.txt", bare), bare);
  assertEquals(opened, ["a.txt"]);
  const full = await load("a.txt", bare, { isForCompression: true });
  assertEquals([new TextDecoder().decode(full.identity.source.content!), opened.length], [TEXT, 2]);
  assertEquals([full.identity.etag, full.identity.fields], [bare.identity.etag, bare.identity.fields]);
  // With its content it is known, and not read a third time.
  assertStrictEquals(await load("a.txt", full, { isForCompression: true }), full);
  assertEquals(opened.length, 2);
  const pictures = setUp(none), picture = await pictures.load("a.png");
  assertStrictEquals(await pictures.load("a.png", picture, { isForCompression: true }), picture);
  assertEquals(pictures.opened, ["a.png"]);
});

Deno.test("EntryLoader keeps an entry whose content went as it is, and its compressed file beside it", async () => {
  const { load, opened } = setUp();
  const bare = withoutContent(await load("b.css"))!;
  assertStrictEquals(await load("b.css", bare), bare);
  assertEquals(opened, ["b.css", "b.css.gz"]);
});

Deno.test("EntryLoader hands over the handle of content without room, and closes the one that it has read", async () => {
  for (const hasRoom of [undefined, none]) {
    let closed = 0;
    const handOver: HandOver = { path: "a.txt", file: undefined };
    const files = memoryFiles(FILES);
    const store: FileStore = {
      ...files,
      open: async (path) => {
        const found = await files.open(path);
        if (found.kind === "file") found.file.close = () => void closed++;
        return found;
      },
    };
    const loader = new EntryLoader(store, { contentBytesMax: 10_000, ...hasRoom && { hasRoom } });
    await loader.load(want("a.txt"), undefined, 0, { handOver });
    assertEquals([handOver.file !== undefined, closed], hasRoom === undefined ? [false, 1] : [true, 0]);
  }
});
