import { assertEquals } from "@std/assert";
import { ask } from "../tests/handler_client.ts";
import type { FileInfo, FileStore, Seen } from "./file_store.ts";
import { memoryFiles } from "./memory_files.ts";
import { staticFiles } from "./static_files.ts";

const LONG = "A line that is long enough to get smaller.\n".repeat(200);

/** A store whose files can be changed, and whose folders have another version when a name is added or goes. */
class ChangingFiles implements FileStore {
  entries: Record<string, string>;
  /** What was asked. */
  looks = 0;
  glances = 0;
  canGlance = true;

  constructor(entries: Record<string, string>) {
    this.entries = entries;
  }

  get #store(): FileStore {
    return memoryFiles(this.entries);
  }

  #versioned<T extends { kind: string }>(seen: T): T | Seen {
    if (seen.kind !== "folder") return seen;
    const info = { ...(seen as unknown as Seen).info, version: Object.keys(this.entries).join() };
    return { kind: "folder", info };
  }

  open(path: string) {
    return this.#store.open(path);
  }

  async look(path: string) {
    this.looks++;
    return this.#versioned(await this.#store.look(path));
  }

  glance(path: string): FileInfo | undefined {
    this.glances++;
    if (!this.canGlance) return undefined;
    const info = this.#store.glance(path);
    const isFile = path in this.entries;
    return info && !isFile ? { ...info, version: Object.keys(this.entries).join() } : info;
  }

  names(path: string) {
    return this.#store.names(path);
  }

  list(path: string, names: readonly string[]) {
    return this.#store.list(path, names);
  }
}

function setUp(entries: Record<string, string>) {
  const store = new ChangingFiles(entries), time = { nowMs: 0 };
  const files = staticFiles(store, { nowMs: () => time.nowMs });
  return { store, time, files };
}

Deno.test("staticFiles checks an entry of the last seconds at a glance, and answers without a promise", async () => {
  const { store, time, files } = setUp({ "index.html": "<p>root", "page.html": "<p>page" });
  for (const target of ["/page.html", "/"]) {
    await ask(files, target);
    const { looks, glances } = store;
    time.nowMs += 700;
    assertEquals((await ask(files, target)).isSync, true);
    // The file and its folder.
    assertEquals([store.looks - looks, store.glances - glances], [0, 2]);
    time.nowMs += 100;
    assertEquals((await ask(files, target)).isSync, true);
    assertEquals([store.looks - looks, store.glances - glances], [0, 2]);
  }
});

Deno.test("staticFiles looks at an entry that nobody asked for lately, or where no glance is possible", async () => {
  const { store, time, files } = setUp({ "page.html": "<p>page" });
  await ask(files, "/page.html");
  const { looks } = store;
  time.nowMs += 310_000;
  assertEquals((await ask(files, "/page.html")).isSync, false);
  assertEquals(store.looks > looks, true);
  store.canGlance = false;
  time.nowMs += 700;
  assertEquals((await ask(files, "/page.html")).isSync, false);
});

Deno.test("staticFiles looks at what lies on the way to a page that is asked for without its .html", async () => {
  const { store, time, files } = setUp({ "page.html": "<p>page" });
  assertEquals((await ask(files, "/page")).text, "<p>page");
  store.entries = { "page.html": "<p>page", "page": "a file of that name" };
  time.nowMs += 700;
  assertEquals((await ask(files, "/page")).text, "a file of that name");
});

Deno.test("staticFiles sees at a glance that a file has changed or has gone", async () => {
  const { store, time, files } = setUp({ "page.html": "<p>page", "index.html": "<p>root" });
  await ask(files, "/page.html");
  store.entries = { ...store.entries, "page.html": "<p>changed" };
  time.nowMs += 700;
  assertEquals((await ask(files, "/page.html")).text, "<p>changed");
  store.entries = { "index.html": "<p>root" };
  time.nowMs += 700;
  assertEquals((await ask(files, "/page.html")).status, 404);
});

Deno.test("staticFiles sees at a glance that something came to lie beside a file, changed, or has gone", async () => {
  const fields = { "Accept-Encoding": "br", "Accept-Language": "fr" };
  const { store, time, files } = setUp({ "a.css": LONG, "a.css.br": "packed" });
  const answer = async (target: string) => {
    time.nowMs += 700;
    const { text } = await ask(files, target, { fields });
    return text.slice(0, 8);
  };
  assertEquals(await answer("/a.css"), "packed");
  assertEquals(await answer("/a.css"), "packed");
  store.entries = { "a.css": LONG, "a.css.br": "packed anew" };
  assertEquals(await answer("/a.css"), "packed a");
  store.entries = { "a.css": "a{}", "b.html": "<p>b" };
  assertEquals(await answer("/a.css"), "a{}");
  assertEquals(await answer("/b.html"), "<p>b");
  store.entries = { ...store.entries, "b.fr.html": "<p>b, fr" };
  assertEquals(await answer("/b.html"), "<p>b, fr");
});
