/**
 * A promise timer, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/async/delay.js";

/** Options of {@linkcode delay}. */
export interface DelayOptions {
  /** Cancels the timer when it is aborted. */
  signal?: AbortSignal;
  /**
   * Whether the timer keeps the process alive.
   *
   * @default {true}
   */
  persistent?: boolean;
}

/** Resolves after `ms` milliseconds; rejects with the signal's reason when that is aborted first. */
export const delay: (ms: number, options?: DelayOptions) => Promise<void> = npm.delay;
