/**
 * Says which lines and branches of `http1/`, `files/` and `server/` the tests run: `deno task coverage`.
 *
 * Programs and workers that tests start are counted too: they write what they ran when they end (`DENO_COVERAGE_DIR`).
 * Prints a table, then the lines that no test reaches; exit code 1 when a folder has less than 95 % of either.
 *
 * A branch, as V8 counts, is a block that can be left out. One within a function that never ran is not counted, but
 * its lines are.
 */
import { parseFlags, runAndExit } from "../bench/command_line.ts";

const ROOT = new URL("..", import.meta.url);
const FOLDERS = ["http1", "files", "server"];
const PERCENT_MIN = 95;

/**
 * Tests that run what is in the folders. The others look at browsers, binaries, figures and documents; the one of
 * OpenTelemetry is not here since Deno 2.9 does not end when it has to write both spans and coverage.
 */
export const TESTS: readonly string[] = [
  ...FOLDERS,
  ...["main", "handlers"].map((it) => `${it}_test.ts`),
  ...["files", "last_lines", "operate", "program", "root", "sandbox", "workers"].map((it) => `tests/${it}_test.ts`),
];

/** What is known of one source. */
export interface SourceCoverage {
  /** Path from the root. */
  readonly name: string;
  /** How often each line ran, by its number. */
  readonly lines: ReadonlyMap<number, number>;
  /** How often each branch was taken. */
  readonly branches: readonly { readonly line: number; readonly taken: number }[];
}

/**
 * Reads the lcov format.
 *
 * @param lcov what `deno coverage --lcov` prints
 * @param root path of the project's folder, with a slash at its end
 */
export function sourcesOf(lcov: string, root: string): SourceCoverage[] {
  return lcov.split("end_of_record").filter((it) => it.includes("SF:")).map((record) => {
    const all = (pattern: RegExp) => [...record.matchAll(pattern)];
    return {
      name: all(/^SF:(.*)$/gm)[0][1].replaceAll("\\", "/").replace(root, ""),
      lines: new Map(all(/^DA:([0-9]+),([0-9]+)/gm).map(([, line, count]) => [Number(line), Number(count)])),
      branches: all(/^BRDA:([0-9]+),[0-9]+,[0-9]+,([0-9]+|-)/gm).map(([, line, taken]) => ({
        line: Number(line),
        taken: taken === "-" ? 0 : Number(taken),
      })),
    };
  });
}

/** Returns how many in a hundred lines and branches of some sources ran. */
export function percentages(sources: readonly SourceCoverage[]): { lines: number; branches: number } {
  const percent = (counts: number[]) =>
    counts.length === 0 ? 100 : 100 * counts.filter((it) => it > 0).length / counts.length;
  return {
    lines: percent(sources.flatMap(({ lines }) => [...lines.values()])),
    branches: percent(sources.flatMap(({ branches }) => branches.map(({ taken }) => taken))),
  };
}

/** Names the lines of a source that did not run, or of which a branch was not taken: "12-14, 20 (branch)". */
export function gapsOf({ lines, branches }: SourceCoverage): string {
  const missing = [...lines].filter(([, count]) => count === 0).map(([line]) => line).sort((a, b) => a - b);
  const runs: [first: number, last: number][] = [];
  for (const line of missing) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] === line - 1) run[1] = line;
    else runs.push([line, line]);
  }
  const known = new Set(missing);
  const partly = [...new Set(branches.filter(({ taken }) => taken === 0).map(({ line }) => line))]
    .filter((line) => !known.has(line));
  const lineTexts = runs.map(([first, last]): [number, string] => [
    first,
    first === last ? `${first}` : `${first}-${last}`,
  ]);
  const all = [...lineTexts, ...partly.map((line): [number, string] => [line, `${line} (branch)`])];
  return all.sort(([a], [b]) => a - b).map(([, text]) => text).join(", ");
}

async function run(args: string[], env: Record<string, string> = {}): Promise<string> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args, env, cwd: ROOT, stdin: "null" }).output();
  const text = new TextDecoder().decode(stdout);
  if (!success) throw new Error(`deno ${args[0]} failed:\n${text.slice(-4_000)}`);
  return text;
}

async function measured(): Promise<SourceCoverage[]> {
  const folder = await Deno.makeTempDir();
  try {
    const test = ["test", "--allow-all", "--quiet", `--coverage=${folder}`, "--coverage-raw-data-only"];
    await run([...test, ...TESTS], { DENO_COVERAGE_DIR: folder, NO_COLOR: "1" });
    const lcov = await run(["coverage", "--lcov", folder], { NO_COLOR: "1" });
    const isOurs = /^(?:http1|files|server)\/[a-z0-9_]+(?<!_test)\.ts$/;
    const root = decodeURI(ROOT.pathname);
    return sourcesOf(lcov, root).filter(({ name }) => isOurs.test(name)).sort((a, b) => a.name < b.name ? -1 : 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function printRow(name: string, { lines, branches }: { lines: number; branches: number }): void {
  console.log(`${name.padEnd(32)}${lines.toFixed(1).padStart(7)}${branches.toFixed(1).padStart(10)}`);
}

async function main(args: string[]): Promise<number> {
  parseFlags(args, {});
  const sources = await measured();
  let isEnough = true;
  for (const folder of FOLDERS) {
    const own = sources.filter(({ name }) => name.startsWith(`${folder}/`)), sum = percentages(own);
    console.log(`\n${"".padEnd(32)}lines %  branches %`);
    for (const source of own) printRow(source.name, percentages([source]));
    printRow(`${folder}/`, sum);
    if (sum.lines < PERCENT_MIN || sum.branches < PERCENT_MIN) isEnough = false;
  }
  console.log("\nNo test reaches:");
  for (const source of sources) if (gapsOf(source) !== "") console.log(`${source.name}: ${gapsOf(source)}`);
  if (!isEnough) {
    console.error(`\nLess than ${PERCENT_MIN} %`);
    return 1;
  }
  return 0;
}

if (import.meta.main) await runAndExit(main);
