import { assertEquals, assertThrows } from "@std/assert";
import { parseReport } from "./load_generator.ts";

Deno.test("parseReport takes the last line", () => {
  const text = "Running 4s test\n  1 threads\nRequests/sec: 1.00\n\n" +
    '{"requests":4,"durationUs":4000000,"p50Us":10,"p99Us":20,"wrong":0,"broken":0}\n';
  assertEquals(parseReport(text).requests, 4);
  assertEquals(parseReport(text).durationUs, 4_000_000);
});

Deno.test("parseReport refuses an output without a report", () => {
  assertThrows(() => parseReport("unable to connect\n"), Error, "unable to connect");
  assertThrows(() => parseReport(""), Error);
});
