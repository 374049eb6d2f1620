import { assertEquals } from "@std/assert";
import { digestOf } from "./digest.ts";

Deno.test("digestOf is the first half of the SHA-256, however many came before", async () => {
  for (let i = 0; i < 200; i++) {
    assertEquals(await digestOf(new Uint8Array([97, 98, 99])), "ba7816bf8f01cfea414140de5dae2223");
    assertEquals(await digestOf(new Uint8Array()), "e3b0c44298fc1c149afbf4c8996fb924");
    // Time for what was asked to be loaded.
    if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const long = new Uint8Array(65_537);
  const whole = new Uint8Array(await crypto.subtle.digest("SHA-256", long));
  assertEquals(await digestOf(long), whole.toHex().slice(0, 32));
  assertEquals(await digestOf(long.subarray(1)), await digestOf(new Uint8Array(65_536)));
});

Deno.test("digestOf hashes up to 65,536 octets at once when it has been asked often, and leaves more to other threads", async () => {
  const { subtle } = crypto, real = subtle.digest.bind(subtle);
  const lengths: number[] = [];
  subtle.digest = (algorithm, octets) => {
    lengths.push(octets.byteLength);
    return real(algorithm, octets);
  };
  try {
    // What is loaded behind the 64th is there in a moment.
    do {
      lengths.length = 0;
      await digestOf(new Uint8Array(1));
    } while (lengths.length > 0);
    await digestOf(new Uint8Array(65_536));
    assertEquals(lengths, []);
    await digestOf(new Uint8Array(65_537));
    assertEquals(lengths, [65_537]);
  } finally {
    subtle.digest = real;
  }
});
