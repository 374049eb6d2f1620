/**
 * Mutation testing: makes one small mistake at a time in `http1/` and `files/`, and looks whether a test fails.
 *
 *     deno task mutate                          all mutants: more than an hour
 *     deno task mutate --log FILE --minutes 6   goes on where FILE ends, for six minutes; as often as is needed
 *     deno task mutate --log FILE --again       runs those again that survived in FILE, after tests were added
 *     deno task mutate --sample 200 --seed 7    some of them
 *     deno task mutate --file http1/framing.ts  those of one file
 *     deno task mutate --limits                 takes each limit and each deadline away, everywhere, and names the
 *                                               tests that fail then
 *
 * 1. copy the tree into temporary folders, one for each of `--jobs` that work at the same time
 * 2. run the tests without a mistake: they must pass, and say how long they take
 * 3. for each mutant: write it, run the tests that lead to its file, its own first and slow ones last, until one fails
 * 4. print how many were caught in each file, and those that were not
 *
 * A mutant whose tests do not end is caught as well. Types are not checked: only tests count. Exit code 1 when more than
 * a tenth survived, or, with `--limits`, one; 3 when `--minutes` are over and mutants are left.
 */
import { parseFlags, runAndExit } from "../bench/command_line.ts";
import { DEFAULT_LIMITS } from "../http1/message.ts";
import { Chance } from "./chance.ts";
import { type Covering, covering, folderOf, LIMITED_FOLDERS, sourcesOf, testsOf } from "./covering_tests.ts";
import { isEquivalent, unfitting } from "./equivalent_mutants.ts";
import { assertParses, limitMutantsOf, type Mutant, mutantsOf, mutated } from "./mutants.ts";
import { MutationLog } from "./mutation_log.ts";
import { type Fate, type Result, TreeCopy } from "./tree_copy.ts";

const ROOT = new URL("..", import.meta.url);
/** A mutant that takes this many times as long as no mutant, and a few seconds more, will not end. */
const PATIENCE = { factor: 3, moreMs: 5_000 };
/** Caught in each hundred, at least. */
const CAUGHT_MIN = 90;
/** Tests that take longer are run when all others have passed. */
const SLOW_TEST_MS = 1_000;

interface Task {
  readonly file: string;
  /** What is in the file without a mistake. */
  readonly source: string;
  readonly mutant: Mutant;
}

type Outcome = Task & Result;

/** Tests in the order in which a mutant meets them, with the longest time that each lot may take. */
interface Lot {
  readonly tests: readonly string[];
  readonly timeoutMs: number;
}

/** Runs each of some tests without a mistake, unless the log knows it, and says how long it takes. */
async function measured(tests: Iterable<string>, log: MutationLog): Promise<Map<string, number>> {
  await using copy = await TreeCopy.make();
  const times = new Map<string, number>();
  for (const test of tests) {
    const known = log.timeOf(test);
    if (known !== undefined) {
      times.set(test, known);
      continue;
    }
    const startMs = performance.now();
    if ((await copy.test([test])).fate !== "survived") throw new Error(`"${test}" fails without a mutant`);
    const ms = Math.round(performance.now() - startMs);
    times.set(test, ms);
    log.keepTime(test, ms);
  }
  return times;
}

/** The lots of all files that are to be mutated. */
async function lotsOf(files: ReadonlySet<string>, log: MutationLog): Promise<Map<string, Lot[]>> {
  const coverings = new Map<string, Covering>();
  for (const folder of new Set([...files].map(folderOf))) {
    const graphs = await testsOf(ROOT, folder);
    for (const file of files) if (folderOf(file) === folder) coverings.set(file, covering(file, graphs));
  }
  const times = await measured(new Set([...coverings.values()].flatMap(({ own, others }) => [...own, ...others])), log);
  const lotOf = (tests: readonly string[]): Lot => {
    const ms = tests.reduce((sum, test) => sum + times.get(test)!, 0);
    return {
      tests: tests.toSorted((a, b) => times.get(a)! - times.get(b)!),
      timeoutMs: PATIENCE.factor * ms + PATIENCE.moreMs,
    };
  };
  const isSlow = (test: string) => times.get(test)! > SLOW_TEST_MS;
  return new Map([...coverings].map(([file, { own, others }]) => [
    file,
    [own, others.filter((it) => !isSlow(it)), others.filter(isSlow)].filter((it) => it.length > 0).map(lotOf),
  ]));
}

async function fateOf({ file, source, mutant }: Task, copy: TreeCopy, lots: readonly Lot[]): Promise<Result> {
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
    for (const file of sourcesOf(ROOT, folder)) {
      const source = await Deno.readTextFile(new URL(file, ROOT));
      const mutants = isLimits ? limitMutantsOf(source, Object.keys(DEFAULT_LIMITS)) : mutantsOf(source);
      tasks.push(...mutants.map((mutant) => ({ file, source, mutant })));
    }
  }
  return tasks;
}

/** Looks what becomes of each mutant, until all are done or `endMs` has come, in the time of `performance.now()`. */
async function run(tasks: readonly Task[], jobs: number, log: MutationLog, endMs: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [], left = [...tasks];
  const lots = await lotsOf(new Set(tasks.map((it) => it.file)), log);
  const work = async () => {
    await using copy = await TreeCopy.make();
    while (performance.now() < endMs) {
      const task = left.shift();
      if (task === undefined) return;
      const result = await fateOf(task, copy, lots.get(task.file)!), outcome = { ...task, ...result };
      outcomes.push(outcome);
      log.keep(task, result);
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

/** The mutants that the command line asks for. */
async function chosenTasks(flags: { limits: boolean; file: string; sample: number; seed: number }): Promise<Task[]> {
  const folders = flags.limits ? LIMITED_FOLDERS : ["http1", "files"];
  const found = (await tasksOf(folders, flags.limits)).filter(({ file }) => file.startsWith(flags.file));
  const equivalent = new Set(
    flags.limits ? [] : found.filter((it) => isEquivalent(it.file, it.source, it.mutant)),
  );
  for (const { file, source } of new Map(found.map((it) => [it.file, it])).values()) {
    for (const { at } of flags.limits ? [] : unfitting(file, source)) {
      console.log(`${file} has no line "${at[0]}" any more`);
    }
  }
  const tasks = found.filter((it) => !equivalent.has(it));
  const chosen = flags.sample > 0 ? new Chance(flags.seed).sample(tasks, flags.sample) : tasks;
  console.log(`${chosen.length} of ${found.length} mutants; ${equivalent.size} are known to change nothing`);
  return chosen;
}

async function main(args: string[]): Promise<number> {
  const defaults = { sample: 0, seed: 1, file: "", limits: false, jobs: 1, log: "", again: false, minutes: 0 };
  const flags = parseFlags(args, defaults);
  const startMs = performance.now(), endMs = flags.minutes > 0 ? startMs + 60_000 * flags.minutes : Infinity;
  const chosen = await chosenTasks(flags), log = await MutationLog.open(flags.log);
  const known = chosen.flatMap((task) => {
    const result = log.resultOf(task);
    return result === undefined || flags.again && result.fate === "survived" ? [] : [{ ...task, ...result }];
  });
  const isKnown = new Set(known.map((it) => it.mutant));
  const left = chosen.filter((it) => !isKnown.has(it.mutant));
  const outcomes = [...known, ...await run(left, Math.min(2, flags.jobs), log, endMs)];
  if (flags.limits) {
    for (const { file, mutant, by } of outcomes) console.log(`${file}:${mutant.line} | ${mutant.change} | ${by}`);
  }
  const percent = printTable(outcomes);
  console.log(
    `${((performance.now() - startMs) / 60_000).toFixed(1)} minutes; ${known.length} were known, ` +
      `${chosen.length - outcomes.length} are left`,
  );
  const isEnough = flags.limits ? percent === 100 : percent >= CAUGHT_MIN;
  return !isEnough ? 1 : outcomes.length < chosen.length ? 3 : 0;
}

if (import.meta.main) await runAndExit(main);
