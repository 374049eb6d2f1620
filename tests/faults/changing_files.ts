/** Files that are replaced, truncated, deleted and renamed while they are read. */
import { LINE_BYTES, wholeContent } from "../../bench/swap_content.ts";
import { readWhileWritten, type SwapResult } from "../../bench/swap_readers.ts";
import { attacked, type Target } from "./attacked.ts";
import { counted, Download, type DownloadOutcome } from "./download.ts";
import { ALL, type Scenario } from "./scenario.ts";

const READERS = 32, BIG_MIB = 50;

/** Files that change all the time. */
export const changingFiles: Scenario = {
  name: "changing_files",
  title: "small, cached and 50 MB files replaced, rewritten, cut, deleted and renamed under 32 readers",
  servers: ALL,
  run: (stage) =>
    attacked(stage, async (target) => {
      const { findings } = target;
      const { answers, bigAnswers, torn, sharedTags, stale, short } = await changeAll(target, target.isShort ? 4 : 10);
      findings.wrong += torn + sharedTags + stale;
      findings.note(`${answers} whole answers, ${bigAnswers} of them of 50 MB, ${short} cut short`);
      findings.note(`${torn} torn, ${stale} stale, ${sharedTags} tags of two versions`);
      findings.demand(answers > (target.isShort ? 20 : 100) && bigAnswers > 0, "too few whole answers to say anything");
    }, { p99MsMax: 1_500, rehearse: async (target) => void await changeAll(target, target.isShort ? 1 : 3) }),
};

async function changeAll({ port, root }: Target, seconds: number): Promise<SwapResult> {
  const folder = `${root}/changing`;
  await Deno.mkdir(folder, { recursive: true });
  const url = new URL(`http://127.0.0.1:${port}/changing/`);
  try {
    return await readWhileWritten({ url, folder, seconds, clients: READERS, bigMib: BIG_MIB });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What happens to a file while it goes out. */
const CHANGES: Record<string, (path: string, next: string) => Promise<void>> = {
  "replaced": (path, next) => Deno.rename(next, path),
  "truncated": (path) => Deno.truncate(path, 1_000_000),
  "emptied and written anew": async (path, next) => await Deno.writeFile(path, await Deno.readFile(next)),
  "deleted": (path) => Deno.remove(path),
  "renamed": (path) => Deno.rename(path, `${path}.old`),
};
const LINES = Math.floor(BIG_MIB * 1_048_576 / LINE_BYTES), READERS_OF_ONE = 4;

/** Files that change in the middle of a download. */
export const changedInFlight: Scenario = {
  name: "changed_in_flight",
  title: "a file of 50 MB replaced, truncated, rewritten, deleted and renamed in the middle of its downloads",
  servers: ALL,
  run: (stage) =>
    attacked(stage, async ({ port, root, isShort, findings }) => {
      const whole: Record<string, number> = {}, path = `${root}/flight.txt`, next = `${root}/.next`;
      const lines = isShort ? LINES >> 2 : LINES;
      const versions = [wholeContent(1, lines), wholeContent(2, lines)], outcomes: DownloadOutcome[] = [];
      for (let round = 0; round < (isShort ? 1 : 2); round++) {
        for (const [what, change] of Object.entries(CHANGES)) {
          await Deno.writeFile(path, versions[0]);
          await Deno.writeFile(next, versions[1]);
          const readers = await Promise.all(
            Array.from({ length: READERS_OF_ONE }, () => Download.start(port, "/flight.txt")),
          );
          await change(path, next);
          for (const reader of readers) {
            const outcome = await reader.outcome(versions);
            outcomes.push(outcome);
            if (outcome === "whole") whole[what] = (whole[what] ?? 0) + 1;
            findings.demand(outcome !== "wrong", `octets that no version has, of a file that was ${what}`);
          }
        }
      }
      const { cut, refused, wrong, late } = counted(outcomes);
      findings.wrong += wrong;
      findings.demand(refused + late === 0, `${refused} were refused and ${late} did not end`);
      const list = Object.entries(whole).map(([what, count]) => `${count} ${what}`).join(", ");
      findings.note(`${outcomes.length} downloads: ${cut} visibly cut short, whole ${list || "none"}`);
    }, {
      p99MsMax: 1_500,
      rehearse: async ({ port, root }) => {
        await Deno.writeFile(`${root}/flight.txt`, wholeContent(1, LINES));
        const all = Array.from({ length: READERS_OF_ONE }, () => Download.start(port, "/flight.txt"));
        for (const download of await Promise.all(all)) await download.outcome([]);
      },
    }),
};
