import { assertEquals } from "@std/assert";
import { type Measured, reportText } from "./watchers.ts";

function measured(p99Ms: number): Measured {
  return { probe: { count: 9, p50Ms: 0.25, p99Ms, maxMs: 9 }, busy: 0.125, residentBytes: 70e6 };
}

Deno.test("reportText compares round by round, so that a round that was slow for both does not count", () => {
  const rounds = { nobody: [1, 20, 3].map(measured), watchers: [1.5, 20.75, 3.25].map(measured) };
  const [line, , , , nobody, watchers] = reportText(rounds, { count: 100, probeEveryMs: 1 }).split("\n");
  assertEquals(line.split(";").slice(0, 2), ["100 watchers who never read", " `GET /` every 1 ms"]);
  const cells = (row: string) => row.split("|").map((cell) => cell.trim()).slice(1, -1);
  assertEquals(cells(nobody), ["nobody", "0.25", "3.00", "9.00", "1.00", "", "12.5 %", "70"]);
  assertEquals(cells(watchers), ["watchers", "0.25", "3.25", "9.00", "1.50", "0.50 (0.25 to 0.75)", "12.5 %", "70"]);
});
