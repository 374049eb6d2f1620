import { assertEquals, assertThrows } from "@std/assert";
import { parseReport, wrkArgs } from "./load_generator.ts";

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

Deno.test("wrkArgs gives every field a flag of its own, and the script its two numbers", () => {
  const args = wrkArgs({
    ...{ url: new URL("http://127.0.0.1:80/"), target: "/files/", fileCount: 20, connections: 64, pipelineDepth: 1 },
    ...{ fields: ["Connection: close", "A: b"], seconds: 2 },
  });
  assertEquals(args.filter((_, index) => args[index - 1] === "-H"), ["Connection: close", "A: b"]);
  assertEquals(args.slice(args.indexOf("--") - 1), ["http://127.0.0.1/files/", "--", "1", "20"]);
});
