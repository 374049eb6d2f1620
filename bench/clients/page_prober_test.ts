import { assertEquals } from "@std/assert";
import { countedFromMs, probeReport } from "./page_prober.ts";

Deno.test("countedFromMs is the sending of a request that was free to go", () => {
  // The timer was 1 ms late: that is not the server's doing.
  assertEquals(countedFromMs(100, 101, 95), 101);
});

Deno.test("countedFromMs is the due time of a request that a late answer held up", () => {
  assertEquals(countedFromMs(100, 150, 150), 100);
});

Deno.test("probeReport gives percentiles", () => {
  const latencies = Array.from({ length: 200 }, (_, index) => index + 1);
  assertEquals(probeReport(latencies), { count: 200, p50Ms: 100, p99Ms: 198, maxMs: 200 });
});
