import { assertEquals } from "@std/assert";
import { formatHttpDate, parseHttpDate } from "./http_date.ts";

const NOW = Date.UTC(2026, 5, 1);
const EXAMPLE = Date.UTC(1994, 10, 6, 8, 49, 37);

Deno.test("parseHttpDate reads all three formats (RFC 9110 5.6.7)", () => {
  for (
    const [value, expected] of [
      ["Sun, 06 Nov 1994 08:49:37 GMT", EXAMPLE],
      ["Sunday, 06-Nov-94 08:49:37 GMT", EXAMPLE],
      ["Sun Nov  6 08:49:37 1994", EXAMPLE],
      ["Sun Nov 16 08:49:37 1994", EXAMPLE + 10 * 86_400_000],
      ["sun, 06 nov 1994 08:49:37 gmt", EXAMPLE],
      ["Thu, 29 Feb 2024 00:00:00 GMT", Date.UTC(2024, 1, 29)],
      ["Sat, 31 Dec 2016 23:59:59 GMT", Date.UTC(2016, 11, 31, 23, 59, 59)],
      ["Sat, 31 Dec 2016 23:59:60 GMT", Date.UTC(2016, 11, 31, 23, 59, 59)],
      ["Sat, 01 Jan 2000 00:00:00 GMT", Date.UTC(2000, 0, 1)],
      ["Sat, 01 Jan 0001 00:00:00 GMT", Date.parse("0001-01-01T00:00:00Z")],
    ] as const
  ) assertEquals(parseHttpDate(value, NOW), expected, value);
});

Deno.test("parseHttpDate takes a year of two digits that seems more than 50 years ahead for one in the past", () => {
  assertEquals(parseHttpDate("Friday, 06-Nov-76 08:49:37 GMT", NOW), Date.UTC(2076, 10, 6, 8, 49, 37));
  assertEquals(parseHttpDate("Sunday, 06-Nov-77 08:49:37 GMT", NOW), Date.UTC(1977, 10, 6, 8, 49, 37));
});

Deno.test("parseHttpDate refuses what is no date", () => {
  for (
    const value of [
      "",
      "0",
      "yesterday",
      "1994-11-06T08:49:37Z",
      "Sun, 6 Nov 1994 08:49:37 GMT",
      "Sun, 06 Nov 1994 08:49:37",
      "Sun, 06 Nov 1994 08:49:37 UTC",
      "Sun, 06 Nov 1994 24:00:00 GMT",
      "Sun, 06 Nov 1994 08:60:00 GMT",
      "Sun, 06 Nov 1994 08:49:61 GMT",
      "Sun, 00 Nov 1994 08:49:37 GMT",
      "Sun, 31 Feb 1994 08:49:37 GMT",
      "Sun, 06 Foo 1994 08:49:37 GMT",
      "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
    ]
  ) assertEquals(parseHttpDate(value, NOW), undefined, value);
});

Deno.test("formatHttpDate writes what parseHttpDate reads", () => {
  assertEquals(formatHttpDate(EXAMPLE + 999), "Sun, 06 Nov 1994 08:49:37 GMT");
});
