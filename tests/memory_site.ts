/** A site in memory, with something of everything, for tests of the handler of files. */
import { memoryFiles } from "../files/memory_files.ts";
import { type StaticFiles, staticFiles, type StaticFilesOptions } from "../files/static_files.ts";

/** Text that gets smaller, and parts of which can be told apart from the whole. */
export const LONG = "A line that is long enough to get smaller.\n".repeat(200);

/** Files by path. */
export const SITE = {
  "index.html": "<p>root</p>",
  "about.html": "<p>about</p>",
  "long.txt": LONG,
  "tiny.txt": "x",
  "picture.png": LONG,
  "noext": "?",
  "sub/index.html": "<p>sub</p>",
  "sub/page.html": "<p>page</p>",
  "bare/file.txt": "in a folder without an index",
  "guide.html": "<p>guide</p>",
  "guide/one.html": "<p>one</p>",
  "a b+c%d;e#f.txt": "odd name",
  "café.txt": "NFC",
  "cafe\u0301.txt": "NFD",
  ".env": "secret",
  ".well-known/security.txt": "Contact: a",
  "hello.html": '<!DOCTYPE html><html lang="en">Hello',
  "hello.fr.html": '<html lang="fr">Bonjour',
  "hello.pt-BR.html": '<html lang="pt-BR">Ola',
  "404.html": "<h1>none</h1>",
  "_headers": "/*\n  X-A: b",
  "_redirects": "/old /new",
  "app.a1b2c3.js": "let a;",
  "assets/x.css": "a{}",
  "packed.css": LONG,
  "packed.css.br": "not really brotli",
  "packed.css.zst": "not really zstd, and longer",
};

/** Makes the handler of a site. */
export function site(
  options: StaticFilesOptions = {},
  entries: Record<string, string | Uint8Array> = SITE,
): StaticFiles {
  return staticFiles(memoryFiles(entries), options);
}
