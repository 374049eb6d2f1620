/** The default bounds of what is kept, each met from both sides. */
import { assertEquals } from "@std/assert";
import { ask, requestOf } from "../tests/handler_client.ts";
import { standingIn } from "../tests/standing_in.ts";
import { memoryFiles } from "./memory_files.ts";
import { type StaticFiles, staticFiles } from "./static_files.ts";
import { ChangingFiles } from "./testing/changing_files.ts";

/** Which of some targets are answered at once, since they are kept. */
async function kept(handler: StaticFiles, targets: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const target of targets) if ((await ask(handler, target)).isSync) found.push(target);
  return found;
}

Deno.test("staticFiles keeps files of up to 1 MiB whole", async () => {
  const files = { "a.bin": new Uint8Array(1_048_576), "b.bin": new Uint8Array(1_048_577) };
  const handler = staticFiles(memoryFiles(files), { nowMs: () => 0 });
  assertEquals(await kept(handler, ["/a.bin", "/b.bin"]), []);
  assertEquals(await kept(handler, ["/a.bin", "/b.bin"]), ["/a.bin"]);
});

Deno.test("staticFiles keeps files of up to a quarter of its cache whole", async () => {
  const files = { "a.bin": new Uint8Array(10_000), "b.bin": new Uint8Array(10_001) };
  const handler = staticFiles(memoryFiles(files), { nowMs: () => 0, cacheBytesMax: 40_000 });
  assertEquals(await kept(handler, ["/a.bin", "/b.bin"]), []);
  assertEquals(await kept(handler, ["/a.bin", "/b.bin"]), ["/a.bin"]);
});

Deno.test("staticFiles takes the time from the system where nobody gives it another clock", async () => {
  const store = new ChangingFiles({ "a.txt": "old" }), handler = staticFiles(store);
  let nowMs = 0;
  await standingIn(performance, "now", () => nowMs, async () => {
    assertEquals((await ask(handler, "/a.txt")).text, "old");
    store.set("a.txt", "new");
    nowMs = 600;
    assertEquals((await ask(handler, "/a.txt")).text, "new");
  });
});

Deno.test("staticFiles keeps 20,000 files", async () => {
  const names = Array.from({ length: 20_001 }, (_, i) => `${i}.txt`);
  const handler = staticFiles(memoryFiles(Object.fromEntries(names.map((it) => [it, "x"]))), { nowMs: () => 0 });
  for (const name of names) await handler(requestOf(`/${name}`));
  assertEquals(await kept(handler, ["/1.txt", "/20000.txt", "/0.txt"]), ["/1.txt", "/20000.txt"]);
});

Deno.test("staticFiles keeps 96 MiB of answers", async () => {
  const content = new Uint8Array(1_048_576), names = Array.from({ length: 96 }, (_, i) => `${i}.bin`);
  const handler = staticFiles(memoryFiles(Object.fromEntries(names.map((it) => [it, content]))), { nowMs: () => 0 });
  for (const name of names) await handler(requestOf(`/${name}`));
  // With what an entry costs besides its content, one less fits; of that one all but its content is kept.
  assertEquals(await kept(handler, ["/0.bin", "/94.bin", "/95.bin"]), ["/0.bin", "/94.bin"]);
  assertEquals(handler.cacheFigures().misses, 96);
});
