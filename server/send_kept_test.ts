import { assertEquals } from "@std/assert";
import { sendSlice } from "./send.ts";
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
