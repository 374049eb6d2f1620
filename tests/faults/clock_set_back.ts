/** The clock on the wall is set back an hour. */
import { delay } from "@std/async/delay";
import { RawClient } from "../raw_client.ts";
import { attacked } from "./attacked.ts";
import { type Scenario } from "./scenario.ts";

const HOUR_MS = 3_600_000;
/** For how long an answer may be from the cache. */
const STALE_MS = 1_000;

/** The clock is set back. */
export const clockSetBack: Scenario = {
  name: "clock_set_back",
  title: "the clock set back an hour, and files changed afterwards",
  servers: ["siesta", "deno-serve"],
  run: (stage) =>
    attacked(stage, async ({ port, pid, root, isShort, findings }) => {
      using client = await RawClient.connect(port);
      const ask = async (fields = "") => {
        await client.send(`GET /told.txt HTTP/1.1\r\nHost: a\r\n${fields}\r\n`);
        return (await client.answer())!;
      };
      const before = await ask(), tag = before.fields["etag"] ?? '"none"';
      Deno.kill(pid, "SIGUSR2");
      await delay(1_500);
      const { head } = await ask();
      const toldMs = Date.parse(/^date: (.+)$/im.exec(head)?.[1] ?? "");
      // Deno.serve makes its Date elsewhere, where it cannot be set back from.
      if (stage.server === "siesta") {
        findings.demand(toldMs < Date.now() - HOUR_MS / 2, "Date does not follow the clock");
      }
      for (let version = 1; version <= (isShort ? 1 : 4); version++) {
        const content = `version ${version}`;
        await Deno.writeTextFile(`${root}/told.txt`, content);
        // The file system's clock has gone back, too.
        const changed = new Date(Date.now() - HOUR_MS);
        await Deno.utime(`${root}/told.txt`, changed, changed);
        await delay(STALE_MS);
        const plain = await ask(), conditional = await ask(`If-None-Match: ${tag}\r\n`);
        if (plain.content !== content) findings.wrong++;
        if (conditional.status !== 200 || conditional.content !== content) findings.wrong++;
      }
      findings.note("the connection stayed, and no answer was older than a second");
    }, {
      preload: new URL("./servers/clock_set_back.ts", import.meta.url).href,
      prepare: (root) => Deno.writeTextFile(`${root}/told.txt`, "version 0"),
    }),
};
