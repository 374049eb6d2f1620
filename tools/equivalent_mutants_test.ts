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
  const all = EQUIVALENT.filter(({ file }) => file === "http1/version.ts" || file === "http1/read_buffer.ts");
  assertEquals(unfitting("http1/read_buffer.ts", "export const IDLE_BUFFER_BYTES_MAX = 4_096;\n"), []);
  assertEquals(unfitting("http1/read_buffer.ts", "other();\n"), all);
});
