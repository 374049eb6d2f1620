import { assertEquals } from "@std/assert";
import { resultTable } from "./load.ts";

const round = (requestsPerSecond: number, cpuUsPerRequest: number) => ({
  requestsPerSecond,
  cpuUsPerRequest,
  coreUse: requestsPerSecond * cpuUsPerRequest / 1e6,
  disturbance: undefined,
});

/** The cells of the table's rows, by server. */
function cells(table: string): Record<string, string[]> {
  const rows = table.split("\n").slice(2).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  return Object.fromEntries(rows.map(([name, ...rest]) => [name, rest]));
}

Deno.test("resultTable gives medians, and ratios round by round", () => {
  const table = resultTable([
    { name: "siesta", rounds: [round(80_000, 12), round(40_000, 24), round(81_000, 12.3)] },
    { name: "bare_loop", rounds: [round(100_000, 10), round(50_000, 20), round(90_000, 10)] },
    { name: "nginx", rounds: [round(50_000, 16), round(25_000, 32), round(60_000, 16)] },
  ]);
  assertEquals(cells(table), {
    siesta: ["80,000", "0.80", "96 %", "12.30", "12.00 - 24.00", "1.20", "0.75"],
    bare_loop: ["90,000", "1.00", "100 %", "10.00", "10.00 - 20.00", "1.00", "0.63"],
    nginx: ["50,000", "0.50", "80 %", "16.00", "16.00 - 32.00", "1.60", "1.00"],
  });
});

Deno.test("resultTable leaves out the ratios to a server that was not there", () => {
  const table = resultTable([{ name: "siesta", rounds: [round(80_000, 12)] }]);
  assertEquals(cells(table).siesta, ["80,000", "", "96 %", "12.00", "12.00 - 12.00", "", ""]);
});
