import { assertEquals, assertStrictEquals } from "@std/assert";
import { HEADROOM_BYTES, headroomOf, type Laid, withHeadroom } from "./headroom.ts";

const FIRST = octetsOf("Date: 1\r\n"), SECOND = octetsOf("Date: 2\r\n"), THIRD = octetsOf("Date: 3\r\n");

function octetsOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function answer(head = "HTTP/1.1 200 OK\r\n"): { head: Uint8Array } {
  return { head: octetsOf(head) };
}

function content(text: string): Uint8Array {
  const octets = withHeadroom(text.length);
  octets.set(octetsOf(text));
  return octets;
}

function textOf(laid: Laid | undefined): string | undefined {
  return laid && new TextDecoder().decode(laid.octets);
}

Deno.test("withHeadroom gives room for the content alone, and headroomOf knows the whole of it again", () => {
  const octets = withHeadroom(3);
  assertEquals([octets.length, octets.byteOffset], [3, HEADROOM_BYTES]);
  assertStrictEquals(headroomOf(octets.subarray(0)), headroomOf(octets));
  for (const other of [octets.subarray(1), octets.subarray(0, 2), new Uint8Array(3), new Uint8Array(octets.buffer)]) {
    assertEquals(headroomOf(other), undefined);
  }
  // Somebody else's octets that happen to lie so.
  assertEquals(headroomOf(new Uint8Array(HEADROOM_BYTES + 3).subarray(HEADROOM_BYTES)), undefined);
});

Deno.test("Headroom.lay puts the head before the content, and leaves it while nothing changes", () => {
  const octets = content("page"), room = headroomOf(octets)!, one = answer();
  const laid = room.lay(one, FIRST);
  assertEquals(textOf(laid), "HTTP/1.1 200 OK\r\nDate: 1\r\n\r\npage");
  assertStrictEquals(laid!.octets!.buffer, octets.buffer);
  const before = laid!.octets;
  assertStrictEquals(room.lay(one, FIRST)!.octets, before);
  assertEquals(textOf(room.lay(one, SECOND)), "HTTP/1.1 200 OK\r\nDate: 2\r\n\r\npage");
  assertEquals(
    textOf(room.lay(answer("HTTP/1.1 404 Not Found\r\n"), SECOND)),
    "HTTP/1.1 404 Not Found\r\nDate: 2\r\n\r\npage",
  );
  assertEquals(new TextDecoder().decode(octets), "page");
});

Deno.test("Headroom.lay takes a head up to its room, and not one of an octet more", () => {
  const room = headroomOf(content("page"))!;
  const free = HEADROOM_BYTES - FIRST.length - "\r\n".length;
  assertEquals(room.lay(answer("x".repeat(free + 1)), FIRST), undefined);
  assertEquals(textOf(room.lay(answer("x".repeat(free)), FIRST)), `${"x".repeat(free)}Date: 1\r\n\r\npage`);
});

Deno.test("Headroom.lay changes nothing that is being written: a copy serves until the next change", () => {
  const octets = content("page"), room = headroomOf(octets)!, one = answer();
  const first = room.lay(one, FIRST)!, going = first.octets;
  first.writes++;
  const second = room.lay(one, SECOND)!;
  assertEquals(textOf(second), "HTTP/1.1 200 OK\r\nDate: 2\r\n\r\npage");
  assertEquals(second.octets!.buffer === octets.buffer, false);
  assertStrictEquals(room.lay(one, SECOND), second);
  assertEquals(new TextDecoder().decode(going), "HTTP/1.1 200 OK\r\nDate: 1\r\n\r\npage");
  // Written still: another copy, and the copy that is being written stays as it is, too.
  second.writes++;
  const third = room.lay(one, THIRD)!;
  assertEquals([textOf(first), textOf(second), textOf(third)].map((text) => text?.match(/Date: (.)/)?.[1]), [
    "1",
    "2",
    "3",
  ]);
  first.writes--;
  assertStrictEquals(room.lay(one, FIRST)!.octets!.buffer, octets.buffer);
});

Deno.test("Headroom.lay gives nothing to a second answer of the content while the first is being written", () => {
  const room = headroomOf(content("page"))!, one = answer(), other = answer("HTTP/1.1 404 Not Found\r\n");
  const first = room.lay(one, FIRST)!;
  first.writes++;
  assertEquals(room.lay(other, FIRST), undefined);
  assertStrictEquals(room.lay(one, FIRST), first);
  first.writes--;
  assertEquals(textOf(room.lay(other, FIRST)), "HTTP/1.1 404 Not Found\r\nDate: 1\r\n\r\npage");
});
