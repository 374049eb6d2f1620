import { assert, assertEquals } from "@std/assert";
import { memoryFiles } from "./memory_files.ts";

const store = memoryFiles({ "a.txt": "abc", "sub/b.txt": new Uint8Array([98]) });

Deno.test("memoryFiles knows files and folders, at a look and at a glance", async () => {
  for (
    const [path, kind, sizeBytes] of [
      ["a.txt", "file", 3],
      ["sub/b.txt", "file", 1],
      ["sub", "folder", 0],
      ["sub/", "folder", 0],
      ["", "folder", 0],
      ["su", "absent", undefined],
      ["a.txt/", "absent", undefined],
    ]
  ) {
    const seen = await store.look(`${path}`);
    assertEquals([seen.kind, store.glance(`${path}`)?.sizeBytes], [kind, sizeBytes], `${path}`);
    assertEquals((await store.open(`${path}`)).kind, kind);
  }
});

Deno.test("memoryFiles reads from where it was told to, to the end", async () => {
  const found = await store.open("a.txt");
  assert(found.kind === "file");
  const into = new Uint8Array(2);
  assertEquals([await found.file.read(into), ...into], [2, 97, 98]);
  assertEquals([await found.file.read(into), await found.file.read(into)], [1, 0]);
  await found.file.seek(1);
  assertEquals([await found.file.read(into), ...into], [2, 98, 99]);
  assertEquals(await found.file.currentInfo(), found.file.info);
});

Deno.test("memoryFiles names and lists what is in a folder", async () => {
  assertEquals((await store.names(""))!.sort(), ["a.txt", "sub"]);
  assertEquals(await store.names("sub/"), ["b.txt"]);
  const listed = await store.list("", ["a.txt", "sub", "none"]);
  assertEquals(listed.map(({ name, isFolder, sizeBytes }) => [name, isFolder, sizeBytes]), [
    ["a.txt", false, 3],
    ["sub", true, 0],
  ]);
});

Deno.test("memoryFiles tells of times that nobody knows, and of one name", async () => {
  const info = { sizeBytes: 3, mtimeMs: 0, changedMs: 0, links: 1, version: "3" };
  assertEquals(await store.look("a.txt"), { kind: "file", info });
  const found = await store.open("a.txt");
  assertEquals(found.kind === "file" && [found.file.info, await found.file.currentInfo()], [info, info]);
});
