import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Chance } from "./chance.ts";

Deno.test("Chance gives the same numbers for the same seed, and others for another", () => {
  const numbers = (seed: number) => {
    const chance = new Chance(seed);
    return Array.from({ length: 20 }, () => chance.below(1_000));
  };
  assertEquals(numbers(7), numbers(7));
  assertNotEquals(numbers(7), numbers(8));
  assert(numbers(7).every((number) => number >= 0 && number < 1_000 && Number.isInteger(number)));
});

Deno.test("Chance.sample keeps the order, and all when there are few", () => {
  const sample = new Chance(1).sample([1, 2, 3, 4, 5, 6, 7, 8], 3);
  assertEquals(sample.length, 3);
  assertEquals(sample, [...sample].sort());
  assertEquals(new Chance(1).sample([2, 1], 3), [2, 1]);
});
