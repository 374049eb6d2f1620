import { assert, assertEquals } from "@std/assert";
import { EQUIVALENT, isEquivalent, unfitting } from "./equivalent_mutants.ts";
import { mutantsOf } from "./mutants.ts";

Deno.test("Every mutant that is known to change nothing has a place and a reason", () => {
  for (const { at, reason } of EQUIVALENT) assert(at.length > 0 && reason.length > 10);
});

Deno.test("isEquivalent knows a mutant by its file, its line and what was done", () => {
  const source = "  const table = new Uint8Array(256);\nlet other = new Uint8Array(256);\n",
    [first, second] = mutantsOf(source);
  assertEquals(isEquivalent("http1/grammar.ts", source, first), true);
  assertEquals(isEquivalent("http1/grammar.ts", source, second), false);
  assertEquals(isEquivalent("http1/framing.ts", source, first), false);
});

Deno.test("unfitting finds entries whose lines are gone", () => {
  const file = "http1/read_buffer.ts", all = EQUIVALENT.filter((it) => it.file === file);
  assert(all.length > 0);
  assertEquals(unfitting(file, all.map(({ at }) => `  ${at[0]}`).join("\n")), []);
  assertEquals(unfitting(file, "other();\n"), all);
});
