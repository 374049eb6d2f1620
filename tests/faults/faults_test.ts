/** A short pass of every scenario; `deno task faults` is the long one. */
import { assertEquals } from "@std/assert";
import { mayRunPrograms } from "../program.ts";
import { SCENARIOS } from "./all.ts";
import { lacking } from "./scenario.ts";

/** Most of them wait most of the time; more at once would wait for each other on a machine of two cores. */
const AT_A_TIME = 6;

Deno.test({
  name: "Every scenario of faults, in short: right octets, no crash, memory and descriptors back",
  // They start programs, write files, and ask Linux what a process holds.
  ignore: !mayRunPrograms || Deno.build.os !== "linux",
  async fn() {
    const waiting = SCENARIOS.filter((scenario) => {
      const missing = lacking(scenario);
      if (missing.length > 0) console.warn(`Left out, ${missing.join(" and ")} missing: ${scenario.name}`);
      return missing.length === 0;
    });
    const failed: Record<string, readonly string[]> = {};
    const player = async () => {
      for (let scenario = waiting.shift(); scenario !== undefined; scenario = waiting.shift()) {
        const { name } = scenario, startMs = performance.now();
        const { notes, problems } = await scenario.run({ server: "siesta", isShort: true }).catch((error) => ({
          notes: [],
          problems: [`${error}${error.cause === undefined ? "" : `: ${error.cause}`}`],
        }));
        if (problems.length > 0) failed[name] = problems;
        console.log(`${name}, ${((performance.now() - startMs) / 1_000).toFixed(0)} s: ${notes.join("; ")}`);
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, player));
    assertEquals(failed, {});
  },
});
