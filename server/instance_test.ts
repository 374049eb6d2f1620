import { assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { delay } from "@std/async/delay";
import { plainResponse } from "../http1/response.ts";
import { type Config, parseConfig } from "./config.ts";
import { serveConnection } from "./connection.ts";
import { Instance, type Program } from "./instance.ts";
import { accepted } from "./listener.ts";

/** Resolves when somebody has asked for what never comes. */
const asked = Promise.withResolvers<void>();

const program: Program = {
  version: "1.2.3",
  site: () =>
    Promise.resolve({
      handler: ({ path, signal }) =>
        path === "/" ? plainResponse(200) : new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
          asked.resolve();
        }),
    }),
  async serve(listener, server) {
    for await (const conn of accepted(listener, server)) serveConnection(conn, server);
  },
};

async function start(args: string[], limits: Partial<Config["limits"]>) {
  const parsed = parseConfig(["--port=0", ...args], {});
  if (parsed.kind !== "serve") throw new Error(JSON.stringify(parsed));
  const config = { ...parsed.config, limits: { ...parsed.config.limits, ...limits } };
  const lines: string[] = [], reports: unknown[] = [];
  const log = {
    format: "combined" as const,
    isColoured: false,
    writer: () => ({ push: (line: string) => void lines.push(line) }),
    report: (error: unknown) => void reports.push(error),
    warn: (warning: string) => void reports.push(warning),
  };
  const instance = await Instance.start({ config, program, log, isShared: false, isTraced: false });
  const { port } = instance.address as Deno.NetAddr;
  const stop = async () => {
    const result = await instance.drain();
    instance.clock.stop();
    await delay(150); // the wait for the listener's loop has a timer of 100 ms that nothing stops
    return result;
  };
  return { port, lines, reports, stop, snapshot: () => instance.snapshot() };
}

const REQUEST = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

Deno.test("Instance serves with a log, and tells how many connections it finished", async () => {
  const { port, lines, reports, stop } = await start([], {});
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(REQUEST);
  const answer = new Uint8Array(12);
  await conn.read(answer);
  assertEquals(new TextDecoder().decode(answer), "HTTP/1.1 200");
  conn.close();
  const { cut } = await stop();
  assertEquals([cut, lines.length, reports], [0, 1, []]);
});

Deno.test("Instance closes a connection that says nothing of its client in headReadMs", async () => {
  const { port, lines, reports, stop } = await start(["--proxy-protocol"], { headReadMs: 300 });
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  assertEquals(await deadline(conn.read(new Uint8Array(1)), 10_000), null);
  assertEquals([lines, reports], [[], ["Closed a connection of 127.0.0.1: its PROXY header does not come"]]);
  await stop();
});

Deno.test("Instance tells of connections without a PROXY header, and counts each", async () => {
  const { port, reports, snapshot, stop } = await start(["--proxy-protocol", "--admin=127.0.0.1:0"], {});
  for (let count = 0; count < 3; count++) {
    using conn = await Deno.connect({ hostname: "127.0.0.1", port });
    await conn.write(REQUEST);
    assertEquals(await conn.read(new Uint8Array(1)).catch(() => null), null);
  }
  assertEquals(reports, ["Closed a connection of 127.0.0.1: it does not begin with a PROXY header"]);
  assertEquals(snapshot()['siesta_rejected_requests_total{reason="proxy"}'], 3);
  await stop();
});

Deno.test("Instance counts connections of the client that a PROXY header names, and none of a trusted proxy", async () => {
  const args = ["--proxy-protocol", "--trust-forwarded=127.0.0.0/8,10.0.0.0/8"];
  const { port, stop } = await start(args, { connectionsPerAddressMax: 1, idleMs: 500 });
  const statuses: Record<string, string[]> = {};
  const conns: Deno.Conn[] = [];
  for (const client of ["203.0.113.9", "203.0.113.10", "10.0.0.1", "UNKNOWN"]) {
    statuses[client] = [];
    for (let count = 0; count < 3; count++) {
      const conn = await Deno.connect({ hostname: "127.0.0.1", port });
      conns.push(conn);
      const prefix = client === "UNKNOWN" ? "PROXY UNKNOWN" : `PROXY TCP4 ${client} 192.0.2.1 1 80`;
      await conn.write(new TextEncoder().encode(`${prefix}\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n`));
      const answer = new Uint8Array(512);
      const length = await conn.read(answer) ?? 0;
      statuses[client].push(new TextDecoder().decode(answer.subarray(9, Math.min(length, 12))));
    }
  }
  for (const conn of conns) conn.close();
  const one = ["200", "503", "503"], all = ["200", "200", "200"];
  assertEquals(statuses, { "203.0.113.9": one, "203.0.113.10": one, "10.0.0.1": all, "UNKNOWN": all });
  await stop();
});

Deno.test("Instance.drain cuts what does not end within drainMs", async () => {
  const { port, stop } = await start([], { drainMs: 300 });
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(new TextEncoder().encode("GET /never HTTP/1.1\r\nHost: a\r\n\r\n"));
  await asked.promise;
  assertEquals(await deadline(stop(), 10_000), { finished: 0, cut: 1 });
});
