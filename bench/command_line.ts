/**
 * The flags of the benchmark programs: each has a default, whose type is the flag's type.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";

/** A command line that cannot be followed; its message is for the user. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** The types of the flags, without their values. */
type Widened<T> = { [K in keyof T]: T[K] extends number ? number : T[K] extends boolean ? boolean : string };

/**
 * Reads `--name value` and `--name=value`; a flag whose default is a boolean takes no value.
 *
 * @param args As in `Deno.args`.
 * @param defaults Each flag's name and default; a boolean's is `false`. A number accepts 0 and more, as decimal digits
 * with an optional fraction.
 * @throws {UsageError} For an unknown flag, an argument without a flag, or a bad number.
 */
export function parseFlags<const T extends Record<string, number | string | boolean>>(
  args: readonly string[],
  defaults: T,
): Widened<T> {
  const names = Object.keys(defaults);
  const parsed = parseArgs([...args], {
    boolean: names.filter((name) => typeof defaults[name] === "boolean"),
    string: names.filter((name) => typeof defaults[name] !== "boolean"),
    unknown(arg: string) {
      const known = names.length === 0 ? "none is taken" : `there are ${names.map((name) => `--${name}`).join(" ")}`;
      throw new UsageError(`Unknown argument "${arg}"; ${known}`);
    },
  }) as Record<string, unknown>;
  const values: Record<string, unknown> = {};
  for (const name of names) {
    const given = parsed[name];
    if (given === undefined) values[name] = defaults[name];
    else values[name] = typeof defaults[name] === "number" ? parseNumber(name, given) : given;
  }
  return values as Widened<T>;
}

/** Runs a program with the command line and exits with its code, or with 2 and a line when it cannot be followed. */
export async function runAndExit(main: (args: string[]) => Promise<number>): Promise<never> {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    Deno.exit(2);
  }
}

function parseNumber(name: string, given: unknown): number {
  if (typeof given !== "string" || !/^[0-9]+(\.[0-9]+)?$/.test(given)) {
    throw new UsageError(`Bad value "${given}" of --${name}: not a number of 0 or more`);
  }
  return Number(given);
}
