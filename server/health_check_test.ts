import { assert, assertEquals, assertRejects } from "@std/assert";
import { isReady } from "./health_check.ts";
import { StartError } from "./start_error.ts";

/** A listener that answers each connection with octets, or with nothing. */
async function asked(answer: string): Promise<boolean> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    using conn = await listener.accept();
    await conn.read(new Uint8Array(1_000));
    if (answer !== "") await conn.write(new TextEncoder().encode(answer));
    // Until the other side has closed.
    await conn.read(new Uint8Array(1)).catch(() => {});
  })();
  try {
    return await isReady({ host: "127.0.0.1", port: listener.addr.port });
  } finally {
    await serving;
  }
}

Deno.test("isReady is true for 200 and false for anything else", async () => {
  assertEquals(await asked("HTTP/1.1 200 OK\r\n\r\n"), true);
  assertEquals(await asked("HTTP/1.1 503 Service Unavailable\r\n\r\n"), false);
  assertEquals(await asked("SSH-2.0-OpenSSH"), false);
});

Deno.test("isReady waits two seconds for an answer, by the system's time, and says so", async () => {
  const startMs = performance.now();
  await assertRejects(() => asked(""), StartError, "Cannot ask");
  const tookMs = performance.now() - startMs;
  assert(tookMs > 1_500 && tookMs < 15_000, `${tookMs}`);
});
