/**
 * Finds the tests that can notice a mistake in a source: those whose imports lead to it.
 *
 * A source's own tests come first, since they are quick and mostly enough; the others of its folder, and those below
 * `tests/` that need no child process, come behind.
 */
import { graphOf, type ImportGraph } from "./check_imports.ts";

/** Tests of other folders that run what a folder has in their own process. */
const FURTHER: Readonly<Record<string, readonly string[]>> = {
  http1: ["tests/docs_test.ts", "tests/held_memory_test.ts"],
  files: ["handlers_test.ts", "tests/held_memory_test.ts", "tests/files_test.ts", "tests/traversal_test.ts"],
  lab: ["tests/lab_test.ts"],
  server: ["main_test.ts"],
  ".": [],
};

/** Tests that start the program, and so run a source without importing it. */
const BY_PROGRAM: Readonly<Record<string, readonly string[]>> = {
  "server/health_check.ts": ["tests/operate_test.ts"],
  "server/instance.ts": ["tests/program_test.ts", "tests/operate_test.ts"],
  "server/operate.ts": [
    "tests/last_lines_test.ts",
    "tests/program_test.ts",
    "tests/operate_test.ts",
  ],
  "server/workers.ts": ["tests/workers_test.ts"],
};

/** All tests that are named above. */
export const NAMED_TESTS: readonly string[] = [...Object.values(FURTHER), ...Object.values(BY_PROGRAM)].flat();

/** Tests for one source, in the order in which they are to be run. */
export interface Covering {
  /** `<name>_test.ts` and `<name>_<topic>_test.ts`; may be empty. */
  readonly own: readonly string[];
  readonly others: readonly string[];
}

/** Splits the tests that lead to a source into its own and the others. */
export function covering(source: string, tests: ReadonlyMap<string, ImportGraph>): Covering {
  const leading = [...tests].filter(([, graph]) => graph.has(source)).map(([test]) => test).sort();
  const stem = source.slice(0, -".ts".length);
  const isOwn = (test: string) => test.startsWith(`${stem}_`);
  const others = [...leading.filter((test) => !isOwn(test)), ...BY_PROGRAM[source] ?? []];
  return { own: leading.filter(isOwn), others };
}

/** Folders in which there are limits and deadlines; `.` is the root. */
export const LIMITED_FOLDERS: readonly string[] = [".", "files", "http1", "lab", "server"];

/** Returns the sources of a folder, tests left out, by name. */
export function sourcesOf(root: URL, folder: string): string[] {
  const names = [...Deno.readDirSync(new URL(`${folder}/`, root))].map(({ name }) => name).sort();
  const sources = names.filter((it) => it.endsWith(".ts") && !it.endsWith("_test.ts"));
  return folder === "." ? sources : sources.map((it) => `${folder}/${it}`);
}

/** The folder that a source is in; `.` for the root. */
export function folderOf(source: string): string {
  return source.includes("/") ? source.slice(0, source.indexOf("/")) : ".";
}

/** Reads the imports of all tests of a folder and of the further ones. */
export async function testsOf(root: URL, folder: string): Promise<Map<string, ImportGraph>> {
  const names = [...FURTHER[folder] ?? []];
  for await (const { name } of Deno.readDir(new URL(`${folder}/`, root))) {
    if (name.endsWith("_test.ts")) names.push(folder === "." ? name : `${folder}/${name}`);
  }
  const tests = new Map<string, ImportGraph>();
  for (const name of names.sort()) {
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", name], cwd: root }).output();
    tests.set(name, graphOf(JSON.parse(new TextDecoder().decode(stdout)), root.href));
  }
  return tests;
}
