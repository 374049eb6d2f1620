/**
 * Command line arguments, by way of npm.
 *
 * The types here are simpler than those of the original: a dotted name such as `a.b` is left to the index signature.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/cli/parse_args.js";

/** One name or several. */
type Names<N extends string> = N | readonly N[];

/** For each name its other name or names. */
type Aliases = { readonly [name: string]: string | readonly string[] };

/** Options of {@linkcode parseArgs}. */
export interface ParseOptions<
  B extends string = string,
  S extends string = string,
  C extends string = string,
  N extends string = string,
  D extends Record<string, unknown> = Record<string, unknown>,
  A extends Aliases = Aliases,
  DD extends boolean = boolean,
> {
  /**
   * Whether the arguments after `--` go to the property `"--"` instead of to `_`.
   *
   * @default {false}
   */
  "--"?: DD;
  /** Other names of flags. */
  alias?: A;
  /** Flags without a value, `false` when absent; `true` means all that begin with `--` and have no `=`. */
  boolean?: boolean | Names<B>;
  /** Values of absent flags. */
  default?: D;
  /**
   * Whether all from the first argument on that is no flag goes to `_`.
   *
   * @default {false}
   */
  stopEarly?: boolean;
  /** Flags whose value is never taken for a number. */
  string?: Names<S>;
  /** Flags that may come several times; their values are an array. */
  collect?: Names<C>;
  /** Flags that `--no-NAME` sets to `false`. */
  negatable?: Names<N>;
  /** Called for a flag that no option names and for each argument that is no flag; `false` leaves it out. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** The name itself and its other names. */
type AllNames<K, A> = K extends keyof A ? K | (A[K] extends readonly (infer M)[] ? M : A[K]) : K;

/** The type of one flag when it is given. */
type Given<K, B, S, C, N> =
  | Collected<K extends S ? string : K extends B ? boolean : unknown, K extends C ? true : false>
  | (K extends N ? false : never);
type Collected<T, IsCollected> = IsCollected extends true ? T[] : T;

/** The flags that have a value always. */
type Certain<B, C, D> = B | C | keyof D;

/** A default takes the place of `undefined`. */
type WithDefault<K, T, D> = K extends keyof D ? T | Widened<D[K]> : T;
type Widened<T> = T extends string ? string : T extends number ? number : T extends boolean ? boolean : T;

/** The flags by all of their names. */
type Flags<B, S, C, N, D, A> =
  & {
    [K in Exclude<Extract<B | S | C, Certain<B, C, D>>, `${string}.${string}`> as Extract<AllNames<K, A>, string>]:
      WithDefault<K, Given<K, B, S, C, N>, D>;
  }
  & {
    [K in Exclude<B | S | C, Certain<B, C, D> | `${string}.${string}`> as Extract<AllNames<K, A>, string>]?: Given<
      K,
      B,
      S,
      C,
      N
    >;
  };

/** What {@linkcode parseArgs} returns: the flags, and in `_` the arguments that are none. */
export type Args<F = { [name: string]: unknown }, DD = false> =
  & F
  & { _: (string | number)[] }
  & (DD extends true ? { "--": string[] } : unknown);

/** Sorts command line arguments into flags and the rest. */
export const parseArgs: <
  const B extends string = never,
  const S extends string = never,
  const C extends string = never,
  const N extends string = never,
  D extends Record<string, unknown> = Record<never, never>,
  const A extends Aliases = Record<never, never>,
  const DD extends boolean = false,
>(
  args: string[],
  options?: ParseOptions<B, S, C, N, D, A, DD>,
) => Args<{ [name: string]: unknown } & Flags<B, S, C, N, D, A>, DD> = npm.parseArgs;
