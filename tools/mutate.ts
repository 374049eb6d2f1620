/**
 * Mutation testing: makes one small mistake at a time in `http1/` and `files/`, and looks whether a test fails.
 *
 *     deno task mutate                          all mutants: most of an hour
 *     deno task mutate --sample 200 --seed 7    some of them
 *     deno task mutate --file http1/framing.ts  those of one file
 *     deno task mutate --limits                 takes each limit and each deadline away, in server/ too, and names the
 *                                               tests that fail then
 *
 * 1. copy the tree into temporary folders, one for each of `--jobs` that work at the same time
 * 2. run the tests without a mistake: they must pass, and say how long they take
 * 3. for each mutant: write it, run the tests that lead to its file, its own first, until one fails
 * 4. print how many were caught in each file, and those that were not
 *
 * A mutant whose tests do not end is caught as well. Types are not checked: only tests count. Exit code 1 when more than
 * a tenth survived, or, with `--limits`, one.
 */
import { parseFlags } from "../bench/command_line.ts";
import { DEFAULT_LIMITS } from "../http1/message.ts";
import { Chance } from "./chance.ts";
import { type Covering, covering, testsOf } from "./covering_tests.ts";
import { isEquivalent } from "./equivalent_mutants.ts";
import { assertParses, limitMutantsOf, type Mutant, mutantsOf, mutated } from "./mutants.ts";

const ROOT = new URL("..", import.meta.url);
/** A mutant that takes this many times as long as no mutant, and a few seconds more, will not end. */
const PATIENCE = { factor: 3, moreMs: 5_000 };
/** Caught in each hundred, at least. */
const CAUGHT_MIN = 90;

type Fate = "caught" | "endless" | "survived";

interface Task {
  readonly file: string;
  /** What is in the file without a mistake. */
  readonly source: string;
  readonly mutant: Mutant;
}

/** What became of a mutant, and the test that caught it. */
interface Result {
  readonly fate: Fate;
  readonly by: string;
}

type Outcome = Task & Result;

/** A copy of the tree in which mistakes can be made. */
class Copy {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Copies what git knows, as it is in the working tree. */
  static async make(): Promise<Copy> {
    const path = await Deno.makeTempDir({ prefix: "mutants-" });
    const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    const { stdout } = await new Deno.Command("git", { args, cwd: ROOT }).output();
    for (const name of new TextDecoder().decode(stdout).split("\0").filter((it) => it !== "")) {
      await Deno.mkdir(`${path}/${name}`.replace(/[^/]*$/, ""), { recursive: true });
      // A file that was deleted and not committed is still in git's list.
      await Deno.copyFile(new URL(name, ROOT), `${path}/${name}`).catch(() => {});
    }
    return new Copy(path);
  }

  async write(file: string, source: string): Promise<void> {
    await Deno.writeTextFile(`${this.#path}/${file}`, source);
  }

  /** Runs tests until one fails. */
  async test(tests: readonly string[], timeoutMs = Infinity): Promise<Result> {
    const args = [
      "test",
      "--allow-all",
      "--no-check",
      "--quiet",
      "--fail-fast",
      "--v8-flags=--max-old-space-size=1024",
    ];
    const deno = [Deno.execPath(), ...args, ...tests];
    const [command, ...rest] = Deno.build.os === "windows" ? deno : ["nice", "-n", "19", ...deno];
    const child = new Deno.Command(command, {
      args: rest,
      cwd: this.#path,
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "null",
    })
      .spawn();
    let isLate = false;
    const timer = timeoutMs === Infinity ? undefined : setTimeout(() => {
      isLate = true;
      child.kill("SIGKILL");
    }, timeoutMs);
    const { success, stdout } = await child.output();
    clearTimeout(timer);
    const by = /^(.*) \.\.\. FAILED/m.exec(new TextDecoder().decode(stdout))?.[1] ?? "the end of its module";
    return { fate: isLate ? "endless" : success ? "survived" : "caught", by: isLate ? "time" : success ? "" : by };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#path, { recursive: true });
  }
}

/** Tests in the order in which a mutant meets them, with the longest time that each lot may take. */
interface Lot {
  readonly tests: readonly string[];
  readonly timeoutMs: number;
}

/** Runs each of some tests without a mistake, and says how long it takes. */
async function measured(tests: Iterable<string>): Promise<Map<string, number>> {
  await using copy = await Copy.make();
  const times = new Map<string, number>();
  for (const test of tests) {
    const startMs = performance.now();
    if ((await copy.test([test])).fate !== "survived") throw new Error(`"${test}" fails without a mutant`);
    times.set(test, performance.now() - startMs);
  }
  return times;
}

/** The lots of all files that are to be mutated. */
async function lotsOf(files: ReadonlySet<string>): Promise<Map<string, Lot[]>> {
  const coverings = new Map<string, Covering>();
  const folderOf = (file: string) => file.slice(0, file.indexOf("/"));
  for (const folder of new Set([...files].map(folderOf))) {
    const graphs = await testsOf(ROOT, folder);
    for (const file of files) if (folderOf(file) === folder) coverings.set(file, covering(file, graphs));
  }
  const times = await measured(new Set([...coverings.values()].flatMap(({ own, others }) => [...own, ...others])));
  const lotOf = (tests: readonly string[]): Lot => {
    const ms = tests.reduce((sum, test) => sum + times.get(test)!, 0);
    return { tests, timeoutMs: PATIENCE.factor * ms + PATIENCE.moreMs };
  };
  return new Map([...coverings].map(([file, { own, others }]) => [
    file,
    [own, others].filter((tests) => tests.length > 0).map(lotOf),
  ]));
}

async function fateOf({ file, source, mutant }: Task, copy: Copy, lots: readonly Lot[]): Promise<Result> {
  const mistaken = mutated(source, mutant);
  assertParses(mistaken);
  await copy.write(file, mistaken);
  try {
    for (const { tests, timeoutMs } of lots) {
      const result = await copy.test(tests, timeoutMs);
      if (result.fate !== "survived") return result;
    }
    return { fate: "survived", by: "" };
  } finally {
    await copy.write(file, source);
  }
}

async function tasksOf(folders: readonly string[], isLimits: boolean): Promise<Task[]> {
  const tasks: Task[] = [];
  for (const folder of folders) {
    const names = [...Deno.readDirSync(new URL(`${folder}/`, ROOT))].map(({ name }) => name).sort();
    for (const name of names.filter((it) => it.endsWith(".ts") && !it.endsWith("_test.ts"))) {
      const file = `${folder}/${name}`, source = await Deno.readTextFile(new URL(file, ROOT));
      const mutants = isLimits ? limitMutantsOf(source, Object.keys(DEFAULT_LIMITS)) : mutantsOf(source);
      tasks.push(...mutants.map((mutant) => ({ file, source, mutant })));
    }
  }
  return tasks;
}

async function run(tasks: readonly Task[], jobs: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [], left = [...tasks];
  const lots = await lotsOf(new Set(tasks.map((it) => it.file)));
  const work = async () => {
    await using copy = await Copy.make();
    for (let task = left.shift(); task !== undefined; task = left.shift()) {
      const outcome = { ...task, ...await fateOf(task, copy, lots.get(task.file)!) };
      outcomes.push(outcome);
      if (outcome.fate === "survived") console.log(`${task.file}:${task.mutant.line}: ${task.mutant.change}`);
      if (outcomes.length % 100 === 0) console.log(`(${outcomes.length} of ${tasks.length})`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return outcomes;
}

function printTable(outcomes: readonly Outcome[]): number {
  const row = (name: string, some: readonly Outcome[]) => {
    const count = (fate: Fate) => some.filter((it) => it.fate === fate).length;
    const percent = some.length === 0 ? 100 : 100 * (1 - count("survived") / some.length);
    console.log(
      `${name.padEnd(28)}${`${some.length}`.padStart(8)}${`${count("caught")}`.padStart(8)}` +
        `${`${count("endless")}`.padStart(9)}${`${count("survived")}`.padStart(10)}${percent.toFixed(1).padStart(8)} %`,
    );
    return percent;
  };
  console.log(`\n${"".padEnd(28)} mutants  caught  endless  survived`);
  for (const file of [...new Set(outcomes.map((it) => it.file))].sort()) {
    row(file, outcomes.filter((it) => it.file === file));
  }
  return row("all", outcomes);
}

if (import.meta.main) {
  const flags = parseFlags(Deno.args, { sample: 0, seed: 1, file: "", limits: false, jobs: 1 });
  const folders = flags.limits ? ["http1", "files", "server"] : ["http1", "files"];
  const found = (await tasksOf(folders, flags.limits)).filter(({ file }) => file.startsWith(flags.file));
  const equivalent = flags.limits ? [] : found.filter((it) => isEquivalent(it.file, it.source, it.mutant));
  const tasks = found.filter((it) => !equivalent.includes(it));
  const chosen = flags.sample > 0 ? new Chance(flags.seed).sample(tasks, flags.sample) : tasks;
  console.log(`${chosen.length} of ${found.length} mutants; ${equivalent.length} are known to change nothing`);
  const startMs = performance.now();
  const outcomes = await run(chosen, Math.min(2, flags.jobs));
  if (flags.limits) {
    for (const { file, mutant, by } of outcomes) console.log(`${file}:${mutant.line} | ${mutant.change} | ${by}`);
  }
  const percent = printTable(outcomes);
  console.log(`${((performance.now() - startMs) / 60_000).toFixed(1)} minutes`);
  const isEnough = flags.limits ? percent === 100 : percent >= CAUGHT_MIN;
  Deno.exit(isEnough ? 0 : 1);
}
