/** Files that are replaced, rewritten, cut, deleted and renamed, one change after the other, while they are read. */
import { readWhileWritten, type SwapResult } from "../../bench/swap_readers.ts";
import { SMALL_FILES } from "../../bench/swap_writer.ts";
import { attacked, type Target } from "./attacked.ts";
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
      const { answers, bigAnswers, torn, sharedTags, stale, short, changes } = await changeAll(
        target,
        target.isShort ? 4 : 10,
      );
      findings.wrong += torn + sharedTags + stale;
      findings.note(`${answers} whole answers, ${bigAnswers} of them of 50 MB, ${short} cut short`);
      findings.note(`${torn} torn, ${stale} stale, ${sharedTags} tags of two versions`);
      const fewest = Math.min(...SMALL_FILES.map((file) => changes[file]));
      const sum = Object.values(changes).reduce((all, count) => all + count);
      findings.note(`${sum} changes, at least ${fewest} of each small or cached file`);
      // On a quiet machine they are twice as many and more.
      findings.demand(sum >= (target.isShort ? 100 : 1_000), `there were only ${sum} changes`);
      findings.demand(fewest >= (target.isShort ? 10 : 100), `a file was changed only ${fewest} times`);
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
