/**
 * A limit in time for a promise, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/async/deadline.js";

/** Options of {@linkcode deadline}. */
export interface DeadlineOptions {
  /** Rejects the promise before its time when it is aborted. */
  signal?: AbortSignal;
}

/** Settles as `p` does; rejects with a `TimeoutError` when that takes longer than `ms` milliseconds. */
export const deadline: <T>(p: Promise<T>, ms: number, options?: DeadlineOptions) => Promise<T> = npm.deadline;
