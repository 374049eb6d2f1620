/**
 * From a parsed request to a prepared response (`deno bench --allow-read bench/lookup_bench.ts`): the path alone, the
 * cache alone, and the handler of files whose cache has the answer.
 */
import { HotCache } from "../files/hot_cache.ts";
import { memoryFiles } from "../files/memory_files.ts";
import { staticFiles } from "../files/static_files.ts";
import { targetPath } from "../files/target_path.ts";
import { handlers } from "../handlers.ts";
import { BROWSER_FIELDS } from "./browser_fields.ts";
import { feed, headOf, newParser } from "./parsed_head.ts";

const FILES = 2_000;
const HOST = "Host: 127.0.0.1:7878";
const entries = Object.fromEntries(
  Array.from({ length: FILES }, (_, index) => [`page${index}.html`, `<p>${index}</p>`]),
);

// A clock that stands still: nothing in the cache ever has to be looked at again.
const files = staticFiles(memoryFiles({ ...entries, "index.html": "<p>home</p>" }), { nowMs: () => 0 });
const all = handlers(files);

const parser = newParser();
const other = newParser();
const small = feed(parser, headOf(["GET /page7.html HTTP/1.1", HOST]));
const browser = feed(other, headOf(["GET /page7.html HTTP/1.1", HOST, ...BROWSER_FIELDS]));
for (const request of [small, browser]) {
  await all(request);
  if (all(request) instanceof Promise) throw new Error("The cache has no answer");
}

const cache = new HotCache({ cacheBytesMax: 1e9, cacheEntriesMax: 10_000 });
for (const path of Object.keys(entries)) cache.set(path, { contentBytes: 10 });

Deno.bench("targetPath, plain", { group: "parts", baseline: true }, () => void targetPath("/guide/page7.html"));
Deno.bench("targetPath, percent-encoded", { group: "parts" }, () => void targetPath("/guide/caf%C3%A9.html"));
Deno.bench(`HotCache.get, one of ${FILES}`, { group: "parts" }, () => void cache.get("page7.html"));
Deno.bench("files, hit", { group: "hit", baseline: true }, () => void files(small));
Deno.bench("files, hit, browser's head", { group: "hit" }, () => void files(browser));
Deno.bench("route table and files, hit", { group: "hit" }, () => void all(small));
