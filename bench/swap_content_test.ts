import { assertEquals } from "@std/assert";
import { grownContent, LINE_BYTES, versionOf, wholeContent } from "./swap_content.ts";

Deno.test("versionOf knows a version whole, and nothing else", () => {
  const one = wholeContent(1, 100), two = wholeContent(2, 100);
  assertEquals([versionOf(one), versionOf(two)], ["v00000001", "v00000002"]);
  assertEquals(versionOf(new Uint8Array()), "empty");
  assertEquals(versionOf(one.subarray(0, 99 * LINE_BYTES)), undefined);
  assertEquals(versionOf(one.subarray(1)), undefined);
  for (const at of [0, 1, 50, 99]) {
    const torn = one.slice();
    torn.set(two.subarray(at * LINE_BYTES, (at + 1) * LINE_BYTES), at * LINE_BYTES);
    assertEquals(versionOf(torn), undefined);
  }
  const zeros = one.slice();
  zeros.fill(0, 1_000);
  assertEquals(versionOf(zeros), undefined);
});

Deno.test("versionOf knows a file that grows, as far as it has grown by whole blocks of one epoch", () => {
  assertEquals(versionOf(grownContent(3, 0, 16)), "e3n16");
  assertEquals(versionOf(grownContent(3, 0, 15)), undefined);
  const torn = new Uint8Array([...grownContent(3, 0, 8), ...grownContent(4, 8, 16)]);
  assertEquals(versionOf(torn), undefined);
});
