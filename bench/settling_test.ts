import { assertEquals } from "@std/assert";
import { settled } from "./settling.ts";

const REST = { everyMs: 0, count: 3, tolerance: 0.01, countMax: 8 };

/** Gives one figure after the other, the last for ever. */
function figures(...values: number[]): () => number {
  return () => values.length > 1 ? values.shift()! : values[0];
}

Deno.test("settled waits until the figures are close together", async () => {
  assertEquals(await settled(figures(500, 300, 200, 1000, 1001, 1002, 1), REST), 1002);
});

Deno.test("settled takes a figure that never rests as it is in the end", async () => {
  assertEquals(await settled(figures(1, 2, 3, 4, 5, 6, 7, 8, 9), REST), 8);
});
