import { assert, assertEquals } from "@std/assert";
import { memoryFiles } from "./memory_files.ts";
import { listedFolder } from "./listed_folder.ts";

const store = memoryFiles({
  "a.txt": "1",
  "b.txt": "333",
  ".env": "secret",
  ".well-known/x": "",
  "_headers": "",
  "_redirects": "",
  "back\\slash": "",
  "dot.": "",
  "sub/_headers": "",
  "sub/.well-known/x": "",
  "sub/c.txt": "",
});

async function names(path: string, query = "", dotfiles = false): Promise<string[]> {
  const { isJson, text } = (await listedFolder(store, path, { query, accept: "application/json", dotfiles }))!;
  assert(isJson);
  return JSON.parse(text).entries.map(({ name }: { name: string }) => name);
}

Deno.test("listedFolder lists what can be asked for, and nothing else", async () => {
  assertEquals(await names(""), [".well-known", "sub", "a.txt", "b.txt"]);
  assertEquals(await names("", "", true), [".well-known", "sub", ".env", "a.txt", "b.txt"]);
  // Below the root these are names like any other, and this one is a hidden one.
  assertEquals(await names("sub/"), ["_headers", "c.txt"]);
});

Deno.test("listedFolder sorts as the query says", async () => {
  assertEquals(await names("", "sort=size&order=desc"), ["sub", ".well-known", "b.txt", "a.txt"]);
});

Deno.test("listedFolder gives a page to whoever does not ask for JSON", async () => {
  for (const accept of [undefined, "*/*", "text/html,application/xhtml+xml,*/*;q=0.8", "text/html, application/json"]) {
    const { isJson, text } = (await listedFolder(store, "", { query: "", accept }))!;
    assertEquals([isJson, text.startsWith("<!DOCTYPE html>")], [false, true]);
  }
});

Deno.test("listedFolder does not show a folder that may not be read as an empty one", async () => {
  const locked = { ...store, names: () => Promise.resolve(undefined) };
  assertEquals(await listedFolder(locked, "sub/", { query: "", accept: undefined }), undefined);
});

Deno.test("listedFolder shows 10,000 names, and says that there are more when there are", async () => {
  for (const [count, isCut] of [[10_000, false], [10_001, true]] as const) {
    const many = Array.from({ length: count }, (_, i) => `${i}`);
    const asked: number[] = [];
    const list = (_path: string, names: readonly string[]) => (asked.push(names.length), Promise.resolve([]));
    const full = { ...store, names: () => Promise.resolve(many), list };
    const { text } = (await listedFolder(full, "", { query: "", accept: "application/json" }))!;
    assertEquals([JSON.parse(text).truncated, asked], [isCut, [10_000]]);
  }
});
