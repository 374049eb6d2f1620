/** The lab and the modes in the real program. */
import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { mayRunPrograms, startProgram } from "./program.ts";
import { RawClient } from "./raw_client.ts";

function programTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: !mayRunPrograms, fn });
}

/** Asks on a connection of its own, as is wanted where nobody may stay. */
async function ask(port: number, target: string, fields = "") {
  using client = await RawClient.connect(port);
  await client.send(`GET ${target} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`);
  return (await client.answer())!;
}

for (const mode of ["sequential", "blocking"]) {
  programTest(`In the mode ${mode} the start-up line and every page say so`, async () => {
    await using program = await startProgram(["--mode", mode]);
    assertMatch(program.line, new RegExp(`, in the mode ${mode}: a mistake that the lesson shows, not for use$`));
    for (const target of ["/", "/sleep?ms=0", "/nowhere", "/lab", "/hello.html", "/404.html"]) {
      const { content } = await ask(program.port, target);
      assertMatch(content, new RegExp(`<body>\\s*<aside class="mode">Mode: ${mode}\\.`), target);
    }
    for (const target of ["/", "/nowhere", "/lab"]) {
      const { content } = await ask(program.port, target, "Accept-Language: fr\r\n");
      assertMatch(content, /<aside class="mode">Mode : /, target);
    }
    const { content } = await ask(program.port, "/siesta.css");
    assert(!content.includes("<aside"));
  });
}

programTest("In the usual mode nothing is said, and without --lab there are no events and no /reset", async () => {
  await using program = await startProgram();
  assert(!program.line.includes("mode"), program.line);
  assert(!(await ask(program.port, "/")).content.includes("<aside"));
  for (const target of ["/lab/events", "/reset"]) assertEquals((await ask(program.port, target)).status, 404);
  assertEquals((await ask(program.port, "/status/451")).content, "451 Unavailable For Legal Reasons\n");
});

programTest("Every page of the lesson has a policy that lets in nothing from elsewhere", async () => {
  await using program = await startProgram(["--lab"]);
  for (const target of ["/", "/sleep?ms=0", "/nowhere", "/lab", "/lab.js"]) {
    const { fields } = await ask(program.port, target);
    assertMatch(
      fields["content-security-policy"] ?? "",
      /^default-src 'none'; style-src 'self'; script-src 'self';/,
      target,
    );
  }
});

programTest("Without --lesson there are no faults", async () => {
  await using program = await startProgram(["--no-lesson"]);
  for (const target of ["/drip", "/stream", "/truncate", "/status/418", "/sleep"]) {
    assertEquals([target, (await ask(program.port, target)).status], [target, 404]);
  }
});

programTest("A watcher of the events does not hold up a stop", async () => {
  await using program = await startProgram(["--lab"]);
  using watcher = await RawClient.connect(program.port);
  await watcher.get("/lab/events");
  await ask(program.port, "/?before");
  const start = performance.now();
  const ending = Deno.build.os === "windows" ? undefined : program.end("SIGTERM");
  if (ending === undefined) return;
  const heard = await watcher.rest();
  assertEquals((await ending).code, 0);
  assertLess(performance.now() - start, 3_000);
  assertMatch(heard, /"target":"\/\?before"/);
  assertMatch(heard, /event: end\ndata: {"reason":"stop","next":[0-9]+}\n\n\r\n0\r\n\r\n$/);
});

programTest("The lab's task grants no more than the network, the pages and some variables", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
  const granted = tasks.lab.command.split(" ").filter((flag: string) => flag.startsWith("--allow"));
  assertEquals(granted, [
    "--allow-net",
    "--allow-read=static",
    "--allow-env=PORT,HOST,LOG_FORMAT,NO_COLOR,FORCE_COLOR",
  ]);
});
