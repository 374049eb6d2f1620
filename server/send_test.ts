import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ContentChangedError, giveBackContent, sendSlice, type Write } from "./send.ts";
import { octets, text } from "./testing/memory_socket.ts";
import { MemorySlice, MemoryStream } from "./testing/test_server.ts";

/** A function that writes down what it is given. */
function recorder(): { writes: string[]; write: Write } {
  const writes: string[] = [];
  return {
    writes,
    write: (octets) => {
      writes.push(text(octets));
      return Promise.resolve();
    },
  };
}

Deno.test("sendSlice writes what the file gives, checks it before the last piece, and closes it", async () => {
  const { writes, write } = recorder(), slice = new MemorySlice("abcdefgh", undefined, 3);
  const checks: number[] = [];
  await sendSlice(slice, (octets) => {
    checks.push(slice.checkCount);
    return write(octets);
  });
  assertEquals([writes, checks, slice.closeCount], [["abc", "def", "gh"], [0, 0, 1], 1]);
});

Deno.test("sendSlice keeps back the last piece of a file that changed", async () => {
  const { writes, write } = recorder(), slice = new MemorySlice("abcdefgh", undefined, 3);
  slice.isSame = false;
  await assertRejects(() => sendSlice(slice, write), ContentChangedError);
  assertEquals([writes, slice.closeCount], [["abc", "def"], 1]);
});

Deno.test("sendSlice fails when the file ends before the slice does", async () => {
  const { writes, write } = recorder(), slice = new MemorySlice("abc", 8);
  await assertRejects(() => sendSlice(slice, write), ContentChangedError);
  assertEquals([writes, slice.closeCount], [["abc"], 1]);
});

Deno.test("sendSlice closes the file when reading, checking or writing fails", async () => {
  const error = new Error("Broken"), { write } = recorder();
  const unreadable = new MemorySlice("abc");
  unreadable.error = error;
  await assertRejects(() => sendSlice(unreadable, write), Error, "Broken");
  const unknowable = new MemorySlice("abc");
  unknowable.isUnchanged = () => Promise.reject(error);
  await assertRejects(() => sendSlice(unknowable, write), Error, "Broken");
  const unsendable = new MemorySlice("abc");
  await assertRejects(() => sendSlice(unsendable, () => Promise.reject(error)), Error, "Broken");
  assertEquals([unreadable.closeCount, unknowable.closeCount, unsendable.closeCount], [1, 1, 1]);
});

Deno.test("sendSlice lends no buffer to two at the same time", async () => {
  const names = ["a", "b", "c", "d"], all: string[] = names.map(() => "");
  for (let round = 0; round < 3; round++) {
    await Promise.all(names.map(async (name, i) => {
      all[i] = "";
      await sendSlice(new MemorySlice(name.repeat(1_000), undefined, 100), async (octets) => {
        await Promise.resolve();
        all[i] += text(octets);
      });
    }));
    assertEquals(all, names.map((name) => name.repeat(1_000)));
  }
});

Deno.test("sendSlice never lends a buffer again whose write failed", async () => {
  const seen = new Set<ArrayBufferLike>();
  const send = (result: Promise<void>) =>
    sendSlice(new MemorySlice("abc"), ({ buffer }) => {
      assert(!seen.has(buffer), "A write that failed may still read from this buffer");
      seen.add(buffer);
      return result;
    }).catch(() => {});
  for (let i = 0; i < 20; i++) await send(Promise.reject(new Deno.errors.Interrupted("operation canceled")));
});

Deno.test("giveBackContent gives back what has a handle, and only that", async () => {
  const slice = new MemorySlice("abc"), stream = new MemoryStream();
  await giveBackContent(null);
  await giveBackContent(octets("abc"));
  await giveBackContent(slice);
  await giveBackContent(stream);
  await giveBackContent({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("Asked")) }) });
  assertEquals([slice.closeCount, stream.returnCount], [1, 1]);
});

Deno.test("sendSlice lends the buffer of a file that was sent to the next one", async () => {
  const buffers: ArrayBufferLike[] = [];
  for (let i = 0; i < 2; i++) {
    await sendSlice(new MemorySlice("abc"), ({ buffer }) => {
      buffers.push(buffer);
      return Promise.resolve();
    });
  }
  assertStrictEquals(buffers[1], buffers[0]);
});
