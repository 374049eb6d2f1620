import { assertEquals, assertThrows } from "@std/assert";
import { disturbance, disturbanceText, parseCoreTimes, worst } from "./core_accounting.ts";

const STAT = "cpu  30 3 20 400 5 0 7 9 0 0\ncpu0 10 1 12 200 2 6 4 8 0 0\ncpu1 20 2 8 200 3 0 3 1 0 0\nintr 5\n";

Deno.test("parseCoreTimes takes one core, without idleness and interrupts", () => {
  assertEquals(parseCoreTimes(STAT, 0), { processesMs: 230, stolenMs: 80 });
  assertEquals(parseCoreTimes(STAT, 1), { processesMs: 300, stolenMs: 10 });
  assertThrows(() => parseCoreTimes(STAT, 2), Error, "core 2");
});

Deno.test("disturbance leaves the server's own time out", () => {
  const before = { processesMs: 1000, stolenMs: 10 };
  assertEquals(disturbance(before, { processesMs: 1900, stolenMs: 60 }, 700, 1000), {
    otherProcesses: 0.2,
    stolen: 0.05,
  });
  assertEquals(disturbance(before, { processesMs: 1900, stolenMs: 10 }, 910, 1000).otherProcesses, 0);
});

Deno.test("disturbanceText asks for another run only if others had much", () => {
  assertEquals(disturbanceText({ otherProcesses: 0.02, stolen: 0.01 }).includes("too much"), false);
  assertEquals(disturbanceText({ otherProcesses: 0.02, stolen: 0.04 }).includes("too much"), true);
  const both = worst([{ otherProcesses: 0.2, stolen: 0 }, { otherProcesses: 0, stolen: 0.1 }]);
  assertEquals(both, { otherProcesses: 0.2, stolen: 0.1 });
});
