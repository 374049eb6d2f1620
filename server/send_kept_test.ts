import { assertEquals, assertRejects } from "@std/assert";
import { ContentChangedError, sendSlice } from "./send.ts";
import { MemorySlice } from "./testing/test_server.ts";

Deno.test("At most 16 file buffers wait for the next downloads", async () => {
  /** Downloads at the same time; returns the buffers that they used. */
  const download = async (): Promise<ArrayBufferLike[]> => {
    const gate = Promise.withResolvers<void>(), used: ArrayBufferLike[] = [];
    const downloads = Array.from({ length: 18 }, () =>
      sendSlice(new MemorySlice("a"), ({ buffer }) => {
        used.push(buffer);
        return gate.promise;
      }));
    while (used.length < downloads.length) await Promise.resolve();
    gate.resolve();
    await Promise.all(downloads);
    return used;
  };
  const first = new Set(await download());
  assertEquals(first.size, 18);
  assertEquals((await download()).filter((buffer) => first.has(buffer)).length, 16);
});

Deno.test("The file buffer of a download that was cut since its file changed waits for the next one", async () => {
  // 250 downloads of files that changed had left 80 MB of buffers to the garbage collector.
  const used: ArrayBufferLike[] = [];
  const slice = new MemorySlice("a");
  slice.isSame = false;
  const read = slice.read.bind(slice);
  slice.read = (into) => {
    used.push(into.buffer);
    return read(into);
  };
  await assertRejects(() => sendSlice(slice, () => Promise.resolve()), ContentChangedError);
  await sendSlice(new MemorySlice("a"), ({ buffer }) => {
    used.push(buffer);
    return Promise.resolve();
  });
  assertEquals(used[0] === used[1], true);
});
