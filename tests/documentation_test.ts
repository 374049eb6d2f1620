/** The documentation of the code: every export has its words, and the examples in them run. */
import { assertEquals } from "@std/assert";
import { mayRunPrograms } from "./program.ts";

const ROOT = new URL("..", import.meta.url);

async function sources(): Promise<string[]> {
  const found = ["main.ts", "handlers.ts"];
  for (const folder of ["http1", "files", "server", "lab"]) {
    const names: string[] = [];
    try {
      for await (const { name } of Deno.readDir(new URL(`${folder}/`, ROOT))) names.push(name);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    found.push(
      ...names.filter((it) => it.endsWith(".ts") && !it.endsWith("_test.ts")).sort().map((it) => `${folder}/${it}`),
    );
  }
  return found;
}

async function deno(args: string[]): Promise<{ success: boolean; text: string }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { success, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test({
  name: "deno doc --lint is content with every module of the program",
  ignore: !mayRunPrograms,
  fn: async () => {
    const { success, text } = await deno(["doc", "--lint", ...await sources()]);
    assertEquals(text.match(/^error.*\n.*/gm) ?? [], []);
    assertEquals(success, true, text);
  },
});

Deno.test({
  name: "The examples in the documentation of the code run",
  ignore: !mayRunPrograms,
  fn: async () => {
    const withExamples: string[] = [];
    for (const source of await sources()) {
      if ((await Deno.readTextFile(new URL(source, ROOT))).includes(" * @example")) withExamples.push(source);
    }
    const { success, text } = await deno(["test", "--doc", "--allow-net", ...withExamples]);
    const passed = Number(/([0-9]+) passed/.exec(text)?.[1]);
    assertEquals([success, passed >= withExamples.length, withExamples.length > 0], [true, true, true], text);
  },
});
