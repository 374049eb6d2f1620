/**
 * Changes files as fast as possible, for the swap test; a process of its own.
 *
 *     deno run --allow-read --allow-write bench/swap_writer.ts FOLDER SECONDS BIG_MIB
 *
 * Prints a line when all files are there, and at the end what was when in each of them, as JSON.
 *
 * `replaced-*` are replaced by renaming, without a pause. `inplace-*` are rewritten by one write of the same length, and
 * `grown` is appended to and cut, as fast as possible for 50 ms, and then left alone for as long as a save by a person
 * or a program leaves it at least: a file that is never left alone has no version that anybody could read whole.
 * `vanishing` is deleted, made a folder, made again, renamed away and renamed back.
 *
 * @module
 */

import { BLOCK_LINES, grownContent, LINE_BYTES, wholeContent } from "./swap_content.ts";

/** What happened to a file: which version it was from when on, in milliseconds since 1970 with fractions. */
export type History = Record<string, [version: string, sinceMs: number][]>;

/** Names of the files that are written. */
export const SMALL_FILES: readonly string[] = [
  "replaced-small.txt",
  "replaced-cached.txt",
  "inplace-small.txt",
  "inplace-cached.txt",
  "grown.txt",
  "vanishing.txt",
];
/** Names of those that are too large to be cached. */
export const BIG_FILES: readonly string[] = ["replaced-big.txt", "inplace-big.txt"];

const BURST_MS = 50, REST_MS = 200, BIG_REST_MS = 1_500;

/** One way of changing one file; `step` changes it once and says what it is now. */
interface Job {
  file: string;
  /** Milliseconds of work and of rest in turn; no rest for one that never stops. */
  burstMs: number;
  restMs: number;
  step(): string;
}

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

function jobs(folder: string, bigLines: number): Job[] {
  let version = 0;
  const replaced = (file: string, lines: (version: number) => number, restMs: number): Job => ({
    file,
    burstMs: 0,
    restMs,
    step() {
      const content = wholeContent(++version, lines(version));
      Deno.writeFileSync(`${folder}/.next`, content);
      Deno.renameSync(`${folder}/.next`, `${folder}/${file}`);
      return name(version);
    },
  });
  const inplace = (file: string, lines: number, restMs: number): Job => ({
    file,
    burstMs: restMs > REST_MS ? 0 : BURST_MS,
    restMs,
    step() {
      using handle = Deno.openSync(`${folder}/${file}`, { write: true, create: true });
      handle.writeSync(wholeContent(++version, lines));
      return name(version);
    },
  });
  let epoch = 1, lines = 0, isCut = false;
  const grown: Job = {
    file: "grown.txt",
    burstMs: BURST_MS,
    restMs: REST_MS,
    step() {
      // It is cut to less once in each epoch, and to nothing at its end.
      const isFull = lines === 100 * BLOCK_LINES;
      if (isFull || lines === 50 * BLOCK_LINES && !isCut) {
        lines = isFull ? 0 : 10 * BLOCK_LINES;
        isCut = !isFull;
        Deno.truncateSync(`${folder}/grown.txt`, lines * LINE_BYTES);
        if (isFull) epoch++;
        return isFull ? "empty" : `e${epoch}n${lines}`;
      }
      Deno.writeFileSync(`${folder}/grown.txt`, grownContent(epoch, lines, lines + BLOCK_LINES), { append: true });
      lines += BLOCK_LINES;
      return `e${epoch}n${lines}`;
    },
  };
  let turn = 0, vanishingVersion = 0;
  const vanishing: Job = {
    file: "vanishing.txt",
    burstMs: BURST_MS,
    restMs: REST_MS,
    step() {
      const path = `${folder}/vanishing.txt`;
      switch (turn++ % 5) {
        case 0:
          Deno.removeSync(path);
          return "absent";
        case 1:
          Deno.mkdirSync(path);
          return "folder";
        case 2:
          Deno.removeSync(path);
          vanishingVersion = ++version;
          Deno.writeFileSync(`${folder}/.next`, wholeContent(version, 50));
          Deno.renameSync(`${folder}/.next`, path);
          return name(version);
        case 3:
          Deno.renameSync(path, `${folder}/.away`);
          return "absent";
        default:
          // Others have counted on meanwhile.
          Deno.renameSync(`${folder}/.away`, path);
          return name(vanishingVersion);
      }
    },
  };
  return [
    replaced("replaced-small.txt", (version) => 50 + version % 2, 0),
    replaced("replaced-cached.txt", () => 10_000, 0),
    inplace("inplace-small.txt", 50, REST_MS),
    inplace("inplace-cached.txt", 10_000, REST_MS),
    grown,
    vanishing,
    replaced("replaced-big.txt", () => bigLines, 500),
    inplace("inplace-big.txt", bigLines, BIG_REST_MS),
  ];
}

function name(version: number): string {
  return `v${`${version}`.padStart(8, "0")}`;
}

/** Changes files for a time; returns what was when. */
async function write(folder: string, seconds: number, bigMib: number): Promise<History> {
  const all = jobs(folder, Math.floor(bigMib * 1_048_576 / LINE_BYTES));
  for (const file of ["grown.txt", "vanishing.txt"]) Deno.writeTextFileSync(`${folder}/${file}`, "");
  const history: History = {};
  const due = new Map<Job, { atMs: number; burstEndMs: number }>();
  for (const job of all) {
    history[job.file] = [[job.step(), nowMs()]];
    due.set(job, { atMs: 0, burstEndMs: 0 });
  }
  console.log("ready");
  const endMs = nowMs() + seconds * 1_000;
  while (nowMs() < endMs) {
    for (const [job, state] of due) {
      const startMs = nowMs();
      if (startMs < state.atMs) continue;
      if (state.burstEndMs === 0) state.burstEndMs = startMs + job.burstMs;
      history[job.file].push([job.step(), nowMs()]);
      if (nowMs() < state.burstEndMs) continue;
      state.burstEndMs = 0;
      state.atMs = nowMs() + job.restMs;
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return history;
}

if (import.meta.main) {
  const [folder, seconds, bigMib] = Deno.args;
  console.log(JSON.stringify(await write(folder, Number(seconds), Number(bigMib))));
}
