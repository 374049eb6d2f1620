/**
 * Checks who imports whom against the table of docs/DESIGN.md.
 *
 *     deno task imports
 *
 * It reads `deno info --json` from `main.ts` and from every other source, prints each import that breaks the table,
 * each cycle and each name that says nothing, and then exits with status 1. Tests are not looked at: they may import
 * anything.
 *
 * @module
 */

/** For each source what it imports: sources by their path from the root, packages as they are written in the code. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/**
 * Who may import whom; the first line that fits a source is the one that counts. `x/*` is everything in and below the
 * folder, `@std/x` the package with all its modules.
 */
const TABLE: readonly { who: string; may: readonly string[] }[] = [
  { who: "http1/*", may: ["http1/*", "@std/http/status"] },
  {
    who: "files/*",
    may: [
      ...["files/*", "http1/headroom.ts", "http1/message.ts", "http1/response.ts"],
      ...["@std/*", "node:crypto", "node:zlib"],
    ],
  },
  { who: "server/config.ts", may: ["server/*", "http1/*", "@std/async", "@std/cli", "@std/text"] },
  { who: "server/guarded_tls.ts", may: ["server/*", "node:buffer", "node:stream", "node:tls"] },
  { who: "server/*", may: ["server/*", "http1/*", "@std/async"] },
  { who: "lab/*", may: ["lab/*", "http1/message.ts", "http1/response.ts", "@std/async", "node:net"] },
  {
    who: "handlers.ts",
    may: ["files/static_files.ts", "lab/*", "http1/message.ts", "http1/response.ts", "@std/async"],
  },
  { who: "main.ts", may: ["handlers.ts", "server/*", "files/*", "lab/*", "deno.json"] },
  // The steps of the lesson are read on their own.
  { who: "docs/*", may: ["node:net"] },
  { who: "mirror/*", may: ["mirror/*", "npm:*"] },
  { who: "tests/*", may: ["*"] },
  { who: "bench/*", may: ["*"] },
  { who: "tools/*", may: ["*"] },
];

/** Names that say nothing about what is inside; only the mirror needs one, for the packages it stands in for. */
const NAMELESS = /^(?!mirror\/)(?:.*\/)?(?:(?:utils|types|mod)\.ts$|common\/)/;

const TEST = /_test\.ts$/;

/**
 * Finds what is wrong with the imports of a project.
 *
 * @param graph Every source of the project with what it imports.
 * @returns One sentence for each problem, in a fixed order; none when all is well.
 */
export function importProblems(graph: ImportGraph): string[] {
  const problems: string[] = [];
  for (const [source, imports] of [...graph].sort(([a], [b]) => a < b ? -1 : 1)) {
    if (NAMELESS.test(source)) {
      problems.push(`"${source}" has a name that says nothing: no utils, types, mod or common`);
    }
    // Pages and data import nothing.
    if (!source.endsWith(".ts")) continue;
    const rule = TABLE.find(({ who }) => matches(who, source));
    if (!rule) {
      problems.push(`"${source}" is in no line of the table "Who may know whom"`);
      continue;
    }
    for (const target of [...new Set(imports)].sort()) {
      if (TEST.test(target)) problems.push(`"${source}" imports "${target}": only tests may import a test`);
      else if (!rule.may.some((pattern) => matches(pattern, target))) {
        problems.push(`"${source}" imports "${target}": ${rule.who} may import only ${rule.may.join(", ")}`);
      }
    }
  }
  for (const cycle of cycles(graph)) problems.push(`Imports go in a circle: ${cycle.join(" -> ")}`);
  return problems;
}

function matches(pattern: string, name: string): boolean {
  if (pattern.endsWith("*")) return name.startsWith(pattern.slice(0, -1));
  return name === pattern || (pattern.startsWith("@") && name.startsWith(`${pattern}/`));
}

/** The shortest circle through each source that is in one, each circle once, from its first name round to it again. */
function cycles(graph: ImportGraph): string[][] {
  const found = new Map<string, string[]>();
  for (const start of [...graph.keys()].sort()) {
    const way = wayBack(graph, start);
    if (!way) continue;
    const members = [...way].sort().join(" ");
    if (!found.has(members)) found.set(members, [...way, start]);
  }
  return [...found.values()];
}

/** The shortest way from `start` to itself, `start` first and not repeated; `undefined` when there is none. */
function wayBack(graph: ImportGraph, start: string): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const source of queue) {
    for (const target of graph.get(source) ?? []) {
      if (target === start) {
        const way = [source];
        while (way[0] !== start) way.unshift(cameFrom.get(way[0])!);
        return way;
      }
      if (!graph.has(target) || cameFrom.has(target)) continue;
      cameFrom.set(target, source);
      queue.push(target);
    }
  }
  return undefined;
}

/** The part of the answer of `deno info --json` that is looked at. */
interface Info {
  modules: {
    specifier: string;
    error?: string;
    dependencies?: { specifier: string; code?: Resolved; type?: Resolved }[];
  }[];
}

interface Resolved {
  specifier?: string;
  error?: string;
}

/**
 * Takes the sources of the project out of an answer of `deno info --json`.
 *
 * @param info The answer, parsed.
 * @param root The project's folder: a file URL that ends with a slash.
 * @returns The sources in and below `root`, as far as `info` knows them.
 * @throws {Error} If a source or one of its imports does not resolve.
 */
export function graphOf(info: Info, root: string): Map<string, string[]> {
  const graph = new Map<string, string[]>();
  for (const { specifier, error, dependencies = [] } of info.modules) {
    if (!specifier.startsWith(root)) continue;
    const source = decodeURI(specifier.slice(root.length));
    if (error) throw new Error(`Cannot read "${source}": ${error}`);
    graph.set(source, dependencies.map((it) => targetOf(it, source, root)));
  }
  return graph;
}

function targetOf(
  dependency: { specifier: string; code?: Resolved; type?: Resolved },
  source: string,
  root: string,
): string {
  const { specifier, error } = dependency.code ?? dependency.type ?? {};
  if (error || !specifier) throw new Error(`Cannot resolve "${dependency.specifier}" in "${source}": ${error}`);
  const isPath = /^(?:\.{0,2}\/|file:)/.test(dependency.specifier);
  if (!isPath) return dependency.specifier;
  return specifier.startsWith(root) ? decodeURI(specifier.slice(root.length)) : specifier;
}

/**
 * Reads the import graph of the project.
 *
 * @param root The project's folder: a file URL that ends with a slash.
 * @returns All sources but the tests; for each what it imports.
 * @throws {Error} If `deno info` fails or an import does not resolve.
 */
export async function readGraph(root: URL): Promise<Map<string, string[]>> {
  const graph = new Map<string, string[]>();
  const sources = (await sourcesBelow(root)).sort((a, b) => Number(b === "main.ts") - Number(a === "main.ts"));
  for (const source of sources) {
    if (graph.has(source)) continue;
    for (const [name, imports] of graphOf(await info(root, source), root.href)) graph.set(name, imports);
  }
  return graph;
}

async function info(root: URL, source: string): Promise<Info> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", source],
    cwd: root,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot read the imports of "${source}": ${decoder.decode(stderr).trim()}`);
  return JSON.parse(decoder.decode(stdout));
}

async function sourcesBelow(folder: URL, prefix = ""): Promise<string[]> {
  const sources: string[] = [];
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    if (name.startsWith(".") || name === "node_modules") continue;
    if (isDirectory) {
      sources.push(...await sourcesBelow(new URL(`${encodeURIComponent(name)}/`, folder), `${prefix}${name}/`));
    } else if (isFile && name.endsWith(".ts") && !TEST.test(name)) sources.push(prefix + name);
  }
  return sources.sort();
}

if (import.meta.main) {
  const graph = await readGraph(new URL("..", import.meta.url));
  const problems = importProblems(graph);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) Deno.exit(1);
  console.log(`Checked the imports of ${graph.size} files`);
}
