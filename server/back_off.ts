/** How long to wait before what failed is tried again: the first time a moment, then twice as long each time. Pure. */

/** Bounds of the pauses, in milliseconds. */
export interface BackOff {
  /** The pause after the first failure. */
  readonly first: number;
  /** The longest one. */
  readonly longest: number;
}

/** Returns the pause that follows one of `lastMs`; 0 when nothing failed before. */
export function nextPause(lastMs: number, { first, longest }: BackOff): number {
  return Math.min(longest, Math.max(first, 2 * lastMs));
}

/** After `accept` failed: 5 ms to a second, as Go's server waits. */
export const ACCEPT_BACK_OFF_MS: BackOff = { first: 5, longest: 1_000 };

/** After a worker ended: long enough that one which cannot start does not fill the log. */
export const WORKER_BACK_OFF_MS: BackOff = { first: 100, longest: 10_000 };

/** A worker that lived longer than this, in milliseconds, has not failed before. */
const HEALTHY_MS = 10_000;

/** Returns the pause before another worker stands in for one that lived for `livedMs` after a pause of `lastMs`. */
export function workerPause(lastMs: number, livedMs: number): number {
  return nextPause(livedMs > HEALTHY_MS ? 0 : lastMs, WORKER_BACK_OFF_MS);
}
