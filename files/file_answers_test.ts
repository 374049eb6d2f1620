import { assert, assertEquals } from "@std/assert";
import type { FileSlice, HttpResponse } from "../http1/message.ts";
import { ask, requestOf } from "../tests/handler_client.ts";
import { EntryLoader } from "./entry_loader.ts";
import { FileAnswers } from "./file_answers.ts";
import type { Fields, FileEntry } from "./file_entry.ts";
import type { FileStore, OpenFile } from "./file_store.ts";
import { memoryFiles } from "./memory_files.ts";

const LONG = "A line that is long enough to get smaller.\n".repeat(20);

/** An entry of a file in memory, and what answers with it; the file is opened anew where its content is not kept. */
async function setUp(
  { contentBytesMax = 10_000, status = 200 as 200 | 404, vary: own = [] as string[] | null } = {},
) {
  const store = memoryFiles({ "a.txt": LONG, "other.txt": LONG + "x" });
  let opened = 0, path = "a.txt";
  const counting: FileStore = { ...store, open: () => (opened++, store.open(path)) };
  const fields = (vary: readonly string[]): Fields => ({
    "X-A": "1",
    ...(own === null ? {} : { "Vary": [...own, ...vary].join(", ") }),
  });
  const wanted = { path: "a.txt", status, isTranslatable: true, fields };
  const loaded = await new EntryLoader(store, { contentBytesMax }).load(wanted, undefined, 0);
  if (loaded.kind !== "entry") throw new Error("There is no entry");
  const grown: [string, FileEntry][] = [];
  const resize = (key: string, entry: FileEntry) => void grown.push([key, entry]);
  const cache = { deserves: () => false, set: () => {}, resize };
  const answers = new FileAnswers({ store: counting, cache, contentBytesMax });
  return {
    entry: loaded.entry,
    answers,
    grown,
    openedCount: () => opened,
    /** Lets the path lead to another file. */
    swap: () => void (path = "other.txt"),
    get: (fields: Record<string, string> = {}, method = "GET") =>
      ask(async (request) => (await answers.of(request, "key", loaded.entry))!, "/", { fields, method }),
  };
}

Deno.test("FileAnswers gives the prepared answer without a promise, to whoever wants nothing special", async () => {
  const { answers, entry } = await setUp();
  assert(answers.of(requestOf("/"), "key", entry) === entry.identity.ok);
  const identity = { fields: { "Accept-Encoding": "identity" } };
  assert(answers.of(requestOf("/", identity), "key", entry) === entry.identity.ok);
  const same = { fields: { "If-None-Match": entry.identity.etag } };
  assert(answers.of(requestOf("/", same), "key", entry) === entry.identity.notModified);
});

Deno.test("FileAnswers compresses first, tells that the entry has grown, and is done with it", async () => {
  const { answers, entry, grown } = await setUp();
  const gzip = { fields: { "Accept-Encoding": "gzip" } };
  const first = answers.of(requestOf("/", gzip), "key", entry);
  assert(first instanceof Promise);
  assert(await first === entry.encoded.gzip!.ok);
  assert(answers.of(requestOf("/", gzip), "key", entry) === entry.encoded.gzip!.ok);
  assertEquals(grown.map(([key, it]) => [key, it === entry]), [["key", true]]);
});

Deno.test("FileAnswers checks conditions before ranges, and both for the coding that was chosen (RFC 9110 13.2.2)", async () => {
  const { get, entry } = await setUp();
  const accept = { "Accept-Encoding": "gzip" };
  const { content, fields } = await get(accept);
  const range = { Range: "bytes=2-5" };
  assertEquals((await get({ ...accept, ...range })).content, content.slice(2, 6));
  assertEquals((await get({ ...accept, ...range, "If-None-Match": fields["etag"] })).status, 304);
  assertEquals((await get({ ...accept, ...range, "If-Match": entry.identity.etag })).status, 412);
  assertEquals((await get({ ...accept, ...range, "If-Range": entry.identity.etag })).status, 200);
  assertEquals((await get({ ...accept, ...range, "If-Range": fields["etag"] })).status, 206);
  assertEquals((await get(range, "HEAD")).status, 200);
});

Deno.test("FileAnswers says 406 with Vary, and gives a page for what is missing to everybody", async () => {
  const none = { "Accept-Encoding": "*;q=0" };
  const { get } = await setUp();
  const refused = await get(none);
  assertEquals([refused.status, refused.fields["vary"], refused.fields["x-a"]], [406, "Accept-Encoding", "1"]);
  const missing = await setUp({ status: 404 });
  const several: Record<string, string>[] = [none, { Range: "bytes=0-1" }, { "If-None-Match": "*" }];
  for (const fields of several) {
    const { status, text } = await missing.get(fields);
    assertEquals([status, text], [404, LONG]);
  }
});

Deno.test("FileAnswers adds Accept-Encoding to the Vary of a 406 once", async () => {
  const expected: [own: string[] | null, vary: string][] = [
    [null, "Accept-Encoding"],
    [["Origin"], "Origin, Accept-Encoding"],
    [["Accept-Encoding", "Origin"], "Accept-Encoding, Origin"],
  ];
  for (const [vary, told] of expected) {
    // Content that is not kept has no codings, so that Vary says nothing of them by itself.
    const { get } = await setUp({ vary, contentBytesMax: 10 });
    const { status, fields } = await get({ "Accept-Encoding": "*;q=0" });
    assertEquals([status, fields["vary"]], [406, told]);
  }
});

Deno.test("FileAnswers opens a file for each answer whose content is not kept, and for HEAD not at all", async () => {
  const { get, openedCount } = await setUp({ contentBytesMax: 10 });
  assertEquals((await get()).text, LONG);
  assertEquals((await get({ Range: "bytes=2-5" })).text, "line");
  assertEquals(openedCount(), 2);
  assertEquals((await get({}, "HEAD")).fields["content-length"], `${LONG.length}`);
  assertEquals((await get({ "If-None-Match": "*" })).status, 304);
  assertEquals(openedCount(), 2);
});

Deno.test("FileAnswers takes the file that came with the entry, and none that is another by now", async () => {
  const { answers, entry, openedCount, swap } = await setUp({ contentBytesMax: 10 });
  const found = await memoryFiles({ "a.txt": LONG }).open("a.txt");
  assert(found.kind === "file");
  const kept = { path: "a.txt", file: found.file as OpenFile | undefined };
  const answer = await answers.of(requestOf("/"), "key", entry, kept) as HttpResponse;
  assertEquals([answer.contentLength, kept.file, openedCount()], [LONG.length, undefined, 0]);
  // Its length and validators came from this handle, so that it need not be asked before the first octet.
  let askedCount = 0;
  const { file } = found, currentInfo = file.currentInfo.bind(file), slice = answer.content as FileSlice;
  file.currentInfo = () => (askedCount++, currentInfo());
  assertEquals([await slice.read(new Uint8Array(5)), askedCount], [5, 0]);
  swap();
  assertEquals(await answers.of(requestOf("/"), "key", entry), undefined);
});

Deno.test("FileAnswers leaves up to 61,440 octets to be verified when they are read, and looks at a longer file before", async () => {
  for (const [bytes, isAtOnce] of [[61_440, true], [61_441, false]] as const) {
    const store = memoryFiles({ "a.bin": "x".repeat(bytes) }), found = await store.open("a.bin");
    if (found.kind !== "file") throw new Error(found.kind);
    // It is another one by now, and only whoever looks can see it.
    const changed = () => ({ ...found.file.info, sizeBytes: 1 });
    const openNow = () => ({ ...found.file, currentInfoNow: changed, currentInfo: () => Promise.resolve(changed()) });
    const wanted = { path: "a.bin", status: 200 as const, isTranslatable: true, fields: () => ({}) };
    const loaded = await new EntryLoader(store, { contentBytesMax: 10 }).load(wanted, undefined, 0);
    if (loaded.kind !== "entry") throw new Error(loaded.kind);
    const cache = { deserves: () => false, set: () => {}, resize: () => {} };
    const answers = new FileAnswers({ store: { ...store, openNow }, cache, contentBytesMax: 10 });
    const answer = answers.of(requestOf("/"), "key", loaded.entry);
    assertEquals(!(answer instanceof Promise), isAtOnce, `${bytes}`);
    await answer;
  }
});
