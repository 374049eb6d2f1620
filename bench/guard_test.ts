import { assertEquals } from "@std/assert";
import { ATTEMPTS, judgeRatio } from "./guard.ts";

/** Gives one ratio after the other. */
function measurements(...ratios: number[]): () => Promise<number> {
  return () => Promise.resolve(ratios.shift()!);
}

Deno.test("judgeRatio is content with the first good measurement", async () => {
  assertEquals(await judgeRatio(1.2, measurements(1.79, 9, 9)), { isGood: true, ratios: [1.79] });
});

Deno.test("judgeRatio forgives bad measurements before a good one", async () => {
  assertEquals(await judgeRatio(1.2, measurements(1.81, 2.5, 1.3)), { isGood: true, ratios: [1.81, 2.5, 1.3] });
});

Deno.test("judgeRatio fails when all in a row are bad, and stops there", async () => {
  const ratios = Array.from({ length: ATTEMPTS }, (_, index) => 1.9 + index);
  assertEquals(await judgeRatio(1.2, measurements(...ratios, 1)), { isGood: false, ratios });
});

Deno.test("judgeRatio fails on a ratio that is no number", async () => {
  assertEquals((await judgeRatio(1.2, measurements(NaN, NaN, NaN))).isGood, false);
});
