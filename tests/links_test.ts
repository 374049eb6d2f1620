/** The documents: where their links lead, and whether the commands in them are ones that there are. */
import { assert, assertEquals } from "@std/assert";
import project from "../deno.json" with { type: "json" };
import { FLAGS } from "../server/flags.ts";
import { mayRunPrograms } from "./program.ts";

const ROOT = new URL("..", import.meta.url);

/** A document by its path from the root. */
interface Document {
  readonly path: string;
  readonly text: string;
}

async function documents(): Promise<Document[]> {
  const paths: string[] = [];
  for (const folder of ["", "docs/", "bench/", "mirror/", "http1/corpus/"]) {
    for await (const { name } of Deno.readDir(new URL(folder, ROOT))) {
      if (name.endsWith(".md")) paths.push(folder + name);
    }
  }
  return await Promise.all(
    paths.sort().map(async (path) => ({ path, text: await Deno.readTextFile(new URL(path, ROOT)) })),
  );
}

/** What a heading is called in a link, as GitHub and others make it. */
function anchorsOf(text: string): string[] {
  const withoutCode = text.replace(/^```[^]*?^```/gm, "");
  return [...withoutCode.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) =>
    heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")
  );
}

/** Links of a document, but for those in examples and in what is left out for now. */
function linksOf(text: string): string[] {
  const prose = text.replace(/^```[^]*?^```|<!--[^]*?-->/gm, "");
  const inline = [...prose.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target]) => target);
  return [...inline, ...[...prose.matchAll(/^\[[^\]]+\]: (\S+)$/gm)].map(([, target]) => target)];
}

async function problemOf(document: Document, link: string, all: readonly Document[]): Promise<string | undefined> {
  if (/^https?:/.test(link)) return URL.canParse(link) ? undefined : "is no URL";
  const [path, anchor] = link.split("#"), target = new URL(path, new URL(document.path, ROOT));
  const there = await Deno.stat(target).catch(() => undefined);
  if (path !== "" && there === undefined) return "leads nowhere";
  if (anchor === undefined) return undefined;
  const name = path === "" ? document.path : decodeURI(target.pathname.slice(ROOT.pathname.length));
  const { text } = all.find((it) => it.path === name) ?? { text: "" };
  return anchorsOf(text).includes(anchor) ? undefined : "leads to no heading";
}

Deno.test("anchorsOf and linksOf read what Markdown means", () => {
  assertEquals(anchorsOf("# One `two`, three\n## `_headers` and x\n```\n# no\n```\n"), [
    "one-two-three",
    "_headers-and-x",
  ]);
  assertEquals(linksOf("a [b](c.md) [`d`](e.ts#f)\n```\n[x](y)\n```\n[g]: https://h.example/\n"), [
    ...["c.md", "e.ts#f", "https://h.example/"],
  ]);
});

Deno.test({
  name: "Every link in the documents leads to a file or heading that there is",
  ignore: !mayRunPrograms, // reads files
  fn: async () => {
    const all = await documents(), problems: string[] = [];
    let count = 0;
    for (const document of all) {
      for (const link of linksOf(document.text)) {
        count++;
        const problem = await problemOf(document, link, all);
        if (problem !== undefined) problems.push(`${document.path}: "${link}" ${problem}`);
      }
    }
    assertEquals(problems, []);
    assert(count > 30, `Only ${count} links were found`);
  },
});

Deno.test({
  name: "Every task, script and flag in the documents is one that there is",
  ignore: !mayRunPrograms,
  fn: async () => {
    const problems: string[] = [], flags = new Set(FLAGS.flatMap(({ name, alias = name }) => [name, alias]));
    for (const { path, text } of await documents()) {
      for (const [, task] of text.matchAll(/\bdeno(?:@[0-9.]+)? task ([a-z]+)/g)) {
        if (!(task in project.tasks)) problems.push(`${path}: there is no task "${task}"`);
      }
      for (const [, script] of text.matchAll(/\bdeno run [^\n`]*?\b((?:bench|tools|tests|lab)\/[a-z_/]+\.ts)\b/g)) {
        if (!await Deno.stat(new URL(script, ROOT)).catch(() => undefined)) problems.push(`${path}: no "${script}"`);
      }
      for (const [, line] of text.matchAll(/(?:^|`)siesta((?: +[^\n`]+)?)/gm)) {
        for (const [, flag] of line.matchAll(/ --(?:no-)?([a-z-]+)/g)) {
          if (!flags.has(flag)) problems.push(`${path}: there is no flag "--${flag}"`);
        }
      }
    }
    assertEquals(problems, []);
  },
});

/** Runs a task of the README on a free port until it says where it serves, asks for a page there, and ends it. */
async function served(args: string[]): Promise<{ line: string; status: number; code: number }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", ...args],
    cwd: ROOT,
    env: { PORT: "0", HOST: "", NO_COLOR: "1", LOG_FORMAT: "off" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let line = "";
  try {
    while (!line.includes("\n")) {
      const { done, value } = await reader.read();
      if (done) break;
      line += value;
    }
    const url = /http:\S+/.exec(line)?.[0];
    const response = url === undefined ? undefined : await fetch(url);
    await response?.body?.cancel();
    child.kill("SIGTERM");
    return { line, status: response?.status ?? 0, code: (await child.status).code };
  } finally {
    await reader.cancel();
  }
}

Deno.test({
  name: "The README's commands start and serve run as they stand there",
  ignore: !mayRunPrograms || Deno.build.os === "windows",
  fn: async () => {
    const lesson = await served(["start"]);
    assertEquals([lesson.status, lesson.code], [200, 0], lesson.line);
    const folder = await served(["serve", new URL("static", ROOT).pathname, "--dir-listing"]);
    assertEquals([folder.status, folder.code], [200, 0], folder.line);
  },
});
