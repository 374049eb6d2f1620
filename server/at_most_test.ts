import { assertLess, assertRejects } from "@std/assert";
import { atMost } from "./at_most.ts";

Deno.test("atMost waits for the promise or for the time, whichever is first, and leaves no timer", async () => {
  const startMs = performance.now();
  await atMost(Promise.resolve(), 60_000); // the sanitizer would find its timer
  await atMost(new Promise(() => {}), 5);
  assertLess(performance.now() - startMs, 30_000);
});

Deno.test("atMost rejects when the promise does", async () => {
  await assertRejects(() => atMost(Promise.reject(new TypeError("broken")), 60_000), TypeError, "broken");
});
