/** The tables of docs/testing.md: all limits and deadlines that the code has, and tests that there are. */
import { assert, assertEquals } from "@std/assert";
import { GROUPS } from "../http1/cases/all.ts";
import { DEFAULT_LIMITS } from "../http1/message.ts";
import { LIMITED_FOLDERS, sourcesOf } from "../tools/covering_tests.ts";
import { limitMutantsOf } from "../tools/mutants.ts";
import { mayRunPrograms } from "./program.ts";

const ROOT = new URL("..", import.meta.url);

async function testSources(): Promise<string> {
  const { stdout } = await new Deno.Command("git", { args: ["ls-files", "*_test.ts"], cwd: ROOT }).output();
  const files = new TextDecoder().decode(stdout).trim().split("\n");
  return (await Promise.all(files.map((it) => Deno.readTextFile(new URL(it, ROOT))))).join("\n");
}

/** Makes what tells whether a test has a name: one that is written in a source, or of a transcript. */
function testNames(sources: string): (name: string) => boolean {
  const transcripts = new Set(
    GROUPS.flatMap(({ group, cases }) => cases.map((it) => `${group}: ${it.name} (${it.rule})`)),
  );
  // What a table puts into a name can be anything; a name has some words of its own.
  const templates = [...sources.matchAll(/`([^`\n]*\$\{[^`\n]*)`/g)].flatMap(([, template]) => {
    const parts = template.replaceAll("\\", "").split(/\$\{[^}]*\}+/);
    return parts.join("").length < 12 ? [] : [new RegExp(`^${parts.map(RegExp.escape).join(".*")}$`)];
  });
  return (name) =>
    ['"', "'", "`"].some((mark) => sources.includes(`${mark}${name}${mark}`)) || transcripts.has(name) ||
    templates.some((it) => it.test(name));
}

Deno.test({
  name: "docs/testing.md has a row for each limit and each deadline, and none for what is gone",
  ignore: !mayRunPrograms, // reads files
  async fn() {
    const used = new Set<string>();
    for (const file of LIMITED_FOLDERS.flatMap((folder) => sourcesOf(ROOT, folder))) {
      const source = await Deno.readTextFile(new URL(file, ROOT));
      for (const { change } of limitMutantsOf(source, Object.keys(DEFAULT_LIMITS))) {
        used.add(`${change.replace(/ is missing$/, "")} in ${file}`);
      }
    }
    const text = await Deno.readTextFile(new URL("docs/testing.md", ROOT));
    const rows = [...text.matchAll(/^\| `([\w.]+)` +\| `([\w./]+\.ts)` +\| +(.*?) +\|$/gm)];
    assertEquals(new Set(rows.map(([, name, file]) => `${name} in ${file}`)), used);
    const isTest = testNames(await testSources());
    assert(!isTest(["staticFiles keeps", "geese"].join(" ")), "It finds what there is not");
    for (const [row, , , cell] of rows) {
      const tests = cell.replace(/ \(it does not end\)$/, "");
      const isToldOf = /^(the same|tests that wait for .* do not end|none: .{20,})$/.test(tests);
      assert(isToldOf || isTest(tests) || tests.split("; ").every(isTest), `There is no such test: ${row}`);
    }
  },
});

Deno.test({
  name: "docs/testing.md names tests that there are, for what was found and mended",
  ignore: !mayRunPrograms, // reads files
  async fn() {
    const text = await Deno.readTextFile(new URL("docs/testing.md", ROOT));
    const section = text.slice(text.indexOf("## What was found and mended"));
    const rows = [...section.matchAll(/^\| .+? \| .+? \| +(`.+`) +\|$/gm)].map(([, names]) => names);
    const tests = await testSources();
    assert(rows.length > 20);
    for (const name of rows.flatMap((names) => names.match(/(?<=`)[^`]{3,}(?=`)/g)!)) {
      const known = name.replace(/ ?\.\.\.$/, "");
      assert(tests.includes(`"${known}`) || tests.includes(`\`${known}`), `There is no test "${name}"`);
    }
  },
});
