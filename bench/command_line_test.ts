import { assertEquals, assertThrows } from "@std/assert";
import { parseFlags, UsageError } from "./command_line.ts";

const DEFAULTS = { rounds: 5, seconds: 4, server: "siesta", "report-only": false };

Deno.test("parseFlags gives the defaults", () => {
  assertEquals(parseFlags([], DEFAULTS), DEFAULTS);
});

Deno.test("parseFlags reads both spellings and a flag without a value", () => {
  assertEquals(
    parseFlags(["--rounds=3", "--seconds", "0.5", "--server", "nginx", "--report-only"], DEFAULTS),
    { rounds: 3, seconds: 0.5, server: "nginx", "report-only": true },
  );
});

Deno.test("parseFlags does not take the word after a boolean flag as its value", () => {
  assertEquals(parseFlags(["--report-only", "--rounds", "1"], DEFAULTS).rounds, 1);
});

Deno.test("parseFlags names the bad flag or value", () => {
  assertThrows(() => parseFlags(["--round", "3"], DEFAULTS), UsageError, '"--round"');
  assertThrows(() => parseFlags(["3"], DEFAULTS), UsageError, '"3"');
  assertThrows(() => parseFlags(["--help"], {}), UsageError, "none is taken");
  for (const value of ["-1", "1e3", "0x10", "three", "", " 1", "1."]) {
    assertThrows(() => parseFlags([`--rounds=${value}`], DEFAULTS), UsageError, "--rounds");
  }
});
