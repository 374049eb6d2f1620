/** The program on a terminal, which `script` of util-linux makes: live, readable and in colour. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path/from-file-url";
import { type Program, startProgram } from "./program.ts";
import { RawClient } from "./raw_client.ts";
import { toolTest } from "./tools.ts";

/** Starts the program on a terminal; what the terminal shows is its standard output. */
function startOnTerminal(args: string[], env: Record<string, string> = {}): Promise<Program> {
  // NO_COLOR counts as soon as it is set to something.
  const permissions = ["--allow-net", "--allow-read", "--allow-env=NO_COLOR,FORCE_COLOR"];
  return startProgram(args, { permissions, env: { NO_COLOR: "", ...env }, shell: ON_TERMINAL });
}

// Lines end as the program ends them, and not as a terminal wants it.
const ON_TERMINAL = `exec script --quiet --flush --return --command "stty -onlcr && exec $*" /dev/null`;
const ESCAPE = "\x1b";

async function get(program: Program, target: string): Promise<number | undefined> {
  using client = await RawClient.connect(program.port);
  await client.get(target);
  return (await client.answer())?.status;
}

toolTest(["script"], "On a terminal the log is pretty, in colour, and there while the server runs", async () => {
  await using program = await startOnTerminal([]);
  assertMatch(program.line, new RegExp(`on ${ESCAPE}\\[1mhttp://127\\.0\\.0\\.1:[0-9]+/${ESCAPE}\\[0m$`));
  assertEquals([await get(program, "/"), await get(program, "/none\x07")], [200, 400]);
  assertEquals(await get(program, "/none"), 404);
  // The program has not ended: each line is there a moment after its answer.
  const [good] = await program.until(/^.*GET {2}\/ .*\n/m), [bad] = await program.until(/^.*GET {2}\/none .*\n/m);
  const time = `${ESCAPE}\\[2m\\d\\d:\\d\\d:\\d\\d${ESCAPE}\\[0m`, rest = `${ESCAPE}\\[2m[0-9.]+ k?B {2}[0-9.]+ ms`;
  assertMatch(good, new RegExp(`^${time} ${ESCAPE}\\[32m200${ESCAPE}\\[0m GET {2}/ {2}${rest}${ESCAPE}\\[0m\n$`));
  assertMatch(bad, new RegExp(`^${time} ${ESCAPE}\\[33m404${ESCAPE}\\[0m GET {2}/none {2}`));
  assert(!program.output.includes("\x07"), "What a peer sends does not ring the bell");
});

toolTest(["script"], "NO_COLOR takes the colour from a terminal, and --log another format", async () => {
  {
    await using plain = await startOnTerminal([], { NO_COLOR: "1" });
    assertEquals(await get(plain, "/"), 200);
    await plain.until(/^\d\d:\d\d:\d\d 200 GET {2}\/ /m);
    assert(!plain.output.includes(ESCAPE), plain.output);
  }
  await using combined = await startOnTerminal(["--log=combined"]);
  assertEquals(await get(combined, "/"), 200);
  await combined.until(/^127\.0\.0\.1 - - \[.*"GET \/ HTTP\/1\.1" 200 /m);
});

toolTest(["script"], "A terminal that is closed ends the server that runs in it", async () => {
  await using program = await startOnTerminal([]);
  assertEquals(await get(program, "/"), 200);
  // `script` ends with its terminal, and what runs there is told so by SIGHUP.
  await program.end("SIGTERM");
  const refused = await RawClient.connect(program.port).then((client) => client[Symbol.dispose](), (error) => error);
  assert(refused instanceof Deno.errors.ConnectionRefused, "Nobody listens any more");
});

/** Starts a task as an interactive shell does, and sends SIGINT to its whole group when a line comes, as a terminal. */
const CTRL_C = `set -m
"$1" task start --port 0 --grace 30 &
read -r
kill -INT -- "-$!"
wait "$!"`;

toolTest(["bash"], "Ctrl-C below `deno task`, which passes it on once more, lets a running answer end", async () => {
  const child = new Deno.Command("bash", {
    args: ["-c", CTRL_C, "bash", Deno.execPath()],
    cwd: fromFileUrl(new URL("..", import.meta.url)),
    env: { PORT: "", HOST: "", LOG_FORMAT: "" },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const typing = child.stdin.getWriter();
  let output = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const isFirst = output === "";
    output += text;
    if (!isFirst) continue;
    const port = Number(/:([0-9]+)\/\n/.exec(output)?.[1]);
    using sleeper = await RawClient.connect(port), idle = await RawClient.connect(port);
    await sleeper.get("/sleep?ms=1500");
    await idle.get("/");
    assertEquals((await idle.answer())?.status, 200);
    await typing.write(new TextEncoder().encode("\n"));
    assertEquals((await sleeper.answer())?.status, 200);
  }
  await typing.close();
  assertMatch(output, /Siesta stops: \d connections? finished, 0 cut\n$/);
  assertEquals((await child.status).code, 0);
});
