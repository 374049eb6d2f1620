/** Files through the real program: each flag, folders on disk that change, and the site inside the compiled binary. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { compiledBinary } from "./compiled.ts";
import { mayRunPrograms, type Program, runProgram, startProgram } from "./program.ts";
import { type RawAnswer, RawClient } from "./raw_client.ts";

const isUnix = Deno.build.os !== "windows";

/** Starts the program on a folder of files; needs more than the network. */
function siteTest(
  name: string,
  files: Record<string, string>,
  args: string[],
  fn: (site: Site) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: !mayRunPrograms,
    async fn() {
      const root = await Deno.makeTempDir();
      try {
        for (const [path, content] of Object.entries(files)) {
          await Deno.mkdir(`${root}/${path}/..`.replace(/[^/]+\/\.\.$/, ""), { recursive: true });
          await Deno.writeTextFile(`${root}/${path}`, content);
        }
        await using program = await startProgram([root, ...args]);
        await fn(new Site(root, program));
      } finally {
        await Deno.remove(root, { recursive: true });
      }
    },
  });
}

class Site {
  readonly root: string;
  readonly program: Program;

  constructor(root: string, program: Program) {
    this.root = root;
    this.program = program;
  }

  async ask(target: string, fields: Record<string, string> = {}, method = "GET"): Promise<RawAnswer> {
    using client = await RawClient.connect(this.program.port);
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`).join("");
    await client.send(`${method} ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${lines}\r\n`);
    return (await client.answer(method))!;
  }
}

const NAVIGATION = { "Accept": "text/html,application/xhtml+xml,*/*;q=0.8" };
const FILES = { "index.html": "<p>root</p>", "a.txt": "a", "sub/b.txt": "b", ".env": "hidden", "app.0f3a.js": "1" };

siteTest(
  "Without flags answers are asked for every time, and folders and hidden names are not shown",
  FILES,
  [],
  async (site) => {
    const { fields } = await site.ask("/a.txt");
    assertEquals(fields["cache-control"], "no-cache");
    assertEquals(fields["access-control-allow-origin"], undefined);
    assertEquals((await site.ask("/sub/")).status, 404);
    assertEquals((await site.ask("/.env")).status, 404);
    assertEquals((await site.ask("/some/where", NAVIGATION)).status, 404);
    assertEquals((await site.ask("/a.txt", {}, "POST")).fields["allow"], "GET, HEAD, OPTIONS");
  },
);

siteTest(
  "--dir-listing shows folders, --dotfiles hidden names",
  FILES,
  ["--dir-listing", "--dotfiles"],
  async (site) => {
    assertMatch((await site.ask("/sub/")).content, />b\.txt</);
    assertEquals((await site.ask("/.env")).content, "hidden");
  },
);

siteTest("--no-dir-listing takes --dir-listing back", FILES, ["--dir-listing", "--no-dir-listing"], async (site) => {
  assertEquals((await site.ask("/sub/")).status, 404);
});

siteTest(
  "--single tells of a page that is not there, and serves it when it is",
  FILES,
  ["--single=app.html"],
  async (site) => {
    const ask = () => site.ask("/unknown", { Accept: "text/html" });
    assertEquals((await ask()).status, 404);
    await Deno.writeTextFile(`${site.root}/app.html`, "<p>app</p>");
    const endMs = performance.now() + 5_000; // an answer is at most a second old
    while ((await ask()).status === 404 && performance.now() < endMs);
    assertEquals((await ask()).content, "<p>app</p>");
    const { stderr } = await site.program.end();
    assertEquals(
      stderr,
      `siesta: Cannot find "app.html", the page of --single: unknown paths are 404 until it is there\n`,
    );
  },
);

siteTest("--single gives browsers index.html for unknown paths", FILES, ["--single"], async (site) => {
  const { status, content } = await site.ask("/some/where", NAVIGATION);
  assertEquals([status, content], [200, "<p>root</p>"]);
  assertEquals((await site.ask("/app.js", NAVIGATION)).status, 404);
});

siteTest("--spa=FILE gives browsers that file for unknown paths", FILES, ["--spa=a.txt"], async (site) => {
  assertEquals((await site.ask("/some/where", NAVIGATION)).content, "a");
});

siteTest(
  "--max-age and --immutable say how long answers may be kept",
  FILES,
  ["--max-age", "60", "--immutable", "*.[0-9a-f]*.js", "--immutable=sub/**"],
  async (site) => {
    const kept = async (target: string) => (await site.ask(target)).fields["cache-control"];
    assertEquals(await kept("/a.txt"), "max-age=60");
    assertEquals(await kept("/app.0f3a.js"), "public, max-age=31536000, immutable");
    assertEquals(await kept("/sub/b.txt"), "public, max-age=31536000, immutable");
  },
);

siteTest(
  "-H and --header add fields to every answer",
  FILES,
  ["-H", "X-Frame-Options: DENY", "--header=Cache-Control: private"],
  async (site) => {
    for (const target of ["/a.txt", "/none"]) {
      assertEquals((await site.ask(target)).fields["x-frame-options"], "DENY");
    }
    assertEquals((await site.ask("/a.txt")).fields["cache-control"], "private");
  },
);

siteTest("--cors lets all origins read, and answers their preflight", FILES, ["--cors"], async (site) => {
  assertEquals((await site.ask("/a.txt")).fields["access-control-allow-origin"], "*");
  const preflight = { "Origin": "https://a.example", "Access-Control-Request-Method": "GET" };
  const { status, fields } = await site.ask("/a.txt", preflight, "OPTIONS");
  assertEquals([status, fields["access-control-allow-origin"]], [204, "*"]);
  assertMatch(fields["access-control-allow-methods"], /GET/);
  assertEquals((await site.ask("/a.txt", {}, "OPTIONS")).fields["access-control-allow-origin"], undefined);
});

siteTest("--cors=ORIGIN lets one origin read", FILES, ["--cors=https://a.example"], async (site) => {
  assertEquals((await site.ask("/a.txt")).fields["access-control-allow-origin"], "https://a.example");
});

siteTest(
  "_headers and _redirects of the root count, their mistakes are told with line numbers, and neither is served",
  { ...FILES, "_headers": "/*\n  X-A: 1\n  Date: never\n", "_redirects": "/old /a.txt 301\n/bad\n" },
  [],
  async (site) => {
    assertEquals((await site.ask("/a.txt")).fields["x-a"], "1");
    assertEquals((await site.ask("/old")).fields["location"], "/a.txt");
    assertEquals((await site.ask("/_headers")).status, 404);
    const { stderr } = await site.program.end();
    assertMatch(stderr, /^siesta: _headers:3: .*\nsiesta: _redirects:2: .*\n$/);
  },
);

siteTest(
  "A file that changes is served anew within a second, and so is one that comes or goes",
  FILES,
  [],
  async (site) => {
    const before = await site.ask("/a.txt");
    await Deno.writeTextFile(`${site.root}/a.txt`, "b");
    const changedAtMs = performance.now();
    let answer = before;
    while (answer.content === "a" && performance.now() < changedAtMs + 5_000) {
      await delay(20);
      answer = await site.ask("/a.txt");
    }
    assertEquals(answer.content, "b");
    assert(performance.now() - changedAtMs < 1_000, `after ${performance.now() - changedAtMs} ms`);
    assertNotEquals(answer.fields["etag"], before.fields["etag"]);
    await Deno.writeTextFile(`${site.root}/new.txt`, "new");
    assertEquals((await site.ask("/new.txt")).content, "new");
    await Deno.remove(`${site.root}/new.txt`);
    await delay(1_000);
    assertEquals((await site.ask("/new.txt")).status, 404);
  },
);

siteTest("Parts of a file of more than 4 GiB are right", {}, [], async (site) => {
  const size = 5 * 1024 ** 3;
  {
    using file = await Deno.open(`${site.root}/large.bin`, { write: true, create: true });
    await file.truncate(size);
    for (const at of [4 * 1024 ** 3 - 2, size - 4]) {
      await file.seek(at, Deno.SeekMode.Start);
      await file.write(new TextEncoder().encode("edge"));
    }
  }
  const part = async (range: string) => {
    const { status, content, fields } = await site.ask("/large.bin", { Range: range });
    return [status, content, fields["content-range"]];
  };
  const start = 4 * 1024 ** 3 - 2;
  assertEquals(await part(`bytes=${start}-${start + 3}`), [206, "edge", `bytes ${start}-${start + 3}/${size}`]);
  assertEquals(await part("bytes=-4"), [206, "edge", `bytes ${size - 4}-${size - 1}/${size}`]);
  assertEquals((await part(`bytes=${size}-`)).slice(0, 1), [416]);
  const { fields } = await site.ask("/large.bin", {}, "HEAD");
  assertEquals(fields["content-length"], `${size}`);
  const several = await site.ask("/large.bin", { Range: `bytes=0-1,${start}-${start + 3}` });
  assertMatch(several.content, /\0\0\r\n--[\w-]+\r\n[^]*\r\n\r\nedge\r\n--/);
});

siteTest("A large file that changes while it goes out is cut short", {}, [], async (site) => {
  const path = `${site.root}/large.bin`;
  await Deno.writeFile(path, new Uint8Array(64 * 1024 ** 2));
  using client = await RawClient.connect(site.program.port);
  await client.get("/large.bin");
  const start = new Uint8Array(1_000);
  await client.conn.read(start);
  assertMatch(new TextDecoder().decode(start), /Content-Length: 67108864\r\n/);
  {
    // The same length, so that only its times tell.
    using file = await Deno.open(path, { write: true });
    await file.write(new Uint8Array(1_000).fill(1));
  }
  let length = start.length;
  const into = new Uint8Array(262_144);
  for (let count = await client.conn.read(into); count !== null; count = await client.conn.read(into)) length += count;
  assert(length < 64 * 1024 ** 2, `${length} octets came`);
});

Deno.test({
  name: "Flags of files that cannot be followed are refused with their name and value",
  ignore: !mayRunPrograms,
  async fn() {
    for (
      const [args, message] of [
        [["--max-age", "x"], /"x" for --max-age/],
        [["-H", "nothing"], /"nothing" for --header/],
        [["-H", "Content-Length: 1"], /--header: "Content-Length" is set by the server itself/],
        [["--cors=example.com"], /"example.com" for --cors/],
        [["--single=../x"], /"\.\.\/x" for --single/],
        [["--immutable="], /for --immutable/],
        [["--cache=64X"], /"64X" for --cache: it takes a size such as 64M/],
        [["--cache=-1"], /"-1" for --cache/],
        [["--dir-listin"], /did you mean "--dir-listing"/],
      ] as const
    ) {
      const { code, stderr } = await runProgram([...args]);
      assertEquals(code, 2);
      assertMatch(stderr, message);
    }
    const { stdout } = await runProgram(["--help"]);
    const flags = ["dir-listing", "dotfiles", "single", "max-age", "immutable", "header", "cors", "cache"];
    for (const flag of flags) assert(stdout.includes(flag), flag);
    assert(stdout.includes("--spa") && stdout.includes("-H,"));
  },
});

const compiled = await compiledBinary();

Deno.test({
  name: "The compiled binary's own site has tags, parts, codings and languages",
  ignore: !("path" in compiled) || !isUnix,
  async fn() {
    await using program = await startProgram([], { binary: "path" in compiled ? compiled.path : "" });
    const site = new Site("", program);
    const page = await site.ask("/hello.html");
    const etag = page.fields["etag"];
    assertMatch(etag, /^"[0-9a-f]{32}"$/);
    assertEquals((await site.ask("/", { "If-None-Match": etag })).status, 304);
    assertEquals((await site.ask("/hello", { "Range": "bytes=0-14" })).content, "<!DOCTYPE html>");
    assertEquals((await site.ask("/", { "Accept-Encoding": "br" })).fields["content-encoding"], "br");
    assertEquals((await site.ask("/", { "Accept-Encoding": "gzip" })).fields["content-encoding"], "gzip");
    assertMatch((await site.ask("/", { "Accept-Language": "fr" })).content, /<html lang="fr">/);
    assertMatch((await site.ask("/none", { "Accept-Language": "fr" })).content, /<html lang="fr">/);
    assertEquals((await site.ask("/%2e%2e/main.ts")).status, 404);
    assertEquals((await site.ask("/", {}, "HEAD")).fields["content-length"], page.fields["content-length"]);
  },
});
