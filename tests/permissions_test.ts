/** The least permissions for each use, as the table of the README has them: each row is tried, with it and without. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path/from-file-url";
import { mayRunPrograms, type Program, runProgram, startProgram } from "./program.ts";
import { RawClient } from "./raw_client.ts";
import { hasTool, makeCertificate, runTool, temporaryFolder } from "./tools.ts";

const ignore = !mayRunPrograms || Deno.build.os === "windows";
const OWN = fromFileUrl(new URL("..", import.meta.url)).replace(/\/$/, "");

/** What stands for the words of the table. */
interface Places {
  readonly root: string;
  readonly folder: string;
}

/** One row: how to try it. */
interface Use {
  /** Flags of Siesta. */
  readonly args: (places: Places) => string[];
  /** Tools without which it cannot be tried. */
  readonly tools?: readonly string[];
  /** Whether it stands alone, and not on top of those for a folder. */
  readonly isWhole?: boolean;
  readonly env?: Record<string, string>;
  /** What shows that it works; by default an answer with 200. */
  readonly works?: (program: Program, places: Places) => Promise<void>;
  /** What is said without the row's permissions; `undefined` where it then runs with less. */
  readonly refusal?: RegExp;
}

const overTls = async ({ port }: Program) => {
  const { stdout } = await runTool("openssl", ["s_client", "-connect", `127.0.0.1:${port}`], "");
  assertMatch(stdout, /subject=CN ?= ?a\n/);
};

const USES: Record<string, Use> = {
  "the lesson": { args: () => [], isWhole: true, refusal: /Cannot serve "static": .*--allow-read=/ },
  "a folder": { args: ({ root }) => [root], isWhole: true, refusal: /Cannot serve ".*": .*--allow-read=/ },
  "--host": {
    args: ({ root }) => [root, "--host"],
    works: (program) => {
      assertMatch(program.line, /0\.0\.0\.0:[0-9]+\/( and http|$)/);
      return answers(program);
    },
    refusal: /Cannot listen on "0\.0\.0\.0:0": .*--allow-net=0\.0\.0\.0:0/,
  },
  // Port 0 is any free one, and what is allowed is asked before it is known.
  "--admin HOST:PORT": {
    args: ({ root }) => [root, "--admin=localhost:0"],
    works: async (program) => {
      const [, url] = await program.until(/health and metrics on (http:\/\/\S+)/);
      assertEquals(await (await fetch(`${url}readyz`)).text(), "200 OK\n");
    },
    refusal: /Cannot listen on "localhost:0": .*--allow-net=localhost:0/,
  },
  "--cert C --key K": {
    args: ({ root, folder }) => [root, `--cert=${folder}/C.pem`, `--key=${folder}/C.key`],
    tools: ["openssl"],
    works: overTls,
    refusal: /Cannot read ".*C\.pem": .*--allow-read=/,
  },
  "--unix PATH": {
    args: ({ root, folder }) => [root, `--unix=${folder}/s.sock`],
    tools: ["curl"],
    works: async (_, { folder }) => {
      const { stdout } = await runTool("curl", ["-s", "--unix-socket", `${folder}/s.sock`, "http://a/"]);
      assertEquals(stdout, "page");
    },
    refusal: /Cannot listen on ".*s\.sock": .*--allow-read=/,
  },
  "--workers N": {
    args: ({ root }) => [root, "--workers=2"],
    refusal: Deno.build.os === "linux" ? /Cannot start workers: .*--allow-read=/ : undefined,
  },
  "environment variables": {
    args: ({ root }) => [root],
    env: { LOG_FORMAT: "json", FORCE_COLOR: "1" },
    works: async (program) => {
      await answers(program);
      await program.until(/^\{"timestamp"/m);
    },
  },
};

async function answers(program: Program): Promise<void> {
  using client = await RawClient.connect(program.port);
  await client.get("/");
  assertEquals((await client.answer())?.status, 200);
}

/** The rows: use and flags of Deno. */
async function rows(): Promise<Map<string, string[]>> {
  const readme = await Deno.readTextFile(`${OWN}/README.md`);
  const [, table] = /\| use +\| flags of `deno run`[^\n]*\n[^\n]*\n((?:\|.*\n)+)/.exec(readme)!;
  return new Map(
    table.trimEnd().split("\n").map((row) => {
      const [, use, flags] = row.split("|").map((cell) => cell.trim());
      return [use.replaceAll("`", ""), flags.match(/--allow-[^\s`]+/g) ?? []];
    }),
  );
}

function inPlaces(flags: readonly string[], { root, folder }: Places): string[] {
  const words: Record<string, string> = {
    "static": `${OWN}/static`,
    "ROOT": root,
    "HOST:PORT": "localhost:0",
    "C,K": `${folder}/C.pem,${folder}/C.key`,
    "PATH": `${folder}/s.sock`,
    "unix:PATH": `unix:${folder}/s.sock`,
    ".": OWN,
  };
  return flags.map((flag) => {
    const [name, value] = flag.split("=");
    return `${name}=${words[value] ?? value}`;
  });
}

async function tryUse(use: Use, flags: readonly string[], places: Places): Promise<void> {
  const permissions = inPlaces(
    [...use.isWhole ? [] : ["--allow-net=127.0.0.1", "--allow-read=ROOT"], ...flags],
    places,
  );
  const args = use.args(places), ownPort = args.some((arg) => arg.startsWith("--unix"));
  const env = { NO_COLOR: "", ...use.env };
  {
    await using program = await startProgram(args, { permissions, env, ownPort });
    await (use.works ?? answers)(program, places);
  }
  if (use.refusal === undefined) return;
  // A prompt would wait for an answer; there is none, and the line names what is missing.
  const without = inPlaces(use.isWhole ? flags.slice(0, 1) : ["--allow-net=127.0.0.1", "--allow-read=ROOT"], places);
  const port = ownPort ? [] : ["--port=0"];
  const { code, stdout, stderr } = await runProgram([...args, ...port], { permissions: without, env });
  assertEquals([code, stdout, stderr.split("\n").length], [1, "", 2], stderr);
  assertMatch(stderr, use.refusal);
}

Deno.test({
  name: "Each row of the README's permissions is enough for its use, and without it a line says what is missing",
  ignore,
  fn: async () => {
    await using temporary = await temporaryFolder();
    const folder = temporary.path, root = `${folder}/site`;
    await Deno.mkdir(root);
    await Deno.writeTextFile(`${root}/index.html`, "page");
    if (hasTool("openssl")) {
      const { cert, key } = await makeCertificate(folder, "a");
      await Deno.rename(cert, `${folder}/C.pem`);
      await Deno.rename(key, `${folder}/C.key`);
    }
    // These two have tests of their own: `--check` below, OpenTelemetry in `telemetry_test.ts`.
    const elsewhere = ["--check HOST:PORT", "OpenTelemetry"];
    const table = await rows();
    assertEquals([...table.keys()].filter((use) => !elsewhere.includes(use)), Object.keys(USES));
    for (const [name, use] of Object.entries(USES)) {
      const missing = (use.tools ?? []).filter((tool) => !hasTool(tool));
      if (missing.length > 0) console.warn(`Left out, ${missing.join(" and ")} missing: ${name}`);
      else await tryUse(use, table.get(name)!, { root, folder });
    }
  },
});

Deno.test({
  name: "--check runs with the one permission that the README names",
  ignore,
  fn: async () => {
    const [flag] = (await rows()).get("--check HOST:PORT")!;
    await using program = await startProgram(["--admin=127.0.0.1:0"]);
    const [, address] = await program.until(/health and metrics on http:\/\/(127\.0\.0\.1:[0-9]+)\//);
    const check = (...permissions: string[]) => runProgram([`--check=${address}`], { permissions });
    assertEquals((await check(flag.replace("HOST:PORT", address))).code, 0);
    const { code, stderr } = await check();
    assert(stderr === `siesta: Cannot ask "${address}": Deno was not started with --allow-net=${address}\n`, stderr);
    assertEquals(code, 1);
  },
});
