/** Random numbers that a seed repeats (mulberry32), so that a run by chance can be run again. */
export class Chance {
  #state: number;

  /** `seed` is a whole number; what is beyond 32 bits does not count. */
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A whole number from 0 to `end`, exclusive. */
  below(end: number): number {
    this.#state = this.#state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(this.#state ^ this.#state >>> 15, this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return Math.floor(((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32 * end);
  }

  /** One of some values. */
  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)];
  }

  /** Some of the values, in their order; all when there are no more. */
  sample<T>(values: readonly T[], count: number): T[] {
    const indices = values.map((_, index) => index);
    while (indices.length > count) indices.splice(this.below(indices.length), 1);
    return indices.map((index) => values[index]);
  }
}
