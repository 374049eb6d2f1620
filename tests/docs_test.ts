/** What the documents say of limits is what the code has. */
import { assertEquals } from "@std/assert";
import { DEFAULT_LIMITS } from "../http1/message.ts";
import wire from "../docs/wire.md" with { type: "text" };

Deno.test("docs/wire.md has every limit with its default", () => {
  const rows = [...wire.matchAll(/^\| `(\w+)` +\| ([0-9,]+)/gm)].map((
    [, name, value],
  ) => [name, Number(value.replaceAll(",", ""))]);
  assertEquals(Object.fromEntries(rows), { ...DEFAULT_LIMITS });
});
