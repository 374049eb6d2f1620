import { assertEquals } from "@std/assert";
import { detailTable, type Runner } from "./load_rounds.ts";
import type { PeerName } from "./peers.ts";
import type { RunningServer } from "./server_process.ts";

function runner(name: PeerName, ...cpuUs: number[]): Runner {
  const rounds = cpuUs.map((cpuUsPerRequest) => ({
    ...{ cpuUsPerRequest, requestsPerSecond: 1e6 / cpuUsPerRequest, megabytesPerSecond: 10, cpuSecondsPerGigabyte: 1 },
    ...{ peakMegabytes: 40, coreUse: 0.96, disturbance: undefined },
  }));
  return { name, rounds, server: {} as RunningServer, checked: { coding: "gzip", fields: [] } };
}

Deno.test("detailTable gives medians and spreads, and no line to a server that has no rounds", () => {
  const table = detailTable(
    { figures: [{ name: "cpuUsPerRequest", floor: "bare_loop" }] },
    [runner("siesta", 12, 24, 12.5), runner("nginx")],
  );
  const rows = table.split("\n").slice(2).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  assertEquals(rows, [["siesta", "gzip", "80,000", "10", "96 %", "12.50", "12.00 - 24.00", "40"]]);
});
