import { assertEquals } from "@std/assert";
import { mutantsOf } from "./mutants.ts";
import { MutationLog } from "./mutation_log.ts";

const canRun = (await Deno.permissions.query({ name: "run" })).state === "granted" &&
  (await Deno.permissions.query({ name: "write" })).state === "granted";

Deno.test({
  name: "MutationLog knows what was run before, and nothing of a source that changed since",
  ignore: !canRun,
  async fn() {
    const path = await Deno.makeTempFile();
    try {
      const source = "a < b", [mutant, other] = mutantsOf(source), task = { file: "a.ts", source, mutant };
      const first = await MutationLog.open(path);
      assertEquals([first.resultOf(task), first.timeOf("a_test.ts")], [undefined, undefined]);
      first.keep(task, { fate: "survived", by: "" });
      first.keep(task, { fate: "caught", by: "a test" });
      first.keepTime("a_test.ts", 120);
      const second = await MutationLog.open(path);
      assertEquals([second.resultOf(task), second.timeOf("a_test.ts")], [{ fate: "caught", by: "a test" }, 120]);
      assertEquals(second.resultOf({ ...task, mutant: other }), undefined);
      assertEquals(second.resultOf({ ...task, source: "a < c" }), undefined);
      assertEquals(second.timeOf("b_test.ts"), undefined);
    } finally {
      await Deno.remove(path);
    }
  },
});
