import { assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { BUFFER_BYTES, giveReadBuffer, takeReadBuffer } from "./read_buffer.ts";

Deno.test("takeReadBuffer gives the buffer that was given back last, once", () => {
  const buffer = takeReadBuffer();
  assertEquals(buffer.length, BUFFER_BYTES);
  giveReadBuffer(buffer);
  assertStrictEquals(takeReadBuffer(), buffer);
  assertNotStrictEquals(takeReadBuffer(), buffer);
});

Deno.test("giveReadBuffer keeps 256 buffers, and none of another size", () => {
  const buffers = Array.from({ length: 300 }, () => takeReadBuffer());
  for (const buffer of buffers) giveReadBuffer(buffer);
  giveReadBuffer(new Uint8Array(BUFFER_BYTES / 2));
  const taken = Array.from({ length: 300 }, () => takeReadBuffer());
  assertEquals(taken.filter((buffer) => buffers.includes(buffer)).length, 256);
  assertEquals(taken.every(({ length }) => length === BUFFER_BYTES), true);
});
