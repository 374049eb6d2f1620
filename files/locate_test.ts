import { assertEquals } from "@std/assert";
import type { FileStore } from "./file_store.ts";
import { memoryFiles } from "./memory_files.ts";
import { locate } from "./locate.ts";
import { parseSiteRules } from "./site_rules.ts";

const store = memoryFiles({
  "index.html": "",
  "about.html": "",
  "guide.html": "",
  "guide/one.html": "",
  "sub/index.html": "",
  "bare/a.txt": "",
  "taken.txt": "",
});
const { rules } = parseSiteRules("", "/old /new\n/taken.txt /new\n/forced /new 301!\n/about /new 301!\n");

for (
  const [path, expected, whenShown = expected] of [
    ["", "index.html"],
    ["about.html", "about.html"],
    ["sub/", "sub/index.html"],
    ["sub", "slash"],
    ["sub/index", "sub/index.html"],
    ["bare/", "absent", "listing"],
    ["bare", "absent", "slash"],
    ["guide", "guide.html"],
    ["guide/", "absent", "listing"],
    ["none", "absent"],
    ["none/", "absent"],
    ["old", "302 /new"],
    ["taken.txt", "taken.txt"],
    ["forced", "301 /new"],
    ["about", "301 /new"],
  ]
) {
  Deno.test(`locate finds "${path}" at ${expected}`, async () => {
    for (const [areFoldersShown, there] of [[false, expected], [true, whenShown]] as const) {
      const located = await locate(store, path, rules, areFoldersShown);
      const told = located.kind === "file"
        ? located.path
        : located.kind === "redirect"
        ? `${located.redirect.status} ${located.redirect.location}`
        : located.kind;
      assertEquals(told, there);
    }
  });
}

Deno.test("locate says that what may not be read is there, before it looks for anything else", async () => {
  const locked: FileStore = {
    ...store,
    look: (path) => path.includes("locked") ? Promise.resolve({ kind: "forbidden" }) : store.look(path),
  };
  assertEquals(await locate(locked, "locked", rules), { kind: "forbidden" });
  const index: FileStore = {
    ...store,
    look: (path) => path === "sub/index.html" ? Promise.resolve({ kind: "forbidden" }) : store.look(path),
  };
  assertEquals(await locate(index, "sub/", rules, true), { kind: "forbidden" });
});

Deno.test("locate shows no folder unless it is told to", async () => {
  assertEquals(await locate(store, "bare/", rules), { kind: "absent" });
});
