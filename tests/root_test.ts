/** ROOT: how it is named at the start, and what is said when it cannot be served. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { delay } from "@std/async/delay";
import { mayRunPrograms, runProgram, startProgram } from "./program.ts";
import { RawClient } from "./raw_client.ts";
import { unprivileged } from "./unprivileged.ts";

function rootTest(name: string, fn: (folder: string) => Promise<void>): void {
  Deno.test({
    name,
    ignore: !mayRunPrograms || Deno.build.os === "windows",
    async fn() {
      const folder = await Deno.realPath(await Deno.makeTempDir());
      try {
        await Deno.mkdir(`${folder}/root`);
        await Deno.writeTextFile(`${folder}/root/a.txt`, "a");
        await Deno.symlink("root", `${folder}/link`);
        await fn(folder);
      } finally {
        await Deno.chmod(`${folder}/root`, 0o755);
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

rootTest("The start line names the real and whole path of ROOT", async (folder) => {
  for (const [root, cwd] of [["root", folder], [".", `${folder}/root`], [`${folder}/link`, "/"]]) {
    await using program = await startProgram([root], { cwd });
    assertEquals(program.line, `Siesta serves ${folder}/root on http://127.0.0.1:${program.port}/`);
  }
});

rootTest("A link as ROOT needs the permission to read what it leads to, and the one line says so", async (folder) => {
  const permissions = ["--allow-net", "--allow-read=link"];
  const { code, stdout, stderr } = await runProgram(["link", "--port=0"], { cwd: folder, permissions });
  assertEquals([code, stdout], [1, ""]);
  assertEquals(
    stderr,
    `siesta: Cannot serve "link", which leads to "${folder}/root": Deno was not started with --allow-read=${folder}/root\n`,
  );
  const both = { cwd: folder, permissions: ["--allow-net", "--allow-read=link,root"] };
  await using program = await startProgram(["link"], both);
  using client = await RawClient.connect(program.port);
  await client.get("/a.txt");
  assertEquals((await client.answer())?.content, "a");
});

rootTest(
  "A ROOT in which nothing can be found, and rules that cannot be read, end the start in one line",
  async (folder) => {
    const options = await unprivileged(folder, {});
    const said = async () => {
      const { code, stdout, stderr } = await runProgram([`${folder}/root`, "--port=0"], options);
      assertEquals([code, stdout], [1, ""]);
      return stderr.replaceAll(folder, "");
    };
    await Deno.writeTextFile(`${folder}/root/_headers`, "");
    await Deno.chmod(`${folder}/root/_headers`, 0);
    assertEquals(await said(), 'siesta: Cannot read "_headers": permission denied\n');
    await Deno.chmod(`${folder}/root`, 0o644);
    assertEquals(await said(), 'siesta: Cannot serve "/root": permission denied\n');
    const workers = await runProgram([`${folder}/root`, "--port=0", "--workers=2"], options);
    assertEquals([workers.code, workers.stdout], [1, ""]);
    assertMatch(workers.stderr, /^siesta: Cannot serve ".*\/root": permission denied\n$/);
  },
);

rootTest("A kept file is no longer served when a folder above it was moved out and is a link now", async (folder) => {
  await Deno.mkdir(`${folder}/root/sub/sub`, { recursive: true });
  await Deno.writeTextFile(`${folder}/root/sub/sub/a.txt`, "inside");
  // Old enough for its times to prove that it is the same.
  await delay(3_100);
  await using program = await startProgram([`${folder}/root`]);
  const status = async () => {
    using client = await RawClient.connect(program.port);
    await client.get("/sub/sub/a.txt");
    return (await client.answer())?.status;
  };
  for (let turn = 0; turn < 10; turn++, await delay(100)) assertEquals(await status(), 200);
  await Deno.rename(`${folder}/root/sub`, `${folder}/elsewhere`);
  await Deno.symlink("../elsewhere", `${folder}/root/sub`);
  const movedAtMs = performance.now();
  while (await status() === 200) {
    assert(performance.now() - movedAtMs < 1_000, "after a second it is still there");
    await delay(50);
  }
  assertEquals(await status(), 404);
});
