/** A disk that is slow: when glances stop, when they begin again, and that all is asked in the threads meanwhile. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { mayRunPrograms } from "../tests/program.ts";
import { temporaryFolder } from "../tests/tools.ts";
import { diskFiles } from "./disk_files.ts";
import { standingIn } from "../tests/standing_in.ts";

/** Milliseconds of a glance; a slow one counts twice. */
const MODES = { slow: 20, quick: 0 };

/** A folder with a file, and a clock that each glance moves. */
async function withGlances(
  run: (parts: Awaited<ReturnType<typeof setUp>>, root: string) => Promise<void> | void,
): Promise<void> {
  await using folder = await temporaryFolder();
  await Deno.mkdir(`${folder.path}/sub`);
  await Deno.writeTextFile(`${folder.path}/a.txt`, "a");
  await run(await setUp(folder.path), folder.path);
}

async function setUp(root: string) {
  const time = { nowMs: 0, stepMs: 0 };
  const store = await diskFiles(root, () => time.nowMs += time.stepMs);
  /** Glances in a row; whether the last one told anything. */
  const glance = (...modes: (keyof typeof MODES)[]) => {
    let isTold = false;
    for (const mode of modes) {
      time.stepMs = MODES[mode];
      isTold = store.glance("a.txt") !== undefined;
    }
    time.stepMs = 0;
    return isTold;
  };
  return { store, time, glance };
}

function diskTest(name: string, fn: () => Promise<void>, ignore = !mayRunPrograms): void {
  Deno.test({ name, ignore, fn });
}

diskTest("diskFiles glances on after two glances of 20 ms, and stops at the third", () =>
  withGlances(({ glance }) => {
    assertEquals([glance("slow", "slow", "quick"), glance("slow"), glance("quick")], [true, true, false]);
  }));

diskTest("diskFiles counts slow glances anew when it glances again", () =>
  withGlances(({ glance, time }) => {
    glance("slow", "slow", "slow");
    time.nowMs += 5_000;
    assertEquals([glance("slow", "slow", "quick"), glance("slow"), glance("quick")], [true, true, false]);
  }));

diskTest(
  "diskFiles forgets a glance of 20 ms over 32 quick ones, and owes nothing for more of them",
  () =>
    withGlances(({ glance }) => {
      const quick = Array.from({ length: 40 }, () => "quick" as const);
      assertEquals(glance("slow", ...quick, "slow", "slow", "quick"), true);
      assertEquals([glance("slow"), glance("quick")], [true, false]);
    }),
);

diskTest(
  "diskFiles says the same of everything while it does not glance",
  () =>
    withGlances(async ({ store, glance }) => {
      const told = async () => {
        const found = await store.open("a.txt"), folder = await store.open("sub");
        if (found.kind !== "file") throw new Error(found.kind);
        const { info } = found.file, now = await found.file.currentInfo();
        found.file.close();
        const listed = await store.list("", ["a.txt", "sub", "none"]);
        const kinds = listed.map(({ name, isFolder }) => `${name} ${isFolder}`).sort();
        return {
          info,
          now,
          folder: folder.kind,
          none: (await store.open("none")).kind,
          look: await store.look("sub"),
          kinds,
        };
      };
      const before = await told();
      assertEquals([before.folder, before.none, before.kinds], ["folder", "absent", ["a.txt false", "sub true"]]);
      glance("slow", "slow", "slow");
      assertEquals([glance("quick"), await told()], [false, before]);
    }),
);

diskTest("diskFiles tries ten times to open a file when descriptors ran out", () =>
  withGlances(async ({ store }) => {
    const { open } = Deno;
    let attempts = 0;
    Deno.open = () => {
      attempts++;
      return Promise.reject(Object.assign(new Error("os error"), { code: "EMFILE" }));
    };
    try {
      await assertRejects(() => store.open("a.txt"), Deno.errors.Busy);
    } finally {
      Deno.open = open;
    }
    assertEquals(attempts, 10);
  }));

diskTest("diskFiles takes no file for a folder", () =>
  withGlances(async (_, root) => {
    await assertRejects(() => diskFiles(`${root}/a.txt`), Deno.errors.NotADirectory, "Not a folder");
  }));

diskTest("diskFiles refuses a folder in which nothing can be found, at once", () =>
  withGlances(async (_, root) => {
    const { lstat } = Deno;
    Deno.lstat = () => Promise.reject(new Deno.errors.PermissionDenied("os error"));
    try {
      await assertRejects(() => diskFiles(root), Deno.errors.PermissionDenied);
    } finally {
      Deno.lstat = lstat;
    }
  }));

diskTest(
  "diskFiles tells of a file what the system tells, and what is safe where it tells nothing",
  () =>
    withGlances(async ({ store }, root) => {
      await Deno.link(`${root}/a.txt`, `${root}/b.txt`);
      await Deno.utime(`${root}/a.txt`, 1_000, 1_000);
      const stat = await Deno.stat(`${root}/a.txt`), seen = await store.look("a.txt");
      if (seen.kind !== "file") throw new Error(seen.kind);
      const { sizeBytes, mtimeMs, changedMs, links } = seen.info;
      assertEquals([sizeBytes, mtimeMs, links], [1, 1_000_000, 2]);
      assertEquals([changedMs, changedMs > mtimeMs], [stat.ctime?.getTime(), true]);
      const real = Deno.stat;
      Deno.stat = () => Promise.resolve({ ...stat, mtime: null, ctime: null, nlink: null });
      try {
        const untold = await store.look("a.txt");
        if (untold.kind !== "file") throw new Error(untold.kind);
        assertEquals([untold.info.mtimeMs, untold.info.changedMs, untold.info.links], [0, 0, 1]);
      } finally {
        Deno.stat = real;
      }
    }),
);

diskTest(
  "diskFiles says that a file is absent that went while it was opened, and keeps no handle",
  () =>
    withGlances(async ({ store }) => {
      const gone = () => {
        throw new Deno.errors.NotFound("os error");
      };
      await standingIn(Deno, "realPathSync", gone as unknown as typeof Deno.realPathSync, async () => {
        assertEquals(await store.open("a.txt"), { kind: "absent" });
      });
    }),
);

diskTest(
  "diskFiles asks the path where the handle cannot be asked, as in a compiled program, and for nothing else",
  () =>
    withGlances(async ({ store }) => {
      const failing = (error: Error) => () => {
        throw error;
      };
      const expected = await store.look("a.txt");
      await standingIn(Deno.FsFile.prototype, "statSync", failing(new Deno.errors.NotSupported()), async () => {
        const found = await store.open("a.txt");
        if (found.kind !== "file") throw new Error(found.kind);
        assertEquals({ kind: "file" as const, info: found.file.info }, expected);
        assertEquals(found.file.currentInfoNow!(), undefined);
        found.file.close();
      });
      const found = await store.open("a.txt");
      if (found.kind !== "file") throw new Error(found.kind);
      await standingIn(Deno.FsFile.prototype, "statSync", failing(new Deno.errors.BadResource()), () => {
        assertThrows(() => found.file.currentInfoNow!(), Deno.errors.BadResource);
        return Promise.resolve();
      });
      found.file.close();
      await standingIn(Deno.FsFile.prototype, "statSync", failing(new Deno.errors.PermissionDenied()), async () => {
        assertEquals(await store.open("a.txt"), { kind: "forbidden" });
      });
    }),
);

diskTest(
  "diskFiles reads nothing behind the end of a file, and glances at a folder with or without its slash",
  () =>
    withGlances(async ({ store }) => {
      const found = await store.open("a.txt");
      if (found.kind !== "file") throw new Error(found.kind);
      const into = new Uint8Array(8);
      assertEquals([await found.file.read(into), await found.file.read(into)], [1, 0]);
      found.file.close();
      const seen = await store.look("sub");
      const info = "info" in seen ? seen.info : undefined;
      assertEquals([store.glance("sub"), store.glance("sub/")], [info, info]);
    }),
);

diskTest(
  "diskFiles reads at once as long as the disk takes 0.4 ms at most, and not for 5 s after six slower reads",
  () =>
    withGlances(async ({ store, time }) => {
      const found = await store.open("a.txt");
      if (found.kind !== "file") throw new Error(found.kind);
      const read = (ms: number) => {
        time.stepMs = ms;
        const count = found.file.readNow?.(new Uint8Array(1));
        time.stepMs = 0;
        return count !== undefined;
      };
      assertEquals([0.4, 0.4, 0.4, 0.4, 0].map(read), [true, true, true, true, true]);
      assertEquals([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0].map(read), [true, true, true, true, true, true, false]);
      time.nowMs += 5_000;
      assertEquals(read(0), true);
      found.file.close();
    }),
);

diskTest(
  "diskFiles opens what was glanced at just now, and looks again at what was glanced at 0.1 ms ago",
  () =>
    withGlances(async ({ store, time }, root) => {
      const info = store.glance("a.txt")!;
      await Deno.writeTextFile(`${root}/a.txt`, "another");
      const isOpened = () => {
        const file = store.openNow?.("a.txt", info);
        file?.close();
        return file !== undefined;
      };
      time.nowMs += 0.1;
      assertEquals(isOpened(), true);
      time.nowMs += 0.1;
      assertEquals(isOpened(), false);
    }),
);

diskTest(
  "diskFiles opens what was glanced at just now, too, when the server has run for weeks",
  () =>
    withGlances(({ store, time }) => {
      time.nowMs = 3_000_000_000;
      const info = store.glance("a.txt")!;
      const lookedAgain = () => {
        throw new Deno.errors.NotFound("os error");
      };
      return standingIn(Deno, "lstatSync", lookedAgain, () => {
        const file = store.openNow?.("a.txt", info);
        file?.close();
        assertEquals(file !== undefined, true);
        return Promise.resolve();
      });
    }),
);

diskTest(
  "diskFiles.open asks a quick disk at once, and leaves nothing but the opening to the threads",
  () =>
    withGlances(async ({ store }) => {
      const kinds: string[] = [];
      const inThreads = () => Promise.reject(new Error("It was asked in the threads"));
      await standingIn(Deno, "stat", inThreads, () =>
        standingIn(Deno, "realPath", inThreads, async () => {
          for (const path of ["a.txt", "sub"]) {
            const found = await store.open(path);
            kinds.push(found.kind);
            if (found.kind === "file") found.file.close();
          }
        }));
      assertEquals(kinds, ["file", "folder"]);
    }),
);

diskTest(
  "diskFiles of the disk's own root opens, looks and glances as in any other folder",
  () =>
    withGlances(async (_, folder) => {
      const store = await diskFiles("/"), path = (await Deno.realPath(folder)).slice(1);
      const found = await store.open(`${path}/a.txt`);
      if (found.kind !== "file") throw new Error(found.kind);
      found.file.close();
      assertEquals(await store.open(`${path}/sub`), { kind: "folder" });
      for (const lookedAt of ["", `${path}/a.txt`]) {
        const seen = await store.look(lookedAt);
        assertEquals(store.glance(lookedAt), "info" in seen ? seen.info : undefined);
        assertEquals(store.glance(lookedAt) === undefined, false);
      }
    }),
  !mayRunPrograms || Deno.build.os === "windows", // where each disk has a root of its own
);
