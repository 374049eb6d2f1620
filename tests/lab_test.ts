/** The lab and the modes in the real program. */
import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { delay } from "@std/async/delay";
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

programTest("What a page says of the others is true in every mode, in both languages", async () => {
  const said: Record<string, [string, string]> = {
    concurrent: ["is served at once", "sont servis tout de suite"],
    sequential: ["has to wait", "doivent attendre"],
    blocking: ["has to wait", "doivent attendre"],
  };
  for (const [mode, [english, french]] of Object.entries(said)) {
    await using program = await startProgram(["--mode", mode]);
    const meanwhile = async (fields: string) =>
      /<span class="meanwhile">(.*?)\.<\/span>/.exec((await ask(program.port, "/sleep?ms=0", fields)).content)?.[1];
    assertEquals(await meanwhile(""), `Meanwhile <a href="/">everybody else</a> ${english}`);
    assertEquals(
      await meanwhile("Accept-Language: fr\r\n"),
      `Pendant ce temps, <a href="/">tous les autres</a> ${french}`,
    );
  }
});

programTest(
  "In the usual mode nothing is said, and without --lab the page is told that there are no events",
  async () => {
    await using program = await startProgram();
    assert(!program.line.includes("mode"), program.line);
    assert(!(await ask(program.port, "/")).content.includes("<aside"));
    assertEquals((await ask(program.port, "/reset")).status, 404);
    await ask(program.port, "/?before");
    const { status, fields, content } = await ask(program.port, "/lab/events?from=1");
    assertEquals([status, fields["content-type"]], [200, "text/event-stream"]);
    assertEquals([...content.matchAll(/^event: (.*)$/gm)].map(([, name]) => name), ["hello", "end"]);
    assertEquals((await ask(program.port, "/status/451")).content, "451 Unavailable For Legal Reasons\n");
  },
);

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

programTest("Beside labs in other modes the page may ask these, and be asked from there", async () => {
  await using program = await startProgram(["--lab", "--lab-ports", "7879,7880"]);
  for (const target of ["/", "/sleep?ms=0", "/lab"]) {
    const { fields } = await ask(program.port, target, "Origin: http://localhost:7879\r\n");
    assertMatch(fields["content-security-policy"], /; connect-src 'self' \*:7879 \*:7880;/);
    assertEquals([fields["access-control-allow-origin"], fields["timing-allow-origin"]], ["*", "*"]);
  }
  for (const [port, allowed] of [[7879, "http://a:7879"], [7881, undefined]] as const) {
    using client = await RawClient.connect(program.port);
    await client.send(`HEAD /lab/events HTTP/1.1\r\nHost: a:80\r\nOrigin: http://a:${port}\r\n\r\n`);
    assertEquals((await client.answer("HEAD"))?.fields["access-control-allow-origin"], allowed);
  }
});

programTest("With a ROOT there is no lab: its events are a file like any other", async () => {
  const root = await Deno.makeTempDir();
  await using program = await startProgram([root, "--lesson"]);
  assertEquals((await ask(program.port, "/lab/events")).status, 404);
  await Deno.remove(root);
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

programTest("The port of /reset is closed when the server stops, not when it ends", async () => {
  if (Deno.build.os === "windows") return;
  await using program = await startProgram(["--lab"]);
  using sleeper = await RawClient.connect(program.port);
  const { fields } = await ask(program.port, "/reset");
  const port = Number(/:([0-9]+)\/$/.exec(fields["location"])?.[1]);
  (await Deno.connect({ hostname: "127.0.0.1", port })).close();
  await sleeper.get("/sleep?ms=1500");
  await ask(program.port, "/"); // the sleeper is asleep then
  let isOver = false;
  const ending = program.end("SIGTERM").then((result) => (isOver = true, result));
  await untilRefused(program.port);
  await untilRefused(port);
  assertEquals(isOver, false);
  assertEquals((await sleeper.answer())?.status, 200);
  assertEquals((await ending).code, 0);
});

/** Waits until nobody listens on a port any more. */
async function untilRefused(port: number): Promise<void> {
  for (;;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionRefused) return;
      if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
    }
    await delay(5);
  }
}

programTest("The lab's task grants no more than the network, the pages and some variables", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
  const granted = tasks.lab.command.split(" ").filter((flag: string) => flag.startsWith("--allow"));
  assertEquals(granted, [
    "--allow-net",
    "--allow-read=static",
    "--allow-env=PORT,HOST,LOG_FORMAT,NO_COLOR,FORCE_COLOR",
  ]);
});

programTest("The task with three labs tells each of the other two", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
  const commands: string[] = tasks["lab-ports"].command.split(" & ");
  const valueOf = (command: string, flag: string) => new RegExp(` --${flag} (\\S+)`).exec(command)?.[1];
  const ports = commands.map((command) => valueOf(command, "port"));
  assertEquals(commands.map((command) => valueOf(command, "mode")), [undefined, "sequential", "blocking"]);
  commands.forEach((command, i) => {
    assertMatch(command, /^deno task lab --port /);
    assertEquals(valueOf(command, "lab-ports"), ports.filter((_, other) => other !== i).join());
  });
});
