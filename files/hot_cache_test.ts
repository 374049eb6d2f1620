import { assertEquals } from "@std/assert";
import { HotCache } from "./hot_cache.ts";

Deno.test("HotCache lets the entry go that was not used, and keeps its bounds", () => {
  const cache = new HotCache<{ contentBytes: number }>({ cacheBytesMax: 1_000_000, cacheEntriesMax: 3 });
  for (const key of ["a", "b", "c"]) cache.set(key, { contentBytes: 1 });
  cache.get("a");
  cache.set("d", { contentBytes: 1 });
  assertEquals(["a", "b", "c", "d"].map((key) => cache.get(key) !== undefined), [true, false, true, true]);
});

Deno.test("HotCache stays within its octets, whatever comes", () => {
  const cache = new HotCache<{ contentBytes: number }>({ cacheBytesMax: 1_000_000, cacheEntriesMax: 1_000 });
  for (let i = 0; i < 10_000; i++) {
    cache.set(`path/${i}`, { contentBytes: i % 50_000 });
    if (i % 3 === 0) cache.get(`path/${i}`);
    assertEquals(cache.bytes <= 1_000_000, true);
  }
  assertEquals(cache.size > 0, true);
});

Deno.test("HotCache does not keep what is larger than all of it", () => {
  const cache = new HotCache<{ contentBytes: number }>({ cacheBytesMax: 10_000, cacheEntriesMax: 10 });
  cache.set("small", { contentBytes: 10 });
  cache.set("large", { contentBytes: 10_000 });
  assertEquals(cache.get("large"), undefined);
  assertEquals(cache.get("small") !== undefined, true);
});

Deno.test("HotCache counts an entry anew that has grown, unless another took its place", () => {
  const cache = new HotCache<{ contentBytes: number }>({ cacheBytesMax: 1_000_000, cacheEntriesMax: 10 });
  const entry = { contentBytes: 100 };
  cache.set("a", entry);
  const before = cache.bytes;
  entry.contentBytes += 50;
  cache.resize("a", entry);
  assertEquals(cache.bytes, before + 50);
  cache.set("a", { contentBytes: 100 });
  entry.contentBytes += 50;
  cache.resize("a", entry);
  assertEquals(cache.bytes, before);
  cache.delete("a");
  assertEquals([cache.bytes, cache.size], [0, 0]);
});

Deno.test("HotCache counts who had to make room, and not who was deleted or replaced", () => {
  const cache = new HotCache<{ contentBytes: number }>({ cacheBytesMax: 1_000_000, cacheEntriesMax: 2 });
  for (const key of ["a", "b", "a"]) cache.set(key, { contentBytes: 1 });
  cache.delete("b");
  assertEquals(cache.evictions, 0);
  for (const key of ["b", "c", "d"]) cache.set(key, { contentBytes: 1 });
  assertEquals([cache.evictions, cache.size], [2, 2]);
});

Deno.test("HotCache counts 4,096 octets and the key for an entry, and keeps one that just fits", () => {
  const entry = { contentBytes: 1_000 }, bytes = 4_096 + 2 * "path".length + 1_000;
  for (const [cacheBytesMax, kept] of [[bytes, bytes], [bytes - 1, 0]]) {
    const cache = new HotCache<{ contentBytes: number }>({ cacheBytesMax, cacheEntriesMax: 10 });
    cache.set("path", entry);
    assertEquals([cache.bytes, cache.get("path") !== undefined], [kept, kept > 0]);
  }
});
