/**
 * The uses of the README's table of permissions: how each is tried, and what happens without each of its permissions.
 * `permissions_test.ts` tries them with `deno run`, `compiled_permissions_test.ts` with a binary for each.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path/from-file-url";
import { type Program, type ProgramOptions, runProgram, startProgram } from "./program.ts";
import { RawClient } from "./raw_client.ts";
import { hasTool, makeCertificate, runTool, temporaryFolder } from "./tools.ts";

const OWN = fromFileUrl(new URL("..", import.meta.url)).replace(/\/$/, "");

/** What stands for the words of the table. */
export interface Places {
  /** A folder with a page. */
  readonly root: string;
  /** Where certificate, key and socket lie. */
  readonly folder: string;
  /** Where a server tells whether it is ready. */
  readonly ready: string;
}

/** Tries something with a program that has some permissions. */
export type Trial = (how: ProgramOptions, places: Places) => Promise<void>;

/** One row of the table. */
export interface Use {
  /** Permissions that it comes on top of. */
  readonly base: readonly string[];
  /** Tools without which it cannot be tried. */
  readonly tools?: readonly string[];
  /** Shows that it works. */
  readonly works: Trial;
  /** Shows what happens when one permission is missing: a refusal that names it, or less than with it. */
  readonly without: Readonly<Record<string, Trial>>;
  /** Permissions that a binary does without, since what they are for is inside of it. */
  readonly inside?: readonly string[];
  /** Variables that are set while a binary is compiled. */
  readonly compileEnv?: Record<string, string>;
}

/** Permissions for a folder, on top of which the others come. */
export const FOLDER = ["--allow-net=127.0.0.1", "--allow-read=ROOT"];
/** The same for what listens elsewhere. */
const FOLDER_ELSEWHERE = ["--allow-read=ROOT"];

const PLAIN = { NO_COLOR: "" };

/** Serves, and is asked. */
function serves(args: (places: Places) => string[], check: (program: Program, places: Places) => Promise<void>): Trial {
  return async (how, places) => {
    const all = args(places), ownPort = all.some((arg) => arg.startsWith("--unix"));
    await using program = await startProgram(all, { env: PLAIN, ...how, ownPort });
    await check(program, places);
  };
}

/** Ends with one line, which names what is missing. */
function refuses(args: (places: Places) => string[], action: RegExp, flag: (places: Places) => string): Trial {
  return async (how, places) => {
    const all = args(places);
    const port = all.some((arg) => /^--(unix|check)/.test(arg)) ? [] : ["--port=0"];
    // A prompt would wait for an answer; there is none.
    const { code, stdout, stderr } = await runProgram([...all, ...port], { env: PLAIN, ...how });
    assertEquals([code, stdout, stderr.split("\n").length], [1, "", 2], stderr);
    const lack = how.binary === undefined
      ? `Deno was not started with ${flag(places)}\n`
      : `the program was compiled without ${flag(places)}: compile one with it\n`;
    assertMatch(stderr, action);
    assert(stderr.endsWith(lack), stderr);
  };
}

async function answers({ port }: Program): Promise<void> {
  using client = await RawClient.connect(port);
  await client.get("/");
  assertEquals((await client.answer())?.status, 200);
}

async function answersTls({ port }: Program): Promise<void> {
  const { stdout } = await runTool("openssl", ["s_client", "-connect", `127.0.0.1:${port}`], "");
  assertMatch(stdout, /subject=CN ?= ?a\n/);
}

async function answersOnSocket(_: Program, { folder }: Places): Promise<void> {
  const { stdout } = await runTool("curl", ["-s", "--unix-socket", `${folder}/s.sock`, "http://a/"]);
  assertEquals(stdout, "page");
}

const certificate = ({ root, folder }: Places) => [root, `--cert=${folder}/C.pem`, `--key=${folder}/C.key`];
const socket = ({ root, folder }: Places) => [root, `--unix=${folder}/s.sock`];
const socketIs = (name: string) =>
  refuses(socket, /Cannot listen on ".*s\.sock": /, ({ folder }) => `--allow-${name}${folder}/s.sock`);

/** Variables whose wrong value is told of. */
async function toldOf(how: ProgramOptions, { root }: Places): Promise<string[]> {
  const env = { ...PLAIN, PORT: "x", HOST: "/", LOG_FORMAT: "x" };
  const { code, stderr } = await runProgram([root], { ...how, env });
  assertEquals(code, 2, stderr);
  return Array.from(stderr.matchAll(/ for ([A-Z_]+): /g), ([, name]) => name);
}

/** Whether the start line has colours. */
async function isColoured(how: ProgramOptions, { root }: Places, env: Record<string, string>): Promise<boolean> {
  await using program = await startProgram([root], { ...how, env });
  return program.line.includes("\x1b");
}

const untold = (name: string): Trial => async (how, places) => {
  const rest = ["PORT", "HOST", "LOG_FORMAT"].filter((it) => it !== name);
  assertEquals((await toldOf(how, places)).sort(), rest.sort());
};
const colouredIs = (expected: boolean, env: Record<string, string>): Trial => async (how, places) => {
  assertEquals(await isColoured(how, places, { ...PLAIN, ...env }), expected);
};
const FORCED = colouredIs(true, { FORCE_COLOR: "1" }), FORBIDDEN = { FORCE_COLOR: "1", NO_COLOR: "1" };

/** How many exports of OpenTelemetry come from a program that is asked once. */
const exports = (isExpected: boolean): Trial => async (how, { root }) => {
  const paths = new Set<string>();
  await using receiver = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    await request.body?.cancel();
    paths.add(new URL(request.url).pathname);
    return new Response("{}");
  });
  const OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${receiver.addr.port}`;
  const env = { OTEL_DENO: "true", OTEL_EXPORTER_OTLP_PROTOCOL: "http/json", OTEL_EXPORTER_OTLP_ENDPOINT };
  await using program = await startProgram([root], { ...how, env });
  await answers(program);
  assertEquals((await program.end()).code, 0);
  assertEquals(paths.has("/v1/traces"), isExpected, `exported to ${[...paths].join(", ")}`);
};

/** The rows, in their order. */
export const USES: Readonly<Record<string, Use>> = {
  "the lesson": {
    base: [],
    works: serves(() => [], answers),
    without: {
      "--allow-net=127.0.0.1": refuses(() => [], /Cannot listen on "127/, () => "--allow-net=127.0.0.1:0"),
      "--allow-read=static": refuses(() => [], /Cannot serve "static": /, () => `--allow-read=${OWN}/static`),
    },
    inside: ["--allow-read=static"],
  },
  "a folder": {
    base: [],
    works: serves(({ root }) => [root], answers),
    without: {
      "--allow-net=127.0.0.1": refuses(({ root }) => [root], /Cannot listen on "127/, () => "--allow-net=127.0.0.1:0"),
      "--allow-read=ROOT": refuses(({ root }) => [root], /Cannot serve "/, ({ root }) => `--allow-read=${root}`),
    },
  },
  "--host": {
    base: FOLDER_ELSEWHERE,
    works: serves(({ root }) => [root, "--host"], (program) => {
      const others = Deno.networkInterfaces().some((it) => it.family === "IPv4" && !it.address.startsWith("127."));
      assertMatch(program.line, others ? /0\.0\.0\.0:[0-9]+\/ and http/ : /0\.0\.0\.0:[0-9]+\/$/);
      return answers(program);
    }),
    without: {
      "--allow-net=0.0.0.0": refuses(
        ({ root }) => [root, "--host"],
        /Cannot listen on "0\.0\.0\.0:0": /,
        () => "--allow-net=0.0.0.0:0",
      ),
      "--allow-sys=networkInterfaces": serves(({ root }) => [root, "--host"], (program) => {
        assertMatch(program.line, /0\.0\.0\.0:[0-9]+\/$/);
        return answers(program);
      }),
    },
  },
  // Port 0 is any free one, and what is allowed is asked before it is known.
  "--admin HOST:PORT": {
    base: FOLDER,
    works: serves(({ root }) => [root, "--admin=localhost:0"], async (program) => {
      const [, url] = await program.until(/health and metrics on (http:\/\/\S+)/);
      assertEquals(await (await fetch(`${url}readyz`)).text(), "200 OK\n");
    }),
    without: {
      "--allow-net=HOST:PORT": refuses(
        ({ root }) => [root, "--admin=localhost:0"],
        /Cannot listen on "localhost:0": /,
        () => "--allow-net=localhost:0",
      ),
    },
  },
  "--cert C --key K": {
    base: FOLDER,
    tools: ["openssl"],
    works: serves(certificate, answersTls),
    without: {
      "--allow-read=C": refuses(
        certificate,
        /Cannot read ".*C\.pem": /,
        ({ folder }) => `--allow-read=${folder}/C.pem`,
      ),
      "--allow-read=K": refuses(
        certificate,
        /Cannot read ".*C\.key": /,
        ({ folder }) => `--allow-read=${folder}/C.key`,
      ),
    },
  },
  "--unix PATH": {
    base: FOLDER_ELSEWHERE,
    tools: ["curl"],
    works: serves(socket, answersOnSocket),
    without: {
      "--allow-read=PATH": socketIs("read="),
      "--allow-write=PATH": socketIs("write="),
      "--allow-net=unix:PATH": socketIs("net=unix:"),
    },
  },
  "--workers N": {
    base: FOLDER,
    works: serves(({ root }) => [root, "--workers=2"], answers),
    without: {
      "--allow-read=.": Deno.build.os === "linux"
        ? refuses(({ root }) => [root, "--workers=2"], /Cannot start workers: /, () => `--allow-read=${OWN}/`)
        : serves(({ root }) => [root, "--workers=2"], answers),
    },
    inside: ["--allow-read=."],
  },
  "--check HOST:PORT": {
    base: [],
    works: async (how, { ready }) => assertEquals((await runProgram([`--check=${ready}`], how)).code, 0),
    without: {
      "--allow-net=HOST:PORT": refuses(
        ({ ready }) => [`--check=${ready}`],
        /Cannot ask "/,
        ({ ready }) => `--allow-net=${ready}`,
      ),
    },
  },
  "environment variables": {
    base: FOLDER,
    works: async (how, places) => {
      assertEquals((await toldOf(how, places)).sort(), ["HOST", "LOG_FORMAT", "PORT"]);
      await FORCED(how, places);
      await colouredIs(false, FORBIDDEN)(how, places);
    },
    without: {
      "--allow-env=PORT": untold("PORT"),
      "--allow-env=HOST": untold("HOST"),
      "--allow-env=LOG_FORMAT": untold("LOG_FORMAT"),
      "--allow-env=NO_COLOR": colouredIs(true, FORBIDDEN),
      "--allow-env=FORCE_COLOR": colouredIs(false, { FORCE_COLOR: "1" }),
    },
  },
  "OpenTelemetry": {
    base: FOLDER,
    works: exports(true),
    without: { "--allow-env=OTEL_DENO": exports(false) },
    compileEnv: { OTEL_DENO: "true" },
  },
};

/** The rows of the README: use and permissions, each by itself. */
export async function rowsOfReadme(): Promise<Map<string, string[]>> {
  const readme = await Deno.readTextFile(`${OWN}/README.md`);
  const [, table] = /\| use +\| flags of `deno run`[^\n]*\n[^\n]*\n((?:\|.*\n)+)/.exec(readme)!;
  return new Map(
    table.trimEnd().split("\n").map((row) => {
      const [, use, flags] = row.split("|").map((cell) => cell.trim());
      return [use.replaceAll("`", ""), flags.match(/--allow-[^\s`]+/g)?.flatMap(inParts) ?? []];
    }),
  );
}

function inParts(flag: string): string[] {
  const [name, values] = flag.split("=");
  return values.split(",").map((value) => `${name}=${value}`);
}

/** Permissions as Deno takes them, with the words of the table replaced. */
export function inPlaces(parts: readonly string[], use: string, { root, folder, ready }: Places): string[] {
  const words: Record<string, string> = {
    "static": `${OWN}/static`,
    "ROOT": root,
    "HOST:PORT": use.startsWith("--check") ? ready : "localhost:0",
    "C": `${folder}/C.pem`,
    "K": `${folder}/C.key`,
    "PATH": `${folder}/s.sock`,
    "unix:PATH": `unix:${folder}/s.sock`,
    ".": OWN,
  };
  const values = new Map<string, string[]>();
  for (const part of parts) {
    const [name, value] = part.split("=");
    values.set(name, [...values.get(name) ?? [], words[value] ?? value]);
  }
  // An older Deno takes each flag once.
  return Array.from(values, ([name, values]) => `${name}=${values.join(",")}`);
}

/** Calls back for each use that can be tried here, with places for all. */
export async function forEachUse(
  callback: (name: string, use: Use, parts: string[], places: Places) => Promise<void>,
): Promise<void> {
  await using temporary = await temporaryFolder();
  const folder = await Deno.realPath(temporary.path), root = `${folder}/site`;
  await Deno.mkdir(root);
  await Deno.writeTextFile(`${root}/index.html`, "page");
  if (hasTool("openssl")) {
    const { cert, key } = await makeCertificate(folder, "a");
    await Deno.rename(cert, `${folder}/C.pem`);
    await Deno.rename(key, `${folder}/C.key`);
  }
  await using server = await startProgram(["--admin=127.0.0.1:0"]);
  const [, ready] = await server.until(/health and metrics on http:\/\/(127\.0\.0\.1:[0-9]+)\//);
  const table = await rowsOfReadme();
  assertEquals([...table.keys()], Object.keys(USES));
  for (const [name, use] of Object.entries(USES)) {
    const missing = (use.tools ?? []).filter((tool) => !hasTool(tool));
    if (missing.length > 0) console.warn(`Left out, ${missing.join(" and ")} missing: ${name}`);
    else await callback(name, use, table.get(name)!, { root, folder, ready });
  }
}
