import { assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { acceptedCodings } from "./content_coding.ts";

const TABLE: [field: string | undefined, expected: string][] = [
  [undefined, "identity"],
  ["gzip, br;q=1", "br gzip identity"],
  ["", "identity"],
  ["gzip", "gzip identity"],
  ["br", "br identity"],
  ["gzip, deflate, br, zstd", "br zstd gzip identity"],
  ["gzip, deflate", "gzip identity"],
  ["GZip", "gzip identity"],
  ["x-gzip", "gzip identity"],
  ["deflate", "identity"],
  ["compress;q=1, unknown", "identity"],
  ["gzip;q=1.0, br;q=0.5", "gzip br identity"],
  ["br;q=0.8, gzip;q=0.9, zstd;q=0.85", "gzip zstd br identity"],
  ["br;q=0, gzip", "gzip identity"],
  ["identity", "identity"],
  ["identity, gzip;q=0.5", "identity gzip"],
  ["identity;q=0.5, gzip;q=0.5", "gzip identity"],
  ["identity;q=0", ""],
  ["*;q=0", ""],
  ["gzip, identity;q=0", "gzip"],
  ["gzip, *;q=0", "gzip"],
  ["*", "br zstd gzip identity"],
  ["*;q=0.5, gzip", "gzip br zstd identity"],
  ["*;q=0.1, identity;q=0.5", "identity br zstd gzip"],
  ["identity;q=1, *;q=0", "identity"],
  ["gzip ; q=0.5 , br\t;\tq=0.7", "br gzip identity"],
  ["gzip;q=0.001", "gzip identity"],
  ["gzip;q=0.000", "identity"],
  // What is malformed is left out; the rest counts.
  ["gzip;q=2", "identity"],
  ["gzip;q=-1, br", "br identity"],
  ["gzip;q=0.1234, br", "br identity"],
  ["gz ip, br", "br identity"],
  [",,gzip,,", "gzip identity"],
];

for (const [field, expected] of TABLE) {
  Deno.test(`acceptedCodings of ${JSON.stringify(field)} is "${expected}" (RFC 9110 12.5.3)`, () => {
    assertEquals(acceptedCodings(field).join(" "), expected);
    assertEquals(acceptedCodings(field).join(" "), expected);
  });
}

Deno.test("acceptedCodings answers right however many different fields it was asked for", () => {
  for (let i = 0; i < 1_000; i++) assertEquals(acceptedCodings(`gzip, x${i};q=0.5`).join(" "), "gzip identity");
});

Deno.test("acceptedCodings remembers 256 values, and then begins anew", () => {
  let next = 0;
  const another = () => `gzip, x${next++};q=0.123`;
  // The value behind the last that was remembered is the only one then.
  const marker = another(), marked = acceptedCodings(marker);
  let only = another(), codings = acceptedCodings(only);
  while (acceptedCodings(marker) === marked) {
    only = another();
    codings = acceptedCodings(only);
  }
  // The marker, which was asked for again, is the second.
  for (let count = 2; count < 256; count++) acceptedCodings(another());
  assertStrictEquals(acceptedCodings(only), codings);
  acceptedCodings(another());
  const again = acceptedCodings(only);
  assertNotStrictEquals(again, codings);
  assertEquals(again, codings);
});
