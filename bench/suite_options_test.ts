import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "./command_line.ts";
import { readSuiteOptions } from "./suite_options.ts";
import { WORKLOADS } from "./workloads.ts";

Deno.test("readSuiteOptions takes everything unless told otherwise", () => {
  const { workloads, out, plot } = readSuiteOptions([]);
  assertEquals(workloads.map(({ id }) => id), WORKLOADS.map(({ id }) => id));
  assertEquals([out, plot], ["", ""]);
});

Deno.test("readSuiteOptions takes only the workloads and servers that are named", () => {
  const { workloads } = readSuiteOptions(["--workload", "W7,W1", "--peers", "siesta,nginx,bare_disk"]);
  assertEquals(workloads.map(({ id, peers }) => [id, [...peers].sort()]), [
    ["W7", ["nginx", "siesta"]],
    ["W1", ["bare_disk", "nginx", "siesta"]],
  ]);
});

Deno.test("readSuiteOptions refuses what it does not know", () => {
  for (
    const args of [["--workload", "W99"], ["--peers", "apache"], ["--rounds", "0"], ["--seconds", "0.5"], ["--x"]]
  ) {
    assertThrows(() => readSuiteOptions(args), UsageError);
  }
});
