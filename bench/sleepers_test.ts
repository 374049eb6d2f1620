import { assertEquals } from "@std/assert";
import { judge, outcomeText } from "./sleepers.ts";

const EXPECTED = { count: 6, ms: 5000, lateMs: 1000 };

Deno.test("judge takes both ends of the span for right, and nothing beyond", () => {
  const waitsMs = [4999.999, 5000, 5500, 6000, 6000.001];
  assertEquals(judge({ waitsMs, failures: { "Answer cut short": 1 } }, EXPECTED), {
    count: 6,
    right: 3,
    early: 1,
    late: 1,
    failures: { "Answer cut short": 1 },
  });
});

Deno.test("judge misses a visitor that nothing was heard of", () => {
  const outcome = judge({ waitsMs: [5000, 5000, 5000, 5000], failures: { "Wrong answer": 1 } }, EXPECTED);
  assertEquals(outcome.failures, { "Wrong answer": 1, "Not accounted for": 1 });
  assertEquals(outcome.right, 4);
});

Deno.test("outcomeText sums up and lists the failures", () => {
  assertEquals(
    outcomeText({ count: 10_000, right: 9_990, early: 1, late: 2, failures: { "Cut": 3, "Wrong": 4 } }),
    "9,990 of 10,000 right and in time, 1 early, 2 late, 7 failed\n  3 x Cut\n  4 x Wrong",
  );
});
