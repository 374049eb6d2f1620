import { assert, assertLess, assertRejects } from "@std/assert";
import { delay } from "@std/async/delay";
import { atMost } from "./at_most.ts";

Deno.test("atMost waits for the promise or for the time, whichever is first, and leaves no timer", async () => {
  const startMs = performance.now();
  let isThere = false;
  await atMost(delay(5).then(() => isThere = true), 60_000); // the sanitizer would find its timer
  assert(isThere);
  const waitMs = performance.now();
  await atMost(new Promise(() => {}), 20);
  assert(performance.now() - waitMs >= 19);
  assertLess(performance.now() - startMs, 30_000);
});

Deno.test("atMost rejects when the promise does", async () => {
  await assertRejects(() => atMost(Promise.reject(new TypeError("broken")), 60_000), TypeError, "broken");
});
