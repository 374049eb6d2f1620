import { assert, assertEquals } from "@std/assert";
import written from "../docs/flags.md" with { type: "text" };
import { FLAGS, flagsDocument, helpText } from "./flags.ts";

/** Without the padding that the formatter gives to tables and the line ends it gives to text. */
const words = (markdown: string) => markdown.replace(/-{3,}/g, "---").split(/\s+/).join(" ");

Deno.test("docs/flags.md is what the table of flags says", () => {
  assertEquals(words(written), words(flagsDocument()), "deno task flags writes it anew");
});

Deno.test("helpText fits 80 columns, and has every flag once, in its group", () => {
  const help = helpText(), lines = help.split("\n");
  for (const line of lines) assert(line.length <= 80, line);
  for (const { name, group } of FLAGS) {
    const at = lines.findIndex((line) => new RegExp(`--(\\[no-\\])?${name}[ \\[]`).test(line));
    assert(at > 0, name);
    const heading = lines.slice(0, at).findLast((line) => /^[A-Z]/.test(line));
    assertEquals(heading, group, name);
  }
});

Deno.test("FLAGS have one name each", () => {
  const names = FLAGS.flatMap(({ name, short }) => [name, short ?? name]);
  assertEquals(new Set(names).size, FLAGS.length + FLAGS.filter(({ short }) => short).length);
});
