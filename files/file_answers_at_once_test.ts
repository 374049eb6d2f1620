/** Answers whose content had to make room: read at once, and kept again where the cache says so. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { FileSlice, HttpResponse } from "../http1/message.ts";
import { ask, type Asked, requestOf } from "../tests/handler_client.ts";
import { EntryLoader } from "./entry_loader.ts";
import { FileAnswers } from "./file_answers.ts";
import { type Fields, type FileEntry, withoutContent } from "./file_entry.ts";
import type { FileInfo, FileStore, OpenFile } from "./file_store.ts";
import { memoryFiles } from "./memory_files.ts";

const TEXT = "A line that is long enough to get smaller.\n".repeat(20);
const GZIP = { fields: { "Accept-Encoding": "gzip" } };

/** Files that open and read without a promise, and tell what a test says of them. */
class NowFiles {
  /** What every handle tells by now. */
  changes: Partial<FileInfo> = {};
  /** Whether a handle reads without a promise. */
  isQuick = true;
  /** Whether a handle tells nothing, as in a compiled program. */
  isDumb = false;
  openCount = 0;
  closedCount = 0;
  readonly openedNow: string[] = [];
  readonly #files: Record<string, string>;

  constructor(files: Record<string, string>) {
    this.#files = files;
  }

  get store(): FileStore {
    return { ...memoryFiles(this.#files), openNow: (path, info) => this.#openNow(path, info) };
  }

  #openNow(path: string, info: FileInfo): OpenFile {
    this.openedNow.push(path);
    this.openCount++;
    const octets = new TextEncoder().encode(this.#files[path]);
    let at = 0;
    const read = (into: Uint8Array) => {
      const piece = octets.subarray(at, at + into.length);
      into.set(piece);
      at += piece.length;
      return piece.length;
    };
    const current = () => {
      if (this.isDumb) throw new Deno.errors.NotSupported("The operation is not supported");
      return { ...info, ...this.changes };
    };
    return {
      info,
      seek: (to) => void (at = to),
      read: (into) => Promise.resolve(read(into)),
      readNow: (into) => this.isQuick ? read(into) : undefined,
      currentInfo: () => Promise.resolve({ ...info, ...this.changes }),
      currentInfoNow: current,
      close: () => void this.closedCount++,
    };
  }
}

/** Entries of files whose content had to make room, and a cache that takes back what a test says. */
async function setUp(files: Record<string, string>, { contentBytesMax = 10_000, deserves = true } = {}) {
  const now = new NowFiles(files), { store } = now;
  const wanted = {
    path: "a.txt",
    status: 200 as const,
    isTranslatable: true,
    fields: (vary: readonly string[]): Fields => vary.length === 0 ? {} : { "Vary": vary.join(", ") },
  };
  const loaded = await new EntryLoader(store, { contentBytesMax }).load(wanted, undefined, 0);
  if (loaded.kind !== "entry") throw new Error(loaded.kind);
  const full = loaded.entry, bare = withoutContent(full)!;
  const kept: [key: string, entry: FileEntry][] = [], questions: [key: string, bytes: number][] = [];
  const cache = {
    deserves: (key: string, bytes: number) => (questions.push([key, bytes]), deserves),
    set: (key: string, entry: FileEntry) => void kept.push([key, entry]),
    resize: () => {},
  };
  const answers = new FileAnswers({ store, cache, contentBytesMax });
  const of = (asked: Asked = {}, entry = bare) => answers.of(requestOf("/", asked), "key", entry);
  const get = (asked: Asked = {}, entry = bare) =>
    ask((request) => answers.of(request, "key", entry) as HttpResponse, "/", asked);
  return { now, full, bare, kept, questions, of, get };
}

function textOf({ content }: HttpResponse): string {
  assert(content instanceof Uint8Array);
  return new TextDecoder().decode(content);
}

Deno.test("FileAnswers keeps content again that the cache says it deserves, and answers with it at once", async () => {
  const { now, full, bare, kept, questions, of } = await setUp({ "a.txt": TEXT });
  const answer = of() as HttpResponse;
  assertEquals([textOf(answer), answer.head], [TEXT, full.identity.ok.head]);
  assertEquals(questions, [["key", 1_024 + TEXT.length]]);
  assertEquals([now.openCount, now.closedCount], [1, 1]);
  const [[key, entry]] = kept;
  assertEquals([kept.length, key, entry.contentBytes], [1, "key", full.contentBytes]);
  assertEquals(new TextDecoder().decode(entry.identity.source.content!), TEXT);
  // The next one is answered from memory, and what was kept before is as it was.
  assertStrictEquals((of({}, entry) as HttpResponse).content, answer.content);
  assertEquals([now.openCount, bare.identity.source.content, bare.contentBytes], [1, null, 0]);
});

Deno.test("FileAnswers keeps nothing that does not deserve it, and answers with the same octets", async () => {
  const { now, full, kept, get, of } = await setUp({ "a.txt": TEXT }, { deserves: false });
  const { text, isSync, fields } = await get();
  assertEquals([text, isSync, fields["etag"], fields["content-length"]], [
    TEXT,
    true,
    full.identity.etag,
    `${TEXT.length}`,
  ]);
  assertEquals([kept.length, now.openCount, now.closedCount], [0, 1, 1]);
  // It is read where it goes out, and asked of its handle once.
  const slice = (of() as HttpResponse).content as FileSlice, into = new Uint8Array(TEXT.length);
  assertEquals([slice.readAllNow!(into), new TextDecoder().decode(into)], [true, TEXT]);
});

Deno.test("FileAnswers keeps no part of a file, and gives it", async () => {
  const { now, kept, questions, get } = await setUp({ "a.txt": TEXT });
  const { status, text, isSync } = await get({ fields: { Range: "bytes=2-5" } });
  assertEquals([status, text, isSync], [206, "line", true]);
  assertEquals([kept, questions, now.openCount, now.closedCount], [[], [], 1, 1]);
});

Deno.test("FileAnswers opens nothing for HEAD, 304, 412 and 416", async () => {
  const { now, bare, get } = await setUp({ "a.txt": TEXT });
  assertEquals((await get({ method: "HEAD" })).fields["content-length"], `${TEXT.length}`);
  const several: [Record<string, string>, number][] = [
    [{ "If-None-Match": bare.identity.etag }, 304],
    [{ "If-Match": '"another"' }, 412],
    [{ Range: "bytes=9999-" }, 416],
  ];
  for (const [fields, status] of several) assertEquals((await get({ fields })).status, status);
  assertEquals(now.openCount, 0);
});

Deno.test("FileAnswers keeps content of up to its bound, and none that is an octet longer", async () => {
  for (const [contentBytesMax, isKept] of [[TEXT.length, true], [TEXT.length - 1, false]] as const) {
    const { kept, get, full } = await setUp({ "a.txt": TEXT }, { contentBytesMax });
    assertEquals(full.identity.source.content !== null, isKept);
    assertEquals([(await get()).text, kept.length], [TEXT, isKept ? 1 : 0]);
  }
});

Deno.test("FileAnswers keeps nothing of a file that is another by now, and sends none of it", async () => {
  for (const changes of [{ inode: 7 }, { sizeBytes: 1 }, { mtimeMs: 1 }]) {
    const { now, kept, of } = await setUp({ "a.txt": TEXT });
    now.changes = changes;
    const slice = (of() as HttpResponse).content as FileSlice;
    assertEquals([kept, await slice.read(new Uint8Array(10)), await slice.isUnchanged()], [[], 0, false]);
    slice.close();
    assertEquals([now.openCount, now.closedCount], [1, 1]);
  }
});

Deno.test("FileAnswers keeps nothing of a file that would have to be waited for, and gives it all the same", async () => {
  const { now, kept, get } = await setUp({ "a.txt": TEXT });
  now.isQuick = false;
  assertEquals([(await get()).text, kept.length], [TEXT, 0]);
  assertEquals([now.openCount, now.closedCount], [1, 1]);
});

Deno.test("FileAnswers looks at a part, and at a long file, before their heads go out", async () => {
  const long = "x".repeat(61_441);
  const cases = [[TEXT, { fields: { Range: "bytes=2-5" } }], [long, {}]] as const;
  for (const [text, asked] of cases) {
    for (const isDumb of [false, true]) {
      const { now, of } = await setUp({ "a.txt": text }, { contentBytesMax: 100_000 });
      now.isDumb = isDumb;
      now.changes = isDumb ? {} : { inode: 7 };
      // The way with promises opens it anew.
      const answer = of(asked);
      assert(answer instanceof Promise);
      assertEquals([now.openCount, now.closedCount], [1, 1]);
      ((await answer)!.content as FileSlice).close();
    }
  }
});

Deno.test("FileAnswers keeps a compressed file again that lies beside it, and leaves the file itself on disk", async () => {
  const { now, kept, get, full } = await setUp({ "a.txt": TEXT, "a.txt.gz": "compressed" });
  const { text, fields } = await get(GZIP);
  assertEquals([text, fields["content-encoding"], fields["etag"]], ["compressed", "gzip", full.encoded.gzip!.etag]);
  assertEquals([now.openedNow, now.closedCount, kept.length], [["a.txt.gz"], 1, 1]);
  const [, { identity, encoded, contentBytes }] = kept[0];
  assertEquals([identity.source.content, encoded.gzip?.sizeBytes, contentBytes], [null, 10, 1_034]);
});

Deno.test("FileAnswers leaves a file to be opened with a promise that might have changed without a trace", async () => {
  const { now, bare, get } = await setUp({ "a.txt": TEXT });
  const { identity } = bare;
  const young = { ...bare, identity: { ...identity, source: { ...identity.source, isSettled: false } } };
  const { isSync, text } = await get({}, young);
  assertEquals([isSync, text, now.openCount], [false, TEXT, 0]);
});

Deno.test("FileAnswers says that what is to be compressed has to be loaded with its content", async () => {
  const { now, of } = await setUp({ "a.txt": TEXT });
  assertEquals([await of(GZIP), now.openCount], [undefined, 0]);
});
