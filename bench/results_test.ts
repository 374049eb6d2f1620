import { assertEquals } from "@std/assert";
import { bestNginx, measuredPeers, type Metric, ratio, resultTable } from "./results.ts";

function metric(series: Metric["series"], others: Partial<Metric> = {}): Metric {
  const figures = { id: "W1", title: "page", unit: "us", decimals: 2, better: "lower", floor: "bare_loop" } as const;
  return { ...figures, goal: "<= 1.25", series, ...others };
}

/** The cells of the table's rows. */
function cells(table: string): string[][] {
  return table.split("\n").slice(2).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

Deno.test("resultTable gives medians, and ratios round by round", () => {
  const series = { siesta: [12, 24, 12.3], bare_loop: [10, 20, 10], nginx: [16, 32, 16] };
  assertEquals(cells(resultTable([metric(series)])), [
    ["W1 page", "us", "12.30", "10.00", "16.00", "1.20 x bare_loop", "0.75", "<= 1.25"],
  ]);
});

Deno.test("resultTable compares with the better nginx and says that it did", () => {
  const series = { siesta: [12], nginx: [16], nginx_no_sendfile: [12] };
  assertEquals(cells(resultTable([metric(series)]))[0].slice(-3, -1), ["", "1.00 (no sendfile)"]);
  assertEquals(bestNginx(metric(series, { better: "higher" })), "nginx");
});

Deno.test("resultTable leaves cells empty that have no figures", () => {
  const table = resultTable([metric({ siesta: [12], caddy: [] }), metric({ nginx: [3] }, { id: "W2" })]);
  assertEquals(cells(table), [
    ["W1 page", "us", "12.00", "", "", "", "<= 1.25"],
    ["W2 page", "us", "", "3.00", "", "", "<= 1.25"],
  ]);
});

Deno.test("resultTable sets a variant of ours beside ours", () => {
  const table = resultTable([metric({ siesta: [10], siesta_log: [11] }, { floor: "siesta" })]);
  assertEquals(cells(table)[0][4], "1.10 x siesta");
});

Deno.test("ratio is undefined for rounds that do not belong together, and for nothing by nothing", () => {
  assertEquals(ratio(metric({ siesta: [1, 2], nginx: [1] }), "siesta", "nginx"), undefined);
  assertEquals(ratio(metric({ siesta: [0], nginx: [0] }), "siesta", "nginx"), undefined);
  assertEquals(ratio(metric({ siesta: [1] }), "siesta", undefined), undefined);
});

Deno.test("measuredPeers are those with figures, in a fixed order", () => {
  assertEquals(measuredPeers([metric({ nginx: [1], siesta: [1], caddy: [] })]), ["siesta", "nginx"]);
});
