/** The tables of docs/testing.md: all limits and deadlines that the code has, and tests that there are. */
import { assert, assertEquals } from "@std/assert";
import { DEFAULT_LIMITS } from "../http1/message.ts";
import { LIMITED_FOLDERS, sourcesOf } from "../tools/covering_tests.ts";
import { limitMutantsOf } from "../tools/mutants.ts";
import { mayRunPrograms } from "./program.ts";

const ROOT = new URL("..", import.meta.url);

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
    for (const [row, , , tests] of rows) assert(tests.length > 10, row);
  },
});

Deno.test({
  name: "docs/testing.md names tests that there are, for what was found and mended",
  ignore: !mayRunPrograms, // reads files
  async fn() {
    const text = await Deno.readTextFile(new URL("docs/testing.md", ROOT));
    const section = text.slice(text.indexOf("## What was found and mended"));
    const rows = [...section.matchAll(/^\| .+? \| .+? \| +(`.+`) +\|$/gm)].map(([, names]) => names);
    const { stdout } = await new Deno.Command("git", { args: ["ls-files", "*_test.ts"], cwd: ROOT }).output();
    const files = new TextDecoder().decode(stdout).trim().split("\n");
    const tests = (await Promise.all(files.map((it) => Deno.readTextFile(new URL(it, ROOT))))).join("\n");
    assert(rows.length > 20);
    for (const name of rows.flatMap((names) => names.match(/(?<=`)[^`]{3,}(?=`)/g)!)) {
      const known = name.replace(/ ?\.\.\.$/, "");
      assert(tests.includes(`"${known}`) || tests.includes(`\`${known}`), `There is no test "${name}"`);
    }
  },
});
