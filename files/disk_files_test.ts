import { assert, assertEquals, assertRejects } from "@std/assert";
import { mayRunPrograms } from "../tests/program.ts";
import { diskFiles } from "./disk_files.ts";
import type { FileStore } from "./file_store.ts";
import { readWhole } from "./steady_read.ts";

const isUnix = Deno.build.os !== "windows";

/** Needs the disk, so `deno test --allow-net` leaves it out. */
function diskTest(name: string, fn: (root: string, store: FileStore) => Promise<void>): void {
  Deno.test({
    name,
    ignore: !mayRunPrograms || !isUnix,
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        await Deno.mkdir(`${folder}/root/sub`, { recursive: true });
        await fn(`${folder}/root`, await diskFiles(`${folder}/root`));
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

async function opened(store: FileStore, path: string): Promise<string> {
  const found = await store.open(path);
  if (found.kind !== "file") return found.kind;
  try {
    return `file: ${new TextDecoder().decode(await readWhole(found.file, found.file.info))}`;
  } finally {
    found.file.close();
  }
}

diskTest(
  "diskFiles opens files, follows links inside of the root only, and takes nothing for a file that is none",
  async (root, store) => {
    await Deno.writeTextFile(`${root}/a.txt`, "a");
    await Deno.writeTextFile(`${root}/sub/b.txt`, "b");
    await Deno.writeTextFile(`${root}/../secret`, "secret");
    await Deno.mkdir(`${root}/../root2`);
    await Deno.writeTextFile(`${root}/../root2/c.txt`, "c");
    await Deno.symlink("a.txt", `${root}/inside`);
    await Deno.symlink("sub", `${root}/folder-inside`);
    await Deno.symlink("../secret", `${root}/outside`);
    await Deno.symlink("..", `${root}/parent`);
    await Deno.symlink("../root2", `${root}/sibling`);
    await Deno.symlink("/etc/hostname", `${root}/absolute`);
    await Deno.symlink("nowhere", `${root}/dangling`);
    await Deno.symlink("loop", `${root}/loop`);
    await new Deno.Command("mkfifo", { args: [`${root}/fifo`] }).output();
    using _socket = Deno.listen({ transport: "unix", path: `${root}/socket` });
    await Deno.symlink("/dev/zero", `${root}/device`);
    for (
      const [path, expected] of [
        ["a.txt", "file: a"],
        ["sub/b.txt", "file: b"],
        ["inside", "file: a"],
        ["folder-inside/b.txt", "file: b"],
        ["sub", "folder"],
        ["folder-inside", "folder"],
        ["", "folder"],
        ["outside", "absent"],
        ["parent", "absent"],
        ["parent/secret", "absent"],
        ["sibling", "absent"],
        ["sibling/c.txt", "absent"],
        ["absolute", "absent"],
        ["dangling", "absent"],
        ["loop", "absent"],
        ["fifo", "absent"],
        ["socket", "absent"],
        ["device", "absent"],
        ["a.txt/", "absent"],
        ["a.txt/b", "absent"],
        ["none", "absent"],
        ["x".repeat(300), "absent"],
        ["x/".repeat(3_000), "absent"],
      ]
    ) assertEquals(await opened(store, path), expected, path.slice(0, 40));
    const names = (await store.names(""))!;
    const listed = (await store.list("", names)).map(({ name }) => name).sort();
    assertEquals(listed, ["a.txt", "folder-inside", "inside", "sub"]);
  },
);

diskTest(
  "diskFiles never opens what lies outside, while a link is swapped as fast as possible",
  async (root, store) => {
    await Deno.writeTextFile(`${root}/in.txt`, "in");
    await Deno.writeTextFile(`${root}/../out.txt`, "out");
    const script = `for (let i = 0;; i++) {
      Deno.symlinkSync(i % 2 === 0 ? "in.txt" : "../out.txt", "next");
      Deno.renameSync("next", "link");
      if (i === 0) console.log("swapping");
    }`;
    const args = ["eval", script];
    const child = new Deno.Command(Deno.execPath(), { args, cwd: root, stdout: "piped", stderr: "inherit" }).spawn();
    const output = child.stdout.getReader();
    await output.read();
    const counts: Record<string, number> = {};
    for (let i = 0; i < 2_000; i++) {
      const result = await opened(store, "link");
      counts[result] = (counts[result] ?? 0) + 1;
    }
    child.kill("SIGKILL");
    await child.status;
    await output.cancel();
    assertEquals(Object.keys(counts).sort(), ["absent", "file: in"], JSON.stringify(counts));
  },
);

diskTest("diskFiles reads on through its handle whatever becomes of the path", async (root, store) => {
  await Deno.writeTextFile(`${root}/a.txt`, "before");
  const found = await store.open("a.txt");
  assert(found.kind === "file");
  const { file } = found;
  await Deno.writeTextFile(`${root}/b.txt`, "after!");
  await Deno.rename(`${root}/b.txt`, `${root}/a.txt`);
  assertEquals(new TextDecoder().decode(await readWhole(file, file.info)), "before");
  file.close();
  assertEquals(await opened(store, "a.txt"), "file: after!");
});

diskTest("diskFiles refuses a root that is no folder", async (root) => {
  await Deno.writeTextFile(`${root}/a.txt`, "a");
  await assertRejects(() => diskFiles(`${root}/a.txt`), Deno.errors.NotADirectory);
  await assertRejects(() => diskFiles(`${root}/none`), Deno.errors.NotFound);
});

diskTest("diskFiles says that descriptors ran out, and not that a file is absent", async (root) => {
  await Deno.writeTextFile(`${root}/a.txt`, "a");
  const script = `
    import { diskFiles } from ${JSON.stringify(new URL("./disk_files.ts", import.meta.url).href)};
    const store = await diskFiles(${JSON.stringify(root)});
    // As the program does: Deno needs descriptors of its own for the first signal that is listened for, or it panics.
    Deno.addSignalListener("SIGINT", () => {});
    const all = [];
    try {
      for (;;) all.push(Deno.openSync("/dev/null"));
    } catch {}
    const result = await store.open("a.txt").then((found) => found.kind, (error) => error.name);
    // One is enough, but for what the runtime itself may open in this moment.
    setTimeout(() => {
      for (const file of all.splice(-8)) file.close();
    }, 250);
    const after = await store.open("a.txt").then((found) => found.kind, (error) => error.name);
    console.log(result, after);
    Deno.exit(0);
  `;
  await Deno.writeTextFile(`${root}/../script.ts`, script);
  const config = new URL("../deno.json", import.meta.url).pathname;
  const { stdout, stderr } = await new Deno.Command("sh", {
    args: [
      "-c",
      `ulimit -n 64; exec "$0" run -q --no-lock --config "$1" --allow-read "$2"`,
      Deno.execPath(),
      config,
      `${root}/../script.ts`,
    ],
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "Busy file\n", new TextDecoder().decode(stderr));
});

diskTest("diskFiles glances at what a look tells, and at nothing else", async (root, store) => {
  await Deno.writeTextFile(`${root}/a.txt`, "a");
  for (const path of ["a.txt", ""]) {
    const seen = await store.look(path);
    assertEquals(store.glance(path), "info" in seen ? seen.info : undefined);
  }
  assertEquals(store.glance("none.txt"), undefined);
});

diskTest(
  "diskFiles glances no more for 5 s after six glances of more than 5 ms among few quick ones",
  async (root) => {
    await Deno.writeTextFile(`${root}/a.txt`, "a");
    let nowMs = 0, stepMs = 0;
    const store = await diskFiles(root, () => nowMs += stepMs);
    const glance = (ms: number) => {
      stepMs = ms;
      return store.glance("a.txt") !== undefined;
    };
    assertEquals([5, 5, 5, 5].map(glance), [true, true, true, true]);
    assertEquals([6, 0, 6, 0, 6, 6, 6].map(glance), Array(7).fill(true));
    assertEquals([6, 0].map(glance), [true, false]);
    // The store asks for the time once more after the last of them.
    nowMs += 4_999 - 6;
    assertEquals(glance(0), false);
    nowMs += 1;
    assertEquals(glance(0), true);
  },
);

diskTest("diskFiles glances on where a glance is slow now and then", async (root) => {
  await Deno.writeTextFile(`${root}/a.txt`, "a");
  let nowMs = 0, stepMs = 0;
  const store = await diskFiles(root, () => nowMs += stepMs);
  for (let i = 0; i < 1_000; i++) {
    stepMs = i % 17 === 0 ? 6 : 0;
    assertEquals(store.glance("a.txt") !== undefined, true);
  }
});

diskTest("diskFiles.openNow opens what was looked at, and nothing that has come in its place", async (root, store) => {
  await Deno.writeTextFile(`${root}/a.txt`, "before");
  const look = async () => {
    const seen = await store.look("a.txt");
    return seen.kind === "file" ? seen.info : undefined;
  };
  const info = (await look())!;
  const file = store.openNow!("a.txt", info)!;
  const room = new Uint8Array(10);
  assertEquals([file.readNow!(room), new TextDecoder().decode(room.subarray(0, 6))], [6, "before"]);
  file.seek(2);
  assertEquals([file.readNow!(room), file.readNow!(room)], [4, 0]);
  assertEquals(file.currentInfoNow!(), info);
  file.close();
  await Deno.writeTextFile(`${root}/b.txt`, "behind");
  await Deno.rename(`${root}/b.txt`, `${root}/a.txt`);
  assertEquals(store.openNow!("a.txt", info), undefined);
  await Deno.remove(`${root}/a.txt`);
  assertEquals(store.openNow!("a.txt", info), undefined);
});

diskTest(
  "diskFiles.openNow opens no link, no folder, and no FIFO, which would hold everybody up",
  async (root, store) => {
    await Deno.writeTextFile(`${root}/a.txt`, "a");
    await Deno.mkdir(`${root}/folder`);
    await Deno.symlink("a.txt", `${root}/link`);
    await new Deno.Command("mkfifo", { args: [`${root}/fifo`] }).output();
    for (const path of ["folder", "link", "fifo"]) {
      const { size, mtime, ctime, dev, ino } = await Deno.lstat(`${root}/${path}`);
      const [mtimeMs, changedMs] = [mtime!.getTime(), ctime!.getTime()];
      const info = { sizeBytes: size, mtimeMs, changedMs, links: 1, device: dev, inode: ino!, version: "" };
      assertEquals(store.openNow!(path, info), undefined, path);
    }
  },
);

diskTest(
  "diskFiles.openNow leaves a slow disk to open, and reads no more at once from one that reads slowly",
  async (root) => {
    await Deno.writeTextFile(`${root}/a.txt`, "a");
    let nowMs = 0, stepMs = 0;
    const store = await diskFiles(root, () => nowMs += stepMs);
    const seen = await store.look("a.txt");
    if (seen.kind !== "file") throw new Error("There is no file");
    const file = store.openNow!("a.txt", seen.info)!;
    stepMs = 0.5;
    for (let i = 0; i < 6; i++) assertEquals(typeof file.readNow!(new Uint8Array(1)), "number");
    assertEquals([file.readNow!(new Uint8Array(1)), store.openNow!("a.txt", seen.info)], [undefined, undefined]);
    assertEquals(await file.read(new Uint8Array(1)), 0);
    file.close();
    nowMs += 5_000;
    store.openNow!("a.txt", seen.info)!.close();
  },
);

diskTest("diskFiles does not glance at a link, nor at a folder with one on its way", async (root, store) => {
  await Deno.mkdir(`${root}/real/sub`, { recursive: true });
  await Deno.writeTextFile(`${root}/real/sub/a.txt`, "a");
  await Deno.symlink("real", `${root}/link`);
  await Deno.symlink("real/sub/a.txt", `${root}/a-link`);
  for (const path of ["real/", "real/sub/", "real/sub/a.txt"]) assert(store.glance(path) !== undefined, path);
  for (const path of ["a-link", "link/", "link/sub/"]) assertEquals(store.glance(path), undefined, path);
  assertEquals((await store.look("link/sub/a.txt")).kind, "file");
});
