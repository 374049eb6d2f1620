import { assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { giveRoom, takeRoom } from "./spare_rooms.ts";

Deno.test("takeRoom gives the room again that came back last, as long as it is asked for", () => {
  const first = takeRoom(10);
  assertEquals(first.length, 10);
  giveRoom(first);
  const second = takeRoom(65_536);
  assertStrictEquals(second.buffer, first.buffer);
  assertEquals(second.length, 65_536);
  // What is not given back is nobody else's.
  const third = takeRoom(0);
  assertNotStrictEquals(third.buffer, second.buffer);
  giveRoom(second);
  giveRoom(third);
});

Deno.test("Room for more than 65,536 octets is made for the one who asks, and not kept", () => {
  const room = takeRoom(65_537);
  assertEquals([room.length, room.buffer.byteLength], [65_537, 65_537]);
  giveRoom(room);
  assertNotStrictEquals(takeRoom(65_537).buffer, room.buffer);
});
