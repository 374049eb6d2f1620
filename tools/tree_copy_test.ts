import { assertEquals } from "@std/assert";
import { TreeCopy } from "./tree_copy.ts";

const canRun = Deno.build.os !== "windows" && (await Deno.permissions.query({ name: "run" })).state === "granted" &&
  (await Deno.permissions.query({ name: "write" })).state === "granted";

Deno.test({
  name: "TreeCopy.test ends what a test has started when it takes too long",
  ignore: !canRun,
  async fn() {
    await using copy = await TreeCopy.make();
    // Its output ends when the last process that has it ends.
    const shell = `new Deno.Command("sh", { args: ["-c", "sleep 600 & sleep 600"] }).output()`;
    await copy.write("tools/endless_test.ts", `Deno.test("endless", async () => void await ${shell});`);
    const startMs = performance.now();
    assertEquals(await copy.test(["tools/endless_test.ts"], 3_000), { fate: "endless", by: "time" });
    assertEquals(performance.now() - startMs < 60_000, true);
  },
});
