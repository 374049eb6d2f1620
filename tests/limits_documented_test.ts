/** The table of limits and deadlines in docs/testing.md: all that the code has, and no other. */
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
