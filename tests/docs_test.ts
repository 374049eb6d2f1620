/** What the documents say of limits is what the code has. */
import { assert, assertEquals } from "@std/assert";
import { GROUPS } from "../http1/cases/all.ts";
import { DEFAULT_LIMITS } from "../http1/message.ts";
import { SCENARIOS } from "./faults/all.ts";
import faults from "../docs/faults.md" with { type: "text" };
import wire from "../docs/wire.md" with { type: "text" };

Deno.test("docs/wire.md has every limit with its default", () => {
  const rows = [...wire.matchAll(/^\| `(\w+)` +\| ([0-9,]+)/gm)].map((
    [, name, value],
  ) => [name, Number(value.replaceAll(",", ""))]);
  assertEquals(Object.fromEntries(rows), { ...DEFAULT_LIMITS });
});

Deno.test("docs/wire.md compares transcripts that there are, and all of them", () => {
  const names = new Set(GROUPS.flatMap(({ group, cases }) => cases.map(({ name }) => `${group}: ${name}`)));
  assertEquals(Number(/^([0-9]+) transcripts;/m.exec(wire)?.[1]), names.size);
  const rows = [...wire.matchAll(/^\| RFC [0-9. ]+ \| (.+?) \| (?:answered|refused|open|closed|no HTTP)/gm)];
  assert(rows.length > 50);
  for (const [, row] of rows) {
    for (const name of row.split("; ")) {
      assert(names.has(name.replace(/\\([|*_<>\\`])/g, "$1")), `There is no transcript ${JSON.stringify(name)}`);
    }
  }
});

Deno.test("docs/faults.md tells of every scenario, and has a figure of each", () => {
  const names = SCENARIOS.map(({ name }) => name);
  const told = Array.from(faults.matchAll(/^\| `(\w+)` /gm), ([, name]) => name);
  assertEquals(told, names);
  const measured = Array.from(faults.matchAll(/^\| (\w+) +\| siesta /gm), ([, name]) => name);
  assertEquals(measured, names);
});
