/** What the system's errors mean: each is thrown by a stand-in for the system call, since a test seldom can cause it. */
import { assertEquals, assertRejects } from "@std/assert";
import { mayRunPrograms } from "../tests/program.ts";
import { temporaryFolder } from "../tests/tools.ts";
import { diskFiles } from "./disk_files.ts";
import type { FileStore } from "./file_store.ts";

/** An error as Deno gives it where it has no class of its own. */
function withCode(code: string): Error {
  return Object.assign(new Error(`os error: ${code}`), { code });
}

/** Lets a call of the system fail while something runs. */
async function failing<T>(name: "stat" | "readDir" | "open", error: Error, run: () => Promise<T>): Promise<T> {
  const real = Deno[name];
  Object.assign(Deno, {
    [name]: () => {
      throw error;
    },
  });
  try {
    return await run();
  } finally {
    Object.assign(Deno, { [name]: real });
  }
}

async function withStore(run: (store: FileStore) => Promise<void>): Promise<void> {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/a.txt`, "a");
  await run(await diskFiles(folder.path));
}

// On disk: left out where that may not be written to.
const onDisk = { ignore: !mayRunPrograms };

Deno.test({
  ...onDisk,
  name: "diskFiles takes errors that speak of the path as absent or forbidden",
  fn: () =>
    withStore(async (store) => {
      const { NotFound, NotADirectory, FilesystemLoop, NotCapable, PermissionDenied } = Deno.errors;
      for (const error of [new NotFound(), new NotADirectory(), new FilesystemLoop(), new NotCapable()]) {
        assertEquals(await failing("stat", error, () => store.look("a.txt")), { kind: "absent" });
        assertEquals(await failing("open", error, () => store.open("a.txt")), { kind: "absent" });
      }
      for (const code of ["ENAMETOOLONG", "ELOOP", "ENOTDIR", "EISDIR", "ENXIO", "ENODEV", "EINVAL", "EILSEQ"]) {
        assertEquals(await failing("stat", withCode(code), () => store.look("a.txt")), { kind: "absent" }, code);
      }
      const denied = new PermissionDenied();
      assertEquals(await failing("open", denied, () => store.open("a.txt")), { kind: "forbidden" });
      assertEquals(await failing("readDir", denied, () => store.names("")), undefined);
      assertEquals(await failing("readDir", new NotFound(), () => store.names("")), []);
    }),
});

Deno.test({
  ...onDisk,
  name: "diskFiles says Busy when descriptors ran out, in every call, and passes on what it does not know",
  fn: () =>
    withStore(async (store) => {
      for (const code of ["EMFILE", "ENFILE"]) {
        await assertRejects(() => failing("stat", withCode(code), () => store.look("a.txt")), Deno.errors.Busy);
        await assertRejects(() => failing("open", withCode(code), () => store.open("a.txt")), Deno.errors.Busy);
        await assertRejects(() => failing("readDir", withCode(code), () => store.names("")), Deno.errors.Busy);
        await assertRejects(() => failing("stat", withCode(code), () => store.list("", ["a.txt"])), Deno.errors.Busy);
      }
      const unknown = await assertRejects(() => failing("stat", withCode("EIO"), () => store.look("a.txt")), Error);
      assertEquals((unknown as { code?: unknown }).code, "EIO");
    }),
});
