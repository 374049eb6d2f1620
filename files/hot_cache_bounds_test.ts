/** The numbers by which a cache decides who goes and who comes back, each met from both sides. */
import { assertEquals } from "@std/assert";
import { ENTRY_BYTES, HotCache, type HotCacheOptions } from "./hot_cache.ts";

interface Entry {
  readonly contentBytes: number;
}

function cacheOf(options: Partial<HotCacheOptions<Entry>> = {}): HotCache<Entry> {
  return new HotCache<Entry>({
    cacheBytesMax: 200_000,
    cacheEntriesMax: 1_000,
    withoutContent: () => ({ contentBytes: 0 }),
    ...options,
  });
}

function use(cache: HotCache<Entry>, keys: string): void {
  for (const key of keys) cache.get(key);
}

/** A cache with one entry that has content, "f", and one that has none, "b", for whose content there is no room. */
function twoOf(uses: string): HotCache<Entry> {
  const cache = cacheOf();
  cache.set("f", { contentBytes: 100_000 });
  cache.set("b", { contentBytes: 0 });
  use(cache, uses);
  return cache;
}

/** What comes of so many questions whether "b" should have its content again. */
function deserved(cache: HotCache<Entry>, questions = 8): boolean[] {
  return Array.from({ length: questions }, () => cache.deserves("b", 100_000));
}

const SEVEN_NO = Array.from({ length: 7 }, () => false);

Deno.test("HotCache keeps entries without content up to half of its octets", () => {
  const cache = cacheOf({ cacheBytesMax: 2 * 4 * (ENTRY_BYTES + 2) });
  for (const key of "abcd") cache.set(key, { contentBytes: 0 });
  assertEquals([cache.size, cache.evictions], [4, 0]);
  cache.set("e", { contentBytes: 0 });
  assertEquals([cache.size, cache.evictions], [4, 1]);
  // An octet is content, too.
  const full = cacheOf({ cacheBytesMax: 2 * 4 * (ENTRY_BYTES + 3) });
  for (const key of "abcdefgh") full.set(key, { contentBytes: 1 });
  assertEquals([full.size, full.evictions], [8, 0]);
});

Deno.test("HotCache takes the content of the only entry that has some, before it lets those without go", () => {
  const bareBytes = 4 * ENTRY_BYTES + 2 * "abcfile".length, cacheBytesMax = 2 * bareBytes;
  const cache = cacheOf({ cacheBytesMax });
  for (const key of "abc") cache.set(key, { contentBytes: 0 });
  cache.set("file", { contentBytes: cacheBytesMax - ENTRY_BYTES - 2 * "file".length });
  assertEquals([cache.size, cache.evictions, cache.get("file")], [4, 1, { contentBytes: 0 }]);
  assertEquals(cache.bytes, bareBytes);
});

Deno.test("HotCache lets the least used of the four oldest go, even where the fifth is used less", () => {
  const cache = cacheOf({ cacheEntriesMax: 5 });
  for (const key of "abcde") cache.set(key, { contentBytes: 1 });
  use(cache, "aaabbccd");
  cache.set("f", { contentBytes: 1 });
  assertEquals([..."abcdef"].filter((key) => cache.get(key) === undefined), ["d"]);
});

Deno.test("HotCache.deserves looks into each eighth question", () => {
  assertEquals(deserved(twoOf("bbbbb"), 24), [SEVEN_NO, true, SEVEN_NO, true, SEVEN_NO, true].flat());
});

Deno.test("HotCache.deserves asks for twice the uses of the one that would go, and three more", () => {
  assertEquals([deserved(twoOf("bb"))[7], deserved(twoOf("bbb"))[7]], [false, true]);
  assertEquals([deserved(twoOf("ffbbbbbb"))[7], deserved(twoOf("ffbbbbbbb"))[7]], [false, true]);
});

Deno.test("HotCache halves all uses when there were more than eight for each entry", () => {
  // 12 are three more than twice 4; of 13 and 4 six and two are left.
  const uses = "f".repeat(4) + "b".repeat(12);
  assertEquals([deserved(twoOf(uses))[7], deserved(twoOf(`${uses}b`))[7]], [true, false]);
  // 6 and 2 more are less than three more than twice 2 and 1 more.
  assertEquals([deserved(twoOf(`${uses}bbbf`))[7], deserved(twoOf(`${uses}bbbbf`))[7]], [false, true]);
  // The same once more: a third entry is asked for in the first round of 25 uses, and fills the second one up.
  const after = (last: string) => {
    const cache = twoOf("");
    cache.set("c", { contentBytes: 0 });
    use(cache, "c".repeat(25) + "f".repeat(4) + "b".repeat(11) + last);
    return deserved(cache)[7];
  };
  assertEquals([after("c".repeat(9)), after("c".repeat(10))], [true, false]);
});

Deno.test("HotCache.deserves says yes at once where there is room, and never where nobody could make room", () => {
  const cache = twoOf(""), room = 200_000 - cache.bytes;
  assertEquals([cache.deserves("b", room), cache.deserves("b", room + 1)], [true, false]);
  const bare = cacheOf();
  bare.set("b", { contentBytes: 0 });
  use(bare, "bbbbbbbb");
  assertEquals(Array.from({ length: 16 }, () => bare.deserves("b", 200_000)).includes(true), false);
});
