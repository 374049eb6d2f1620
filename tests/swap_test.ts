/** The swap test in short; `bench/swap.ts` is the long one, with other servers beside ours. */
import { assert, assertEquals } from "@std/assert";
import { readWhileWritten } from "../bench/swap_readers.ts";
import { mayRunPrograms, startProgram } from "./program.ts";

Deno.test({
  name: "No answer is torn, stale or shares its strong tag with another while files change as fast as they can",
  ignore: !mayRunPrograms || Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      await using program = await startProgram([folder]);
      const url = new URL(`http://127.0.0.1:${program.port}/`);
      const result = await readWhileWritten({ url, folder, seconds: 6, clients: 32, bigMib: 50 });
      const { torn, sharedTags, stale, answers, bigAnswers, refused } = result;
      assertEquals({ torn, sharedTags, stale }, { torn: 0, sharedTags: 0, stale: 0 });
      // Enough of both kinds for the zeros to mean something, on a machine that has other things to do, too.
      assert(answers > 300 && bigAnswers > 1, JSON.stringify(result));
      assertEquals(refused[500], undefined);
      const { stderr } = await program.end();
      assertEquals(stderr, "");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
