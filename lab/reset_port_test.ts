import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { HttpRequest, HttpResponse } from "../http1/message.ts";
import { openResetPort, type ResetPort } from "./reset_port.ts";

async function withPort(fn: (port: ResetPort) => Promise<void>): Promise<void> {
  const port = await openResetPort("127.0.0.1");
  try {
    await fn(port);
  } finally {
    port.close();
  }
}

Deno.test("A connection to the reset port that asks for something is reset", () =>
  withPort(async ({ port }) => {
    for (let i = 0; i < 3; i++) {
      const conn = await Deno.connect({ hostname: "127.0.0.1", port });
      await conn.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
      const error = await assertRejects(() => conn.read(new Uint8Array(10)), Deno.errors.ConnectionReset);
      assertMatch(error.message, /reset by peer/i);
      conn.close();
    }
  }));

Deno.test("A reset port that is closed lets nobody in, and ends who has not asked yet", async () => {
  const port = await openResetPort("127.0.0.1"), address = { hostname: "127.0.0.1", port: port.port };
  using silent = await Deno.connect(address);
  using asking = await Deno.connect(address);
  await asking.write(new Uint8Array(1));
  // When one that came later was answered, the silent one has been accepted.
  await assertRejects(() => asking.read(new Uint8Array(1)), Deno.errors.ConnectionReset);
  port.close();
  assertEquals(await silent.read(new Uint8Array(1)), null);
  await assertRejects(() => Deno.connect(address), Deno.errors.ConnectionRefused);
});

Deno.test("/reset leads to the reset port of the host that was asked", () =>
  withPort(async (port) => {
    for (
      const [host, location] of [
        ["localhost:7878", "localhost"],
        ["127.0.0.1", "127.0.0.1"],
        ["[::1]:80", "[::1]"],
        ["a\r\nb", "127.0.0.1"],
      ]
    ) {
      const request = { field: () => host } as unknown as HttpRequest;
      const { status, head } = await port.handler(request) as HttpResponse;
      assertEquals(status, 307);
      assertMatch(
        new TextDecoder().decode(head),
        new RegExp(`Location: http://${RegExp.escape(location)}:${port.port}/`),
      );
    }
  }));
