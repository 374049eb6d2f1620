import { assertEquals } from "@std/assert";
import { isPeerGone } from "./peer_gone.ts";

Deno.test("isPeerGone knows the errors of a peer that left, and no others", () => {
  const gone = [
    "ConnectionReset",
    "ConnectionAborted",
    "BrokenPipe",
    "NotConnected",
    "TimedOut",
    "UnexpectedEof",
    "InvalidData",
  ] as const;
  const others = [
    "BadResource",
    "Interrupted",
    "AddrInUse",
    "PermissionDenied",
    "NotFound",
    "Busy",
    "WriteZero",
  ] as const;
  for (const name of gone) assertEquals(isPeerGone(new Deno.errors[name]("")), true, name);
  for (const name of others) assertEquals(isPeerGone(new Deno.errors[name]("")), false, name);
  for (const error of [new Error("Connection reset by peer"), new TypeError(), undefined, null, "gone", 0]) {
    assertEquals(isPeerGone(error), false, String(error));
  }
});

Deno.test("isPeerGone knows the error that a real socket gives when its peer has reset", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const client = await Deno.connect({ port: listener.addr.port }), conn = await listener.accept();
  await conn.write(new Uint8Array(10));
  // Closing with octets unread resets the connection.
  await client.read(new Uint8Array(1));
  client.close();
  let error: unknown;
  try {
    for (;;) {
      await conn.read(new Uint8Array(10));
      await conn.write(new Uint8Array(10));
    }
  } catch (caught) {
    error = caught;
  }
  assertEquals(isPeerGone(error), true, String(error));
  conn.close();
  listener.close();
});
