/**
 * Mutants that cannot be caught, since they change nothing that can be told from outside; each was looked at, and has
 * its reason. `deno task mutate` leaves them out and says how many they are.
 */
import { EQUIVALENT_IN_FILES } from "./equivalent_in_files.ts";
import { EQUIVALENT_IN_HTTP1 } from "./equivalent_in_http1.ts";
import { EQUIVALENT_IN_RESPONSES } from "./equivalent_in_responses.ts";
import type { Equivalent, Mutant } from "./mutants.ts";

/** All that are known. */
export const EQUIVALENT: readonly Equivalent[] = [
  ...EQUIVALENT_IN_HTTP1,
  ...EQUIVALENT_IN_RESPONSES,
  ...EQUIVALENT_IN_FILES,
];

/** Returns whether a mutant is a known one. */
export function isEquivalent(file: string, source: string, { line, change }: Mutant): boolean {
  const at = source.split("\n")[line - 1].trim();
  return EQUIVALENT.some((it) =>
    it.file === file && it.at.includes(at) && (it.changes === undefined || it.changes.includes(change))
  );
}

/** Those of a file that fit no line of it any more, since it was changed: they are to be looked at again. */
export function unfitting(file: string, source: string): Equivalent[] {
  const lines = new Set(source.split("\n").map((line) => line.trim()));
  return EQUIVALENT.filter((it) => it.file === file && !it.at.some((line) => lines.has(line)));
}
