import { assertEquals } from "@std/assert";
import { Clock } from "./clock.ts";
import { tidyMemory } from "./tidy_memory.ts";

/** A heap and a crowd that a test moves by hand; a collection leaves 20 MB. */
function setUp() {
  const clock = new Clock(),
    state = { size: 0, usedBytes: 20e6, outsideBytes: 5e6, collections: 0, plainCollections: 0 };
  clock.advance(0, 0);
  tidyMemory({
    clock,
    connections: state,
    usedBytes: () => state.usedBytes,
    outsideBytes: () => state.outsideBytes,
    collect: (isPlain) => {
      Object.assign(state, { outsideBytes: 5e6, usedBytes: 20e6 });
      if (isPlain) state.plainCollections++;
      else state.collections++;
    },
  });
  return { state, at: (seconds: number) => clock.advance(1_000 * seconds, 0) };
}

Deno.test("tidyMemory() collects when a crowd has left much behind, and not while it is there", () => {
  const { state, at } = setUp();
  at(1);
  Object.assign(state, { size: 1_000, usedBytes: 200e6 });
  at(2);
  state.size = 50;
  at(3);
  assertEquals(state.collections, 0);
  state.size = 30;
  at(4);
  assertEquals(state.collections, 0);
  at(20);
  assertEquals(state.collections, 1);
  at(40);
  assertEquals(state.collections, 1, "Nothing has grown since");
});

Deno.test("tidyMemory() calls 128 connections a crowd, behind which a little is worth a collection", () => {
  for (const [size, collections] of [[127, 0], [128, 1]]) {
    const { state, at } = setUp();
    at(1);
    Object.assign(state, { size, usedBytes: 30e6 });
    at(2);
    state.size = 0;
    at(7);
    assertEquals(state.collections, collections);
  }
});

Deno.test("tidyMemory() waits until a crowd has been gone for five seconds, and begins anew when it comes back", () => {
  const { state, at } = setUp();
  at(1);
  Object.assign(state, { size: 1_000, usedBytes: 200e6 });
  at(2);
  state.size = 0;
  at(6.75);
  assertEquals(state.collections, 0);
  state.size = 1_000;
  at(7);
  state.size = 0;
  at(11.75);
  assertEquals(state.collections, 0);
  at(13);
  assertEquals(state.collections, 1);
});

Deno.test("tidyMemory() leaves little growth alone, and rests after a collection", () => {
  const { state, at } = setUp();
  at(1);
  state.usedBytes = 20e6 + 16_777_215;
  at(2);
  assertEquals([state.plainCollections, state.collections], [0, 0]);
  for (let second = 3; second <= 8; second++) {
    state.usedBytes = 20e6 + 16_777_216;
    at(second);
    assertEquals([state.plainCollections, state.collections], [0, second < 8 ? 1 : 2], `after ${second} s`);
  }
});

Deno.test("tidyMemory() collects what lies outside of the heap even in a crowd, when it has grown by 256 MiB", () => {
  const { state, at } = setUp();
  at(1);
  Object.assign(state, { size: 1_000, outsideBytes: 5e6 + 268_435_455 });
  at(2);
  assertEquals(state.plainCollections, 0);
  state.outsideBytes++;
  at(3);
  assertEquals([state.plainCollections, state.collections], [1, 0]);
  state.outsideBytes = 400e6;
  at(62);
  assertEquals(state.plainCollections, 1, "It rests for a minute");
  at(63);
  assertEquals(state.plainCollections, 2);
});

Deno.test("tidyMemory() does nothing where V8 offers no collection", () => {
  const clock = new Clock();
  tidyMemory({
    clock,
    connections: { size: 0 },
    usedBytes() {
      throw new Error("Nobody needs to know");
    },
  });
  clock.advance(clock.nowMs + 10_000, 0);
});
