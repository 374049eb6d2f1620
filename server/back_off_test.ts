import { assertEquals } from "@std/assert";
import { ACCEPT_BACK_OFF_MS, type BackOff, nextPause, WORKER_BACK_OFF_MS, workerPause } from "./back_off.ts";

function pauses(backOff: BackOff, count: number): number[] {
  const all: number[] = [];
  for (let i = 0, pauseMs = 0; i < count; i++) all.push(pauseMs = nextPause(pauseMs, backOff));
  return all;
}

Deno.test("nextPause doubles from the first to the longest, for accept and for workers", () => {
  assertEquals(pauses(ACCEPT_BACK_OFF_MS, 10), [5, 10, 20, 40, 80, 160, 320, 640, 1_000, 1_000]);
  assertEquals(pauses(WORKER_BACK_OFF_MS, 9), [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
});

Deno.test("workerPause begins anew behind a worker that lived for more than ten seconds", () => {
  assertEquals([workerPause(0, 50), workerPause(100, 50), workerPause(400, 10_000)], [100, 200, 800]);
  assertEquals([workerPause(400, 10_001), workerPause(10_000, 3_600_000)], [100, 100]);
});
