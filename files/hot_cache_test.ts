import { assertEquals } from "@std/assert";
import { ENTRY_BYTES, HotCache, type HotCacheOptions } from "./hot_cache.ts";

interface Entry {
  readonly name: string;
  contentBytes: number;
}

/** A cache of entries that are something without their content. */
function cacheOf(options: Partial<HotCacheOptions<Entry>> = {}): HotCache<Entry> {
  return new HotCache({
    cacheBytesMax: 1_000_000,
    cacheEntriesMax: 1_000,
    withoutContent: (entry) => ({ ...entry, contentBytes: 0 }),
    ...options,
  });
}

/** How many octets of content each has: `undefined` for who is not there; asking is a use, so the cache is done with. */
function contents(cache: HotCache<Entry>, names: string): (number | undefined)[] {
  return [...names].map((name) => cache.get(name)?.contentBytes);
}

function fill(cache: HotCache<Entry>, names: string, contentBytes: number): void {
  for (const name of names) cache.set(name, { name, contentBytes });
}

Deno.test("HotCache takes the content from whoever was asked for least, and keeps the rest", () => {
  const cache = cacheOf({ cacheBytesMax: 350_000 });
  fill(cache, "abc", 100_000);
  for (const name of "aac") cache.get(name);
  fill(cache, "d", 100_000);
  assertEquals(contents(cache, "abcd"), [100_000, 0, 100_000, 100_000]);
  assertEquals([cache.evictions, cache.size], [1, 4]);
});

Deno.test("HotCache lets a whole entry go that is nothing without its content", () => {
  const cache = cacheOf({ cacheBytesMax: 350_000, withoutContent: () => undefined });
  fill(cache, "abc", 100_000);
  for (const name of "ac") cache.get(name);
  fill(cache, "d", 100_000);
  assertEquals(contents(cache, "abcd"), [100_000, undefined, 100_000, 100_000]);
  assertEquals([cache.evictions, cache.size], [1, 3]);
});

Deno.test("HotCache keeps its bound of entries: those without content go first, the least used of them", () => {
  const cache = cacheOf({ cacheEntriesMax: 3 });
  fill(cache, "a", 1_000);
  fill(cache, "bc", 0);
  cache.get("b");
  fill(cache, "d", 1_000);
  assertEquals(contents(cache, "abcd"), [1_000, 0, undefined, 1_000]);
  fill(cache, "e", 1_000);
  assertEquals(contents(cache, "abde"), [1_000, undefined, 1_000, 1_000]);
  fill(cache, "f", 1_000);
  assertEquals(cache.size, 3);
});

Deno.test("HotCache stays within its octets, and entries without content within half of them", () => {
  const cache = cacheOf({ cacheBytesMax: 100 * (ENTRY_BYTES + 20), cacheEntriesMax: 100_000 });
  for (let i = 0; i < 10_000; i++) {
    cache.set(`path/${i}`, { name: `${i}`, contentBytes: i % 50_000 });
    if (i % 3 === 0) cache.get(`path/${i}`);
    assertEquals(cache.bytes <= 100 * (ENTRY_BYTES + 20), true);
  }
  for (let i = 0; i < 200; i++) cache.set(`${i}`, { name: `${i}`, contentBytes: 0 });
  const keys = [
    ...Array.from({ length: 200 }, (_, i) => `${i}`),
    ...Array.from({ length: 10_000 }, (_, i) => `path/${i}`),
  ];
  const bare = keys.filter((key) => cache.get(key)?.contentBytes === 0);
  assertEquals([bare.length > 40, bare.length <= 50], [true, true]);
});

Deno.test("HotCache does not keep what is larger than all of it", () => {
  const cache = cacheOf({ cacheBytesMax: 10_000 });
  fill(cache, "s", 10);
  fill(cache, "l", 10_000);
  assertEquals(contents(cache, "sl"), [10, undefined]);
});

Deno.test("HotCache counts an entry anew that has grown, unless another took its place", () => {
  const cache = cacheOf();
  const entry = { name: "a", contentBytes: 100 };
  cache.set("a", entry);
  const before = cache.bytes;
  entry.contentBytes += 50;
  cache.resize("a", entry);
  assertEquals(cache.bytes, before + 50);
  cache.set("a", { name: "a", contentBytes: 100 });
  entry.contentBytes += 50;
  cache.resize("a", entry);
  assertEquals(cache.bytes, before);
  cache.delete("a");
  assertEquals([cache.bytes, cache.size], [0, 0]);
});

Deno.test("HotCache counts who had to make room, and not who was deleted or replaced", () => {
  const cache = cacheOf({ cacheEntriesMax: 2 });
  fill(cache, "aba", 1);
  cache.delete("b");
  assertEquals(cache.evictions, 0);
  fill(cache, "bcd", 1);
  assertEquals([cache.evictions, cache.size], [2, 2]);
});

Deno.test("HotCache.hasRoom tells whether new content fits beside all others", () => {
  const cache = cacheOf({ cacheBytesMax: 200_000 });
  fill(cache, "a", 100_000);
  const free = 200_000 - cache.bytes - ENTRY_BYTES;
  assertEquals([cache.hasRoom(free), cache.hasRoom(free + 1)], [true, false]);
});

Deno.test("HotCache.deserves gives content back to whoever is asked for clearly more than the one that would lose it", () => {
  const cache = cacheOf({ cacheBytesMax: 250_000 });
  fill(cache, "abc", 100_000); // one of the first two has lost its content
  const [bare, full] = contents(cache, "a")[0] === 0 ? ["a", "b"] : ["b", "a"];
  // Not every question is looked into, and whoever is compared with goes round: these are about both of the others.
  const deserves = (key: string) => Array.from({ length: 16 }, () => cache.deserves(key, 100_000)).includes(true);
  assertEquals([full, "none", bare].map(deserves), [false, false, false]);
  cache.get(bare);
  assertEquals(deserves(bare), false);
  for (let uses = 0; uses < 20; uses++) cache.get("c");
  for (let uses = 0; uses < 15; uses++) cache.get(bare);
  assertEquals(deserves(bare), true);
  // With room enough nobody has to go.
  assertEquals(cache.deserves(bare, 10_000), true);
});

Deno.test("HotCache forgets in time how often something was asked for", () => {
  const cache = cacheOf({ cacheBytesMax: 350_000 });
  fill(cache, "abc", 100_000);
  for (let uses = 0; uses < 20; uses++) cache.get("a");
  for (let uses = 0; uses < 500; uses++) for (const name of "bc") cache.get(name);
  fill(cache, "d", 100_000);
  assertEquals(contents(cache, "abcd"), [0, 100_000, 100_000, 100_000]);
});

Deno.test("HotCache counts what an entry costs besides its content, and the key, and keeps one that just fits", () => {
  const bytes = ENTRY_BYTES + 2 * "path".length + 1_000;
  for (const [cacheBytesMax, kept] of [[bytes, bytes], [bytes - 1, 0]]) {
    const cache = new HotCache<{ contentBytes: number }>({ cacheBytesMax, cacheEntriesMax: 10 });
    cache.set("path", { contentBytes: 1_000 });
    assertEquals([cache.bytes, cache.get("path") !== undefined], [kept, kept > 0]);
  }
});
