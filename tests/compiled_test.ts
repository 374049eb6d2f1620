/** The single binary: the lesson from any working directory, and a folder from disk. */
import { assertEquals, assertMatch } from "@std/assert";
import { compiledBinary } from "./compiled.ts";
import { startProgram } from "./program.ts";
import { RawClient } from "./raw_client.ts";

const compiled = await compiledBinary();
const binary = "path" in compiled ? compiled.path : "";
if ("reason" in compiled) console.warn(`Tests of the binary are left out: ${compiled.reason}`);

function compiledTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: binary === "", fn });
}

compiledTest("The binary serves the lesson from any working directory", async () => {
  const elsewhere = await Deno.makeTempDir();
  try {
    await using program = await startProgram([], { binary, cwd: elsewhere });
    assertMatch(program.line, /^Siesta serves the lesson on http:/);
    using client = await RawClient.connect(program.port);
    await client.get("/");
    assertMatch((await client.answer())?.content ?? "", /<h1>Hello!<\/h1>/);
    const start = performance.now();
    await client.get("/sleep?ms=100");
    assertEquals((await client.answer())?.status, 200);
    assertEquals(performance.now() - start >= 100, true);
    await client.get("/nowhere");
    const missing = await client.answer();
    assertEquals(missing?.status, 404);
    assertMatch(missing?.content ?? "", /<h1>Not here<\/h1>/);
    if (Deno.build.os !== "windows") assertEquals((await program.end("SIGTERM")).code, 0);
  } finally {
    await Deno.remove(elsewhere);
  }
});

compiledTest("The binary serves the lesson with workers", async () => {
  if (Deno.build.os !== "linux") return;
  await using program = await startProgram(["--workers=2"], { binary, cwd: "/" });
  for (let i = 0; i < 10; i++) {
    using client = await RawClient.connect(program.port);
    await client.get("/");
    assertMatch((await client.answer())?.content ?? "", /<h1>Hello!<\/h1>/);
  }
});

compiledTest(
  "The binary serves the lesson that it may not keep, whose files inside tell nothing of themselves at once",
  async () => {
    await using program = await startProgram(["--cache=0"], { binary });
    using client = await RawClient.connect(program.port);
    for (let i = 0; i < 3; i++) {
      await client.get("/");
      const { fields, content } = (await client.answer())!;
      assertMatch(content, /<h1>Hello!<\/h1>/);
      assertEquals(fields["content-length"], `${content.length}`);
    }
  },
);

compiledTest("The binary serves a ROOT from disk", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${root}/index.html`, "from disk");
    await using program = await startProgram([root], { binary, cwd: root });
    using client = await RawClient.connect(program.port);
    await client.get("/");
    assertEquals((await client.answer())?.content, "from disk");
    await client.get("/hello.html");
    assertEquals((await client.answer())?.status, 404);
    // Long enough for the thread that compresses, whose program is no file.
    const text = "from disk, and long\n".repeat(5_000);
    await Deno.writeTextFile(`${root}/long.txt`, text);
    for (const coding of ["br", "gzip"]) {
      const url = `http://127.0.0.1:${program.port}/long.txt`;
      const response = await fetch(url, { headers: { "Accept-Encoding": coding } });
      assertEquals([response.headers.get("content-encoding"), await response.text()], [coding, text]);
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
