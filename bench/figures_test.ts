import { assertEquals, assertThrows } from "@std/assert";
import { formatNumber, markdownTable, median, medianRatio, percentile } from "./figures.ts";

Deno.test("percentile is the nearest rank, whatever the order", () => {
  const values = [50, 15, 40, 20, 35];
  assertEquals(percentile(values, 5), 15);
  assertEquals(percentile(values, 30), 20);
  assertEquals(percentile(values, 40), 20);
  assertEquals(percentile(values, 41), 35);
  assertEquals(percentile(values, 100), 50);
  assertEquals(values, [50, 15, 40, 20, 35]);
});

Deno.test("percentile 99 of 1 to 1000 leaves ten values above it", () => {
  assertEquals(percentile(Array.from({ length: 1000 }, (_, index) => 1000 - index), 99), 990);
});

Deno.test("percentile sorts by value, not by digits", () => {
  assertEquals(percentile([9, 10, 100], 50), 10);
});

Deno.test("percentile refuses no values and percents out of range", () => {
  assertThrows(() => percentile([], 50), RangeError, "there are no values");
  for (const percent of [0, -1, 100.1, NaN]) assertThrows(() => percentile([1], percent), RangeError);
});

Deno.test("median of an odd and of an even count", () => {
  assertEquals(median([7]), 7);
  assertEquals(median([30, 4, 100]), 30);
  assertEquals(median([4, 1, 3, 2]), 2.5);
  assertThrows(() => median([]), RangeError);
});

Deno.test("medianRatio divides round by round", () => {
  // The machine was ten times slower in the second round: the ratio is 2 in each of them all the same.
  assertEquals(medianRatio([2, 20, 4], [1, 10, 2]), 2);
  assertThrows(() => medianRatio([1, 2], [1]), RangeError);
});

Deno.test("formatNumber groups by three and keeps the decimals", () => {
  assertEquals(formatNumber(1234567), "1,234,567");
  assertEquals(formatNumber(0.5, 2), "0.50");
  assertEquals(formatNumber(1999.999, 2), "2,000.00");
});

Deno.test("markdownTable lines columns up on their side", () => {
  assertEquals(
    markdownTable([{ title: "server", align: "left" }, { title: "n", align: "right" }], [["a", "1"], [
      "long name",
      "12,345",
    ]]),
    [
      "| server    |      n |",
      "| --------- | -----: |",
      "| a         |      1 |",
      "| long name | 12,345 |",
    ].join("\n"),
  );
});

Deno.test("markdownTable refuses a row that is too short", () => {
  assertThrows(() => markdownTable([{ title: "a", align: "left" }], [[]]), RangeError);
});
