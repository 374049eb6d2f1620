import { assertEquals } from "@std/assert";
import { StopSignals } from "./stop_signals.ts";

/** What a promise has come to by now, `undefined` when to nothing. */
function now<T>(promise: Promise<T>): Promise<T | undefined> {
  return Promise.race([promise, Promise.resolve().then(() => undefined)]);
}

const isThere = (promise: Promise<void>) => now(promise.then(() => true));

Deno.test("StopSignals takes the same signal within half a second for the first one once more", async () => {
  const signals = new StopSignals();
  assertEquals(await isThere(signals.first), undefined);
  signals.hear("SIGINT", 1_000);
  assertEquals(await signals.first, undefined);
  for (const ms of [1_000, 1_003, 1_499.9]) signals.hear("SIGINT", ms);
  assertEquals(await now(signals.second), undefined);
  signals.hear("SIGINT", 1_500);
  assertEquals(await now(signals.second), 130);
});

Deno.test("StopSignals takes another signal for a second one at once, and gives its code", async () => {
  const signals = new StopSignals();
  signals.hear("SIGINT", 0);
  signals.hear("SIGTERM", 1);
  assertEquals(await now(signals.second), 143);
});
