import { assertEquals } from "@std/assert";
import { octetsOf } from "./cases/play.ts";
import { equalsIgnoringCase, interned, isHost, latin1 } from "./grammar.ts";

Deno.test("interned gives the text that is there, whatever came before it in its slot", () => {
  // All texts of up to twelve of two letters: many share a slot, and many begin as others do.
  for (let round = 0; round < 2; round++) {
    for (let length = 0; length <= 12; length++) {
      for (let bits = 0; bits < 1 << length; bits++) {
        let text = "";
        for (let i = 0; i < length; i++) text += bits >> i & 1 ? "b" : "a";
        const octets = octetsOf(`/${text}?x`);
        if (interned(octets, 1, length + 1) !== text) throw new Error(`Not ${text}`);
      }
    }
  }
});

Deno.test("interned compares the octets from the start on, and none before it", () => {
  // Both have the same hash, and what lies before the second one is the first one backwards.
  assertEquals(interned(octetsOf("xAa"), 0, 3), "xAa");
  assertEquals(interned(octetsOf("aAxBB"), 2, 5), "xBB");
});

Deno.test("interned and latin1 give long texts whole, at any place", () => {
  for (const length of [1, 127, 128, 129, 4_095, 4_096, 4_097, 9_000]) {
    const text = Array.from({ length }, (_, i) => String.fromCharCode(33 + i % 200)).join("");
    const octets = octetsOf(`--${text}--`);
    assertEquals(interned(octets, 2, 2 + length), text);
    assertEquals(latin1(octets, 2, 2 + length), text);
  }
});

Deno.test("equalsIgnoringCase folds the letters from A to Z, and nothing beside them", () => {
  const equals = (text: string, other: string) => equalsIgnoringCase(octetsOf(text), 0, text.length, other);
  const letters = "abcdefghijklmnopqrstuvwxyz";
  assertEquals([equals(letters.toUpperCase(), letters), equals(letters, letters)], [true, true]);
  for (const [text, other] of [["@", "`"], ["[", "{"], ["\xc0", "\xe0"], ["ab", "a"], ["a", "ab"], ["a", "b"]]) {
    assertEquals(equals(text, other), false, `${text} ${other}`);
  }
});

Deno.test("isHost looks at the octets that it is given, and at none beside them", () => {
  const octets = octetsOf("/[::1]:80/");
  assertEquals([isHost(octets, 1, 9), isHost(octets, 1, 6), isHost(octets, 1, 7)], [true, true, true]);
  assertEquals([isHost(octets, 1, 5), isHost(octets, 1, 4), isHost(octets, 1, 10), isHost(octets, 1, 2)], [
    ...[false, false, false, false],
  ]);
});
