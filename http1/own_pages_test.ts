import { assert, assertEquals } from "@std/assert";
import { ownPages } from "./own_pages.ts";

Deno.test("ownPages() gives empty room of the length that was asked for, which a socket can read into", async () => {
  const room = ownPages(65_536);
  assertEquals([room.length, room.every((octet) => octet === 0)], [65_536, true]);
  // What a buffer that could not be resized would say; with that it would come from the C library's heap.
  assert(room.buffer.resizable);
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepting = listener.accept();
  using client = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  using server = await accepting;
  room.fill(97);
  assertEquals(await server.write(room.subarray(0, 1_000)), 1_000);
  const into = ownPages(4_096);
  assertEquals(await client.read(into), 1_000);
  assertEquals(into.subarray(0, 1_000), room.subarray(0, 1_000));
});
