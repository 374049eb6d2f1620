import { assertEquals } from "@std/assert";
import { parseRange } from "./byte_range.ts";

/** Field, size, and `start-end` (end exclusive) of each part, or the verdict. */
const TABLE: [field: string, size: number, expected: string][] = [
  ["bytes=0-499", 10_000, "0-500"],
  ["bytes=500-999", 10_000, "500-1000"],
  ["bytes=-500", 10_000, "9500-10000"],
  ["bytes=9500-", 10_000, "9500-10000"],
  ["bytes=0-0", 10_000, "0-1"],
  ["bytes=0-0", 1, "0-1"],
  ["bytes=9999-9999", 10_000, "9999-10000"],
  ["bytes=0-", 10, "0-10"],
  ["bytes=0-99999", 10, "0-10"],
  ["bytes=-99999", 10, "0-10"],
  ["bytes=5-99999999999999999999999999", 10, "5-10"],
  ["bytes=00005-00006", 10, "5-7"],
  ["BYTES=0-4", 10, "0-5"],
  ["bytes= 0-4", 10, "0-5"],
  ["bytes=0-4\t ", 10, "0-5"],
  ["bytes=,0-4", 10, "0-5"],
  ["bytes=0-4,", 10, "0-5"],
  // More than 4 GiB, and more than 32 bits of each part.
  ["bytes=4294967296-4294967299", 6_000_000_000, "4294967296-4294967300"],
  ["bytes=-1", 6_000_000_000, "5999999999-6000000000"],
  // Several parts keep their order.
  ["bytes=0-9,500-509", 10_000, "0-10 500-510"],
  ["bytes=500-509, 0-9", 10_000, "500-510 0-10"],
  ["bytes=0-0,-1", 10_000, "0-1 9999-10000"],
  ["bytes=0-9,99999-", 10_000, "0-10"],
  // Those that overlap or touch become one.
  ["bytes=0-9,10-19", 10_000, "0-20"],
  ["bytes=0-9,5-19", 10_000, "0-20"],
  ["bytes=5-19,0-9", 10_000, "0-20"],
  ["bytes=0-99,10-19", 10_000, "0-100"],
  ["bytes=0-9,0-9,0-9", 10_000, "0-10"],
  ["bytes=700-709,0-9,705-719", 10_000, "700-720 0-10"],
  // Parts that come to more than the whole are not worth it.
  ["bytes=0-39,50-99", 100, "whole"],
  ["bytes=0-,0-,0-,0-", 100, "0-100"],
  ["bytes=0-4000,5000-9990", 10_000, "0-4001 5000-9991"],
  ["bytes=0-4000,4002-9999", 9_999, "whole"],
  [
    `bytes=${Array.from({ length: 16 }, (_, i) => `${i * 500}-${i * 500}`)}`,
    100_000,
    Array.from({ length: 16 }, (_, i) => `${i * 500}-${i * 500 + 1}`).join(" "),
  ],
  [`bytes=${Array.from({ length: 17 }, (_, i) => `${i * 500}-${i * 500}`)}`, 100_000, "whole"],
  [`bytes=${"0-0,".repeat(5_000)}`, 100_000, "whole"],
  // Behind the end.
  ["bytes=10-", 10, "unsatisfiable"],
  ["bytes=10-20", 10, "unsatisfiable"],
  ["bytes=99999999999999999999-", 10, "unsatisfiable"],
  ["bytes=-0", 10, "unsatisfiable"],
  ["bytes=10-,11-", 10, "unsatisfiable"],
  ["bytes=0-", 0, "unsatisfiable"],
  ["bytes=0-0", 0, "unsatisfiable"],
  ["bytes=-0", 0, "unsatisfiable"],
  ["bytes=-5", 0, "whole"],
  // Malformed, or of another unit.
  // Two parts of an octet and what they cost besides, 120 octets each, against the whole.
  ["bytes=0-0,2-2", 242, "whole"],
  ["bytes=0-0,2-2", 243, "0-1 2-3"],
  ["bytes=", 10, "whole"],
  ["bytes=,", 10, "whole"],
  ["bytes", 10, "whole"],
  ["bytes 0-4", 10, "whole"],
  ["bytes:0-4", 10, "whole"],
  ["bytes=-", 10, "whole"],
  ["bytes=5-4", 10, "whole"],
  ["bytes=a-b", 10, "whole"],
  ["bytes=0x0-0x4", 10, "whole"],
  ["bytes=+1-2", 10, "whole"],
  ["bytes=1.0-2", 10, "whole"],
  ["bytes=0 -4", 10, "whole"],
  ["bytes=0- 4", 10, "whole"],
  ["bytes=--5", 10, "whole"],
  ["bytes=0-4,x", 10, "whole"],
  ["bytes=0-4;5-6", 10, "whole"],
  ["bytes =0-4", 10, "whole"],
  ["items=0-4", 10, "whole"],
  ["0-4", 10, "whole"],
  ["", 10, "whole"],
];

for (const [field, size, expected] of TABLE) {
  const shown = field.length > 60 ? `${field.slice(0, 60)}...` : field;
  Deno.test(`parseRange "${shown}" of ${size} octets is ${expected.slice(0, 40)} (RFC 9110 14.1.2)`, () => {
    const verdict = parseRange(field, size);
    const text = typeof verdict === "string" ? verdict : verdict.map(({ start, end }) => `${start}-${end}`).join(" ");
    assertEquals(text, expected);
  });
}
