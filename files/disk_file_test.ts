import { assertEquals } from "@std/assert";
import { mayRunPrograms } from "../tests/program.ts";
import { temporaryFolder } from "../tests/tools.ts";
import { DiskInfo } from "./disk_file.ts";
import { diskFiles } from "./disk_files.ts";
import type { OpenFile } from "./file_store.ts";

// On disk: left out where that may not be written to.
const onDisk = { ignore: !mayRunPrograms };

Deno.test({
  ...onDisk,
  name: "DiskFile.seek moves to an offset from wherever the handle stands, before its first use, too",
  async fn() {
    await using folder = await temporaryFolder();
    await Deno.writeTextFile(`${folder.path}/a.txt`, "012345");
    const store = await diskFiles(folder.path);
    const before: Record<string, (file: OpenFile) => unknown> = {
      "nothing": () => {},
      "a seek": (file) => file.seek(4),
      "a read": (file) => file.read(new Uint8Array(3)),
      "a read at once": (file) => file.readNow!(new Uint8Array(3)),
    };
    for (const [name, use] of Object.entries(before)) {
      for (const offset of [0, 1, 2]) {
        const found = await store.open("a.txt");
        if (found.kind !== "file") throw new Error(found.kind);
        await use(found.file);
        found.file.seek(offset);
        const room = new Uint8Array(8), count = await found.file.read(room);
        found.file.close();
        assertEquals(new TextDecoder().decode(room.subarray(0, count)), "012345".slice(offset), `${name}, ${offset}`);
      }
    }
  },
});

Deno.test({
  ...onDisk,
  name: "DiskInfo.version changes with size, times and identity, and with nothing else",
  async fn() {
    await using folder = await temporaryFolder();
    const stat = await Deno.stat(folder.path), time = new Date(1_000);
    const version = (changes: Partial<Deno.FileInfo>) => new DiskInfo({ ...stat, ...changes }).version;
    const all = [{}, { size: -1 }, { mtime: time }, { ctime: time }, { dev: -1 }, { ino: -1 }].map(version);
    assertEquals(new Set(all).size, all.length);
    assertEquals(version({ atime: time, nlink: 7, mode: 0 }), version({}));
  },
});
