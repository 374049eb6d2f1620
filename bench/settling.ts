/**
 * Waits for a figure that keeps moving to come to rest.
 *
 * @module
 */

import { delay } from "@std/async/delay";

/** When a figure counts as at rest. */
export interface Rest {
  everyMs: number;
  /** How many figures in a row have to be close together. */
  count: number;
  /** How close: the difference of the largest and the smallest as a part of the largest. */
  tolerance: number;
  /** After so many figures the last one is taken as it is. */
  countMax: number;
}

const REST: Rest = { everyMs: 250, count: 4, tolerance: 0.005, countMax: 40 };

/** Takes a figure again and again until it is at rest, and returns the last. */
export async function settled(sample: () => number, rest: Rest = REST): Promise<number> {
  const samples = [sample()];
  while (samples.length < rest.countMax && !isAtRest(samples.slice(-rest.count), rest)) {
    await delay(rest.everyMs);
    samples.push(sample());
  }
  return samples.at(-1)!;
}

function isAtRest(samples: readonly number[], { count, tolerance }: Rest): boolean {
  if (samples.length < count) return false;
  const largest = Math.max(...samples);
  return largest - Math.min(...samples) <= tolerance * largest;
}
