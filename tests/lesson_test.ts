/** The documents of the lesson and of the lab, and the first screen of the README: every command in them is run, and prints what stands there. */
import { assert, assertEquals } from "@std/assert";
import lab from "../docs/lab.md" with { type: "text" };
import french from "../docs/lesson.fr.md" with { type: "text" };
import english from "../docs/lesson.md" with { type: "text" };
import { FAULTS } from "../lab/faults.ts";
import readme from "../README.md" with { type: "text" };
import labPage from "../static/lab.html" with { type: "text" };
import labPageFrench from "../static/lab.fr.html" with { type: "text" };
import { consoleBlocks, runBlock } from "./console_blocks.ts";
import { toolTest } from "./tools.ts";

const documents = { "README.md": readme, "docs/lesson.md": english, "docs/lab.md": lab };
for (const [name, document] of Object.entries(documents)) {
  consoleBlocks(document).forEach((block, i) => {
    const what = block[0].command.replace(
      /^deno (?:run --allow-net=127\.0\.0\.1 )?| --quiet| --port 7901| 7901 &| &/g,
      "",
    );
    toolTest(
      ["bash", "curl"],
      `The commands of ${name} print what stands there: ${i + 1}, ${what}`,
      () => runBlock(block),
    );
  });
}

Deno.test("The French lesson has the commands and figures of the English one", () => {
  assert(consoleBlocks(english).length >= 8);
  assertEquals(consoleBlocks(french), consoleBlocks(english));
  const code = (document: string) => [...document.matchAll(/^```ts\n.*?^```$/gms)].map(([block]) => block);
  assertEquals(code(french), code(english));
});

Deno.test("Every fault is in docs/lab.md, with its bounds and a command, and in both pages", () => {
  const commands = consoleBlocks(lab).flat().map(({ command }) => command).join("\n");
  for (const { example, what, bounds } of FAULTS) {
    const row = new RegExp(
      `^\\| \`${RegExp.escape(example)}\` +\\| ${RegExp.escape(what)} +\\| ${RegExp.escape(bounds)} +\\|$`,
      "m",
    );
    assert(row.test(lab), example);
    assert(commands.includes(`localhost:7901${example}`), example);
    const target = example.replaceAll("&", "&amp;");
    const cells = labPage.replace(/\s+/g, " ");
    assert(cells.includes(`<code>${target}</code></a></td> <td>${what}</td> <td>${bounds}</td>`), example);
    assert(labPageFrench.includes(`<code>${target}</code>`), example);
  }
});

Deno.test("The lab's pages have the same elements in both languages", () => {
  const ids = (page: string) => [...page.matchAll(/ (?:id|data-mode|for|min|max|value)="[^"]*"/g)].map(([id]) => id);
  assertEquals(ids(labPageFrench), ids(labPage));
});
