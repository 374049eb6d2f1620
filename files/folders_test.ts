import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { FileInfo, FileStore } from "./file_store.ts";
import { Folders } from "./folders.ts";
import { memoryFiles } from "./memory_files.ts";

/** Time of day at which all happens, and the clock's time, which is another. */
const NOW_MS = 1_000_000, LATE_MS = 3_000_000_000;

/** A folder that a test changes, with a note of each question. */
function setUp() {
  const questions: string[] = [];
  const folder = { version: "1", changedMs: 0, names: ["a.css", "a.css.gz", "b.br", "c.html", "c.fr.html"] };
  const info = (): FileInfo => ({ sizeBytes: 0, mtimeMs: 0, links: 1, ...folder });
  const store: FileStore = {
    ...memoryFiles({}),
    look: (path) => {
      questions.push(`look ${path}`);
      return Promise.resolve(folder.version === "" ? { kind: "absent" } : { kind: "folder", info: info() });
    },
    glance: (path) => (questions.push(`glance ${path}`), info()),
    names: (path) => (questions.push(`names ${path}`), Promise.resolve(folder.names)),
  };
  const folders = new Folders(store, { now: () => NOW_MS, wait: () => Promise.resolve() });
  return { folder, folders, questions, store };
}

Deno.test("Folders tell which files may hold others' content compressed, and which are translations", async () => {
  const { folders } = setUp(), { encoded, pages, version, isSettled } = await folders.get("sub/", LATE_MS);
  assertEquals([[...encoded], version, isSettled], [["a.css.gz", "b.br"], "1", true]);
  assertEquals([...pages.keys()], ["c.html"]);
});

Deno.test("Folders look once in 250 ms, and read the names only of one that changed", async () => {
  const { folder, folders, questions } = setUp();
  const first = await folders.get("sub/", LATE_MS);
  assertStrictEquals(await folders.get("sub/", LATE_MS + 249), first);
  assertEquals(questions.splice(0), ["look sub/", "names sub/"]);
  assertStrictEquals(await folders.get("sub/", LATE_MS + 250), first);
  assertEquals(questions.splice(0), ["look sub/"]);
  folder.version = "2";
  folder.names = ["d.zst"];
  assertEquals([...(await folders.get("sub/", LATE_MS + 500)).encoded], ["d.zst"]);
  assertEquals(questions.splice(0), ["look sub/", "names sub/"]);
});

Deno.test("Folders read the names each time of one that changed a moment ago, and have no version of it", async () => {
  const { folder, folders, questions } = setUp();
  folder.changedMs = NOW_MS - 2_000;
  await folders.get("", LATE_MS);
  assertEquals(folders.versionOf("", LATE_MS), undefined);
  await folders.get("", LATE_MS + 250);
  assertEquals(questions, ["look ", "names ", "look ", "names "]);
});

Deno.test("Folders.versionOf glances once in 250 ms, and knows nothing of what is another by now or was never seen", async () => {
  const { folder, folders, questions } = setUp();
  assertEquals(folders.versionOf("sub/", LATE_MS), undefined);
  const looking = folders.get("sub/", LATE_MS);
  assertEquals(folders.versionOf("sub/", LATE_MS), undefined);
  await looking;
  questions.length = 0;
  assertEquals([folders.versionOf("sub/", LATE_MS + 249), questions], ["1", []]);
  assertEquals([folders.versionOf("sub/", LATE_MS + 250), questions], ["1", ["glance sub/"]]);
  assertEquals([folders.versionOf("sub/", LATE_MS + 499), questions.length], ["1", 1]);
  folder.version = "2";
  assertEquals(folders.versionOf("sub/", LATE_MS + 500), undefined);
});

Deno.test("Folders know of what is no folder that nothing is there, and forget what could not be looked at", async () => {
  const { folder, folders, store } = setUp();
  folder.version = "";
  const { encoded, pages, version } = await folders.get("gone/", LATE_MS);
  assertEquals([encoded.size, pages.size, version], [0, 0, ""]);
  const look = store.look;
  store.look = () => Promise.reject(new Deno.errors.Busy("No file descriptor is left"));
  await assertRejects(() => folders.get("sub/", LATE_MS), Deno.errors.Busy);
  store.look = look;
  folder.version = "1";
  assertEquals((await folders.get("sub/", LATE_MS)).version, "1");
});
