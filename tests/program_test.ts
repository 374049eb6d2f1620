/** The program as a child process: what it prints, how it stops, its exit codes. */
import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path/from-file-url";
import { mayRunPrograms, runProgram, startProgram } from "./program.ts";
import { RawClient } from "./raw_client.ts";
import { temporaryFolder } from "./tools.ts";

/** Starts programs: needs to run, read and write, so `deno test --allow-net` leaves it out. */
function programTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: !mayRunPrograms, fn });
}

const needsSignals = mayRunPrograms && Deno.build.os !== "windows";

function signalTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: !needsSignals, fn });
}

programTest("The program prints one line with its URL once it listens, and serves the lesson", async () => {
  await using program = await startProgram();
  assertMatch(program.line, /^Siesta serves the lesson on http:\/\/127\.0\.0\.1:[0-9]+\/$/);
  using client = await RawClient.connect(program.port);
  await client.get("/");
  assertMatch((await client.answer())?.content ?? "", /<h1>Hello!<\/h1>/);
  await client.get("/nowhere");
  assertEquals((await client.answer())?.status, 404);
  await client.get("/sleep?ms=50");
  assertEquals((await client.answer())?.status, 200);
});

programTest("--no-lesson serves no /sleep", async () => {
  await using program = await startProgram(["--no-lesson"]);
  using client = await RawClient.connect(program.port);
  await client.get("/sleep?ms=0");
  assertEquals((await client.answer())?.status, 404);
});

programTest("--no-server-header sends no Server field", async () => {
  await using program = await startProgram(["--no-server-header"]);
  using client = await RawClient.connect(program.port);
  await client.get("/");
  const fields = (await client.answer())?.fields ?? {};
  assertEquals([fields["server"], "date" in fields], [undefined, true]);
});

programTest(
  "ROOT is served from disk: index.html for folders, its own 404.html, lesson only with --lesson",
  async () => {
    const root = await Deno.makeTempDir();
    try {
      await Deno.mkdir(`${root}/sub`);
      await Deno.writeTextFile(`${root}/index.html`, "root index");
      await Deno.writeTextFile(`${root}/sub/index.html`, "sub index");
      {
        await using program = await startProgram([root]);
        using client = await RawClient.connect(program.port);
        const seen: unknown[] = [];
        for (const target of ["/", "/sub/", "/sub", "/none", "/sleep?ms=0"]) {
          await client.get(target);
          const answer = await client.answer();
          seen.push([answer?.status, answer?.fields["location"] ?? answer?.content]);
        }
        assertEquals(seen, [[200, "root index"], [200, "sub index"], [301, "./sub/"], [404, "404 Not Found\n"], [
          404,
          "404 Not Found\n",
        ]]);
      }
      await Deno.writeTextFile(`${root}/404.html`, "own 404");
      await using program = await startProgram([root, "--lesson"]);
      using client = await RawClient.connect(program.port);
      await client.get("/none");
      assertEquals((await client.answer())?.content, "own 404");
      await client.get("/sleep?ms=0");
      assertEquals((await client.answer())?.content, "root index");
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
);

signalTest("SIGTERM lets a running /sleep finish, refuses new connections, and exits with 0", async () => {
  await using program = await startProgram();
  using sleeper = await RawClient.connect(program.port);
  using idle = await RawClient.connect(program.port);
  await idle.get("/");
  await idle.answer();
  await sleeper.get("/sleep?ms=1500");
  await idle.get("/");
  await idle.answer(); // the sleeper's request came before this one
  const ended = program.end("SIGTERM");
  assertEquals(await idle.rest(), "");
  let isRefused = false;
  try {
    (await RawClient.connect(program.port))[Symbol.dispose]();
  } catch (error) {
    isRefused = error instanceof Deno.errors.ConnectionRefused;
  }
  assert(isRefused, "the listener is closed");
  const answer = await sleeper.answer();
  assertEquals(answer?.status, 200);
  assertEquals(answer?.fields["connection"], "close");
  assertEquals((await ended).code, 0);
});

signalTest("--grace ends the drain, cuts what still runs, says so, and exits with 1", async () => {
  await using program = await startProgram(["--grace", "1"]);
  using sleeper = await RawClient.connect(program.port);
  // In one write, so that with the answer of the first the second one is being waited for.
  await sleeper.send(["/", "/sleep?ms=60000"].map((target) => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""));
  await sleeper.answer();
  const start = performance.now();
  const { code, stdout, stderr } = await program.end("SIGINT");
  assertLess(performance.now() - start, 5000);
  assertEquals(code, 1);
  assertEquals(stderr, "siesta: Cut 1 connection that did not end within 1 s\n");
  assertMatch(stdout, /Siesta stops: [01] connections? finished, 1 cut\n$/);
});

signalTest(
  "A peer that has its answer and does not close is no reason for exit code 1",
  async () => {
    await using program = await startProgram(["--grace=30"]);
    using silent = await RawClient.connect(program.port);
    await silent.get("/");
    await silent.answer();
    const startMs = performance.now(), { code, stdout, stderr } = await program.end("SIGTERM");
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /Siesta stops: 1 connection finished, 0 cut\n$/);
    assertLess(performance.now() - startMs, 1_900); // less than lingerMs
  },
);

signalTest("A second signal ends at once, with 130 for SIGINT and 143 for SIGTERM", async () => {
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    await using program = await startProgram();
    using sleeper = await RawClient.connect(program.port);
    await sleeper.get("/");
    await sleeper.answer();
    await sleeper.get("/sleep?ms=60000");
    using idle = await RawClient.connect(program.port);
    await idle.get("/");
    await idle.answer();
    const start = performance.now();
    program.child.kill(signal);
    assertEquals(await idle.rest(), ""); // the drain has begun
    const result = await program.endAtOnce(signal);
    assertEquals(result.code, code);
    assertLess(performance.now() - start, 5000);
  }
});

programTest("A port in use: one line, exit code 1", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { code, stdout, stderr } = await runProgram(["--port", `${listener.addr.port}`]);
  assertEquals([code, stdout], [1, ""]);
  assertEquals(stderr, `siesta: Cannot listen on "127.0.0.1:${listener.addr.port}": the address is in use\n`);
});

signalTest(
  "A port in use is told of by those, too, that share theirs: workers, and TLS that is to be renewed",
  async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0, reusePort: true });
    const port = `${listener.addr.port}`, root = fromFileUrl(new URL("..", import.meta.url));
    await using folder = await temporaryFolder();
    await Deno.writeTextFile(`${folder.path}/none.pem`, "");
    const tls = ["--cert", `${folder.path}/none.pem`, "--key", `${folder.path}/none.pem`];
    const permissions = ["--allow-net", `--allow-read=${root},${folder.path}`];
    for (const more of [["--workers=2"], tls]) {
      const { code, stdout, stderr } = await runProgram(["--port", port, ...more], { permissions });
      assertEquals([code, stdout], [1, ""]);
      assertEquals(stderr, `siesta: Cannot listen on "127.0.0.1:${port}": the address is in use\n`, more[0]);
    }
  },
);

signalTest("SIGHUP without a certificate is told of, and ends nothing", async () => {
  await using program = await startProgram();
  program.child.kill("SIGHUP");
  using client = await RawClient.connect(program.port);
  await client.get("/");
  assertEquals((await client.answer())?.status, 200);
  const { code, stderr } = await program.end("SIGTERM");
  assertEquals([code, stderr], [0, "siesta: There is no certificate to read anew\n"]);
});

programTest("A ROOT that is missing, a file or unreadable: one line, exit code 1", async () => {
  const file = await Deno.makeTempFile();
  try {
    const missing = await runProgram([`${file}-none`, "--port", "0"]);
    assertEquals([missing.code, missing.stderr], [1, `siesta: Cannot serve "${file}-none": there is no such folder\n`]);
    const noFolder = await runProgram([file, "--port", "0"]);
    assertEquals([noFolder.code, noFolder.stderr], [1, `siesta: Cannot serve "${file}": it is not a folder\n`]);
    const denied = await runProgram([file, "--port", "0"], { permissions: ["--allow-net", "--allow-read=static"] });
    assertEquals(denied.code, 1);
    assertMatch(denied.stderr, /^siesta: Cannot serve ".+": Deno was not started with --allow-read=.+\n$/);
    // "static" was granted, but another one than the program's own.
    const elsewhere = { permissions: ["--allow-net", "--allow-read=static"], cwd: Deno.realPathSync("/") };
    const lesson = await runProgram([], elsewhere), statik = fromFileUrl(new URL("../static", import.meta.url));
    assertEquals(lesson.stderr, `siesta: Cannot serve "static": Deno was not started with --allow-read=${statik}\n`);
    assertEquals(lesson.code, 1);
  } finally {
    await Deno.remove(file);
  }
});

programTest("Wrong flags: one line each that names it, with a suggestion, exit code 2", async () => {
  const { code, stdout, stderr } = await runProgram(["--prot", "80", "--port=x", "--grace", "-1"]);
  assertEquals([code, stdout], [2, ""]);
  const lines = stderr.trimEnd().split("\n");
  assertEquals(lines.length, 3, stderr);
  assertMatch(lines[0], /"--prot".*"--port"/);
  assert(lines.some((line) => line.includes(`"x" for --port`)), stderr);
  assert(lines.some((line) => line.includes(`"-1" for --grace`)), stderr);
});

programTest("A missing network permission: one line, no prompt, exit code 1", async () => {
  const { code, stderr } = await runProgram([], { permissions: ["--allow-read=static"], env: { PORT: "x" } });
  assertEquals(code, 1);
  assertMatch(stderr, /^siesta: Cannot listen on "127\.0\.0\.1:7878": Deno was not started with --allow-net=.+\n$/);
});

programTest("PORT and HOST stand in for flags, and flags win", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const env = { PORT: `${taken.addr.port}`, HOST: "127.0.0.1" };
  assertMatch((await runProgram([], { env })).stderr, /the address is in use/);
  await using program = await startProgram([], { env: { ...env, HOST: "localhost" } });
  assertMatch(program.line, /:[0-9]+\/$/);
  assert(program.port !== taken.addr.port);
});

programTest("--help and --version go to standard output, exit code 0", async () => {
  const help = await runProgram(["--help"]);
  assertEquals([help.code, help.stderr], [0, ""]);
  assertMatch(help.stdout, /^Usage: siesta \[ROOT\] \[flags\]\n/);
  assert(help.stdout.split("\n").every((line) => line.length <= 80), help.stdout);
  const version = await runProgram(["--version"]);
  assertMatch(version.stdout, /^siesta [0-9]+\.[0-9]+\.[0-9]+\n$/);
});

Deno.test({
  name: "--help and --version that cannot be printed: one line or none, exit code 1",
  ignore: !mayRunPrograms || Deno.build.os !== "linux",
  fn: async () => {
    for (const flag of ["--help", "--version"]) {
      const full = await runProgram([flag], { shell: "exec >/dev/full" });
      assertEquals([full.code, full.stdout], [1, ""], flag);
      assertMatch(full.stderr, /^siesta: Cannot print: No space left on device[^\n]*\n$/);
      // A pipe whose reader has gone, as that of `| head -1` may have.
      const shell = `read_nothing() { :; }; (sleep 0.2; "$@"; echo "code $?" >&2) | read_nothing; exit`;
      const closed = await runProgram([flag], { shell });
      assertEquals([closed.stdout, closed.stderr], ["", "code 1\n"], flag);
    }
  },
});

programTest("A closed standard output does not stop the server", async () => {
  await using program = await startProgram();
  await program.closeStdout();
  for (let i = 0; i < 3; i++) {
    using client = await RawClient.connect(program.port);
    await client.get("/");
    assertEquals((await client.answer())?.status, 200);
  }
  if (needsSignals) assertEquals((await program.end("SIGTERM")).code, 0);
});
