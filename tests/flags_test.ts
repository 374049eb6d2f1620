/** Every flag has a test that runs the program with it; here are the short forms, and those that others leave out. */
import { assertEquals, assertMatch } from "@std/assert";
import { parseConfig } from "../server/config.ts";
import { type Flag, FLAGS } from "../server/flags.ts";
import { mayRunPrograms, type Program, runProgram, startProgram } from "./program.ts";
import { type RawAnswer, RawClient } from "./raw_client.ts";
import { hasTool, makeCertificate, runTool, temporaryFolder } from "./tools.ts";

const ignore = !mayRunPrograms;

async function ask(program: Program, target: string): Promise<RawAnswer | undefined> {
  using client = await RawClient.connect(program.port);
  await client.get(target);
  return await client.answer();
}

/** Long names of flags that no test of the program is given: `--name`, `--name=...`, or `--no-name`. */
function untested(flags: readonly Pick<Flag, "name" | "alias" | "negatable">[], tests: string): string[] {
  const names = flags.flatMap(({ name, alias, negatable }) => [name, alias, negatable ? `no-${name}` : undefined]);
  return names.filter((name) => name !== undefined && !new RegExp(`["\`]--${name}["\`=]`).test(tests)).map((it) =>
    `--${it}`
  );
}

Deno.test({
  name: "Every flag has a test that runs the program with it, in each of its long forms",
  ignore,
  fn: async () => {
    const folder = new URL(".", import.meta.url);
    let tests = "";
    for await (const { name } of Deno.readDir(folder)) {
      if (name.endsWith("_test.ts")) tests += await Deno.readTextFile(new URL(name, folder));
    }
    assertEquals(untested(FLAGS, tests), []);
    const brandNew = { name: ["brand", "new"].join("-"), negatable: true as const };
    assertEquals(untested([...FLAGS, brandNew], tests), [`--${brandNew.name}`, `--no-${brandNew.name}`]);
  },
});

/** Each short form, with what shows that it does what its long one does. */
const SHORTS: Record<string, (folder: string) => Promise<void>> = {
  p: async () => {
    await using program = await startProgram(["-p", "0"], { ownPort: true });
    assertEquals((await ask(program, "/"))?.status, 200);
  },
  c: overTls,
  k: overTls,
  H: async () => {
    await using program = await startProgram(["-H", "X-Short: yes"]);
    assertEquals((await ask(program, "/"))?.fields["x-short"], "yes");
  },
  q: async () => {
    // It has nothing to say, so that it ends is all there is to see; what it serves is in `operate_test.ts`.
    for (const flag of ["-q", "--quiet"]) {
      const { code, stdout, stderr } = await runProgram([flag, "-v"]);
      assertEquals([code, stdout, stderr], [2, "", "siesta: Cannot use --quiet with --verbose\n"]);
    }
  },
  v: async () => {
    for (const flag of ["-v", "--verbose"]) {
      await using program = await startProgram([flag]);
      await program.until(/permissions given back/);
    }
  },
  h: async () => {
    const [short, long] = await Promise.all([runProgram(["-h"]), runProgram(["--help"])]);
    assertEquals(short, long);
    assertMatch(short.stdout, /^Usage: /);
  },
  V: async () => {
    const [short, long] = await Promise.all([runProgram(["-V"]), runProgram(["--version"])]);
    assertEquals(short, long);
    assertMatch(short.stdout, /^siesta [0-9]/);
  },
};

async function overTls(folder: string): Promise<void> {
  if (!hasTool("openssl")) return console.warn("Left out, openssl missing: -c and -k");
  const { cert, key } = await makeCertificate(folder, "short");
  await using program = await startProgram(["-c", cert, "-k", key]);
  const { stdout } = await runTool("openssl", ["s_client", "-connect", `127.0.0.1:${program.port}`], "");
  assertMatch(stdout, /subject=CN ?= ?short/);
}

Deno.test({
  name: "Every short form does what its long form does",
  ignore: ignore || Deno.build.os === "windows",
  fn: async () => {
    assertEquals(FLAGS.flatMap(({ short }) => short ?? []).sort(), Object.keys(SHORTS).sort());
    await using folder = await temporaryFolder();
    for (const run of Object.values(SHORTS)) await run(folder.path);
  },
});

Deno.test({
  name:
    "--no-dotfiles and --no-cors take --dotfiles and --cors back, as the file server of the standard library has it",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    await Deno.writeTextFile(`${folder.path}/.hidden`, "hidden");
    await Deno.writeTextFile(`${folder.path}/shown`, "shown");
    const see = async (...args: string[]) => {
      await using program = await startProgram([folder.path, ...args]);
      const hidden = await ask(program, "/.hidden"), shown = await ask(program, "/shown");
      return [hidden?.status, shown?.fields["access-control-allow-origin"]];
    };
    assertEquals(await see("--dotfiles", "--cors"), [200, "*"]);
    assertEquals(await see("--dotfiles", "--no-dotfiles", "--cors", "--no-cors"), [404, undefined]);
    assertEquals(await see("--no-dotfiles", "--no-cors"), [404, undefined]);
  },
});

Deno.test({
  name: "The start says what is on, and nothing of what is not",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    const on = ["--lesson", "--dir-listing", "--dotfiles", "--single", "--cors", "--allow-host=a", "--proxy-protocol"];
    const trusted = ["--trust-forwarded=10.0.0.0/8", "--admin=127.0.0.1:0"];
    await using program = await startProgram([folder.path, ...on, ...trusted]);
    const [, said] = await program.until(/^ {2}with (.*)\n/m);
    assertEquals(said.replace(/:[0-9]+\//, "/").split("; "), [
      "/sleep and /pause",
      "folders listed",
      "dotfiles",
      "index.html for unknown paths",
      "CORS for *",
      "health and metrics on http://127.0.0.1/",
      "PROXY protocol",
      "Forwarded of 10.0.0.0/8",
      "only for a",
    ]);
    await using plain = await startProgram([folder.path]);
    assertEquals(plain.output, `${plain.line}\n`);
    assertMatch(plain.line, new RegExp(`^Siesta serves ${folder.path} on http://127\\.0\\.0\\.1:[0-9]+/$`));
  },
});

Deno.test("A flag that is typed wrongly names the nearest", () => {
  for (const { name } of FLAGS) {
    // Two letters that changed places, as it happens; of three letters that is too much to guess.
    const typed = `${name[0]}${name[2]}${name[1]}${name.slice(3)}`;
    if (typed === name || name.length <= 3) continue;
    const problems = [`Unknown flag "--${typed}": did you mean "--${name}"?`];
    assertEquals(parseConfig([`--${typed}`], {}), { kind: "problems", problems });
  }
});
