/** A wait with a bound. */
import { delay } from "@std/async/delay";

/** Waits for a promise, but no longer than so long, and leaves no timer behind: one would keep the process. */
export async function atMost(promise: Promise<unknown>, ms: number): Promise<void> {
  const isOver = new AbortController();
  try {
    await Promise.race([promise, delay(ms, isOver)]);
  } finally {
    isOver.abort();
  }
}
