/** What stands on a command line and in the environment, flag by flag, and what is wrong with it. Pure. */
import { FLAGS } from "./flags.ts";

/** What the parser of command lines gives: values by name of the flag, and what is no flag. */
export type Parsed = Record<string, unknown> & { _: string[] };

/** What was given for a flag, and where. */
export interface Given {
  /** As it was typed or set. */
  readonly value: string;
  /** `--name` of the flag, or name of the variable. */
  readonly from: string;
}

/** What was given on the command line and in the environment; what cannot be used is added to the problems. */
export class GivenValues {
  /** What is no flag. */
  readonly roots: string[];
  /** The command line, for what the parser does not tell. */
  readonly args: readonly string[];
  /** What is wrong so far, a line each. */
  readonly problems: string[];
  readonly #parsed: Parsed;
  readonly #environment: Readonly<Record<string, string | undefined>>;

  /** Adds to `problems`, which is the caller's. */
  constructor(
    parsed: Parsed,
    args: readonly string[],
    environment: Readonly<Record<string, string | undefined>>,
    problems: string[],
  ) {
    this.args = args;
    this.problems = problems;
    this.#parsed = parsed;
    this.roots = parsed._;
    this.#environment = environment;
  }

  /** The value of a flag, or of its variable. */
  given(name: string): Given | undefined {
    const value = this.#parsed[name];
    if (typeof value === "string") return { value, from: `--${name}` };
    const variable = FLAGS.find((flag) => flag.name === name)?.variable;
    const other = variable === undefined ? undefined : this.#environment[variable];
    return other ? { value: other, from: variable! } : undefined;
  }

  /** Whether a value of a flag stands on the command line itself. */
  isGiven(name: string): boolean {
    return typeof this.#parsed[name] === "string";
  }

  /** All values of a flag that may be given several times. */
  all(name: string): string[] {
    return (this.#parsed[name] as string[] | undefined) ?? [];
  }

  /** Whether a switch is given. */
  isOn(name: string): boolean {
    return this.#parsed[name] === true;
  }

  /** What a switch with an opposite says; `undefined` when neither is given. */
  isOnOrOff(name: string): boolean | undefined {
    const isSaid = this.args.some((arg) => arg === `--${name}` || arg === `--no-${name}`);
    return isSaid ? this.isOn(name) : undefined;
  }

  /** Adds a problem: what cannot be used, where it came from, and what would be right. */
  refuse(value: string, from: string, takes: string): void {
    this.problems.push(`Cannot use "${value}" for ${from}: it takes ${takes}`);
  }

  /** A text that is not empty. */
  text(name: string): string | undefined {
    const { value, from } = this.given(name) ?? {};
    if (value === "") this.refuse(value, from!, `a ${FLAGS.find((flag) => flag.name === name)!.value}`);
    return value;
  }

  /** A whole number from `min` to `max`, `standard` when none is given; `more` says what else would be right. */
  whole(name: string, max: number, standard: number, min = 0, more = ""): number {
    const { value, from } = this.given(name) ?? { value: `${standard}`, from: "" };
    if (/^[0-9]{1,9}$/.test(value) && Number(value) <= max && Number(value) >= min) return Number(value);
    this.refuse(value, from, `a whole number from ${min} to ${max}${more}`);
    return standard;
  }

  /** The members of lists with commas; each has to be good, or `takes` says what would be. */
  list(name: string, isGood: (item: string) => boolean, takes: string): string[] {
    const value = this.#parsed[name] ?? [];
    const items = (Array.isArray(value) ? value : [value]).flatMap((list: string) => list.split(","));
    for (const item of items) if (!isGood(item)) this.refuse(item, `--${name}`, takes);
    return items;
  }
}
