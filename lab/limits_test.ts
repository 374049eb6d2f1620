/** Limits and deadlines of the lab, by a clock that is set and timers that are rung by hand. */
import { assert, assertEquals } from "@std/assert";
import { Socket } from "node:net";
import type { HttpRequest, HttpResponse } from "../http1/message.ts";
import { openResetPort } from "./reset_port.ts";
import { ServerEvents } from "./server_events.ts";
import { standingIn } from "../tests/standing_in.ts";

const ASKED = { connection: 7, target: "/", startMs: 12, status: 200, sentBytes: 3, error: undefined };

/** A watcher; each call of `next` gives what comes next. */
function watch(events: ServerEvents, query = "") {
  const abort = new AbortController();
  const request = { query, signal: abort.signal, field: () => undefined } as unknown as HttpRequest;
  const { content } = events.handler(request) as HttpResponse;
  const stream = (content as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  return {
    next: async () => new TextDecoder().decode((await stream.next()).value),
    async end() {
      abort.abort();
      while (!(await stream.next()).done);
    },
  };
}

Deno.test("A connection to the reset port that says nothing is closed after ten seconds", async () => {
  const timeouts: [ms: number, ring: () => void][] = [];
  const setTimeout = function (this: Socket, ms: number, ring?: () => void) {
    if (ring !== undefined) timeouts.push([ms, ring]);
    return this;
  };
  await standingIn(Socket.prototype, "setTimeout", setTimeout, async () => {
    const port = await openResetPort("127.0.0.1");
    using conn = await Deno.connect({ hostname: "127.0.0.1", port: port.port });
    while (timeouts.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const [ms, ring] = timeouts[0];
    assertEquals(ms, 10_000);
    ring();
    assertEquals(await conn.read(new Uint8Array(1)).catch(() => null), null);
    port.close();
  });
});

Deno.test("The reset port takes 64 connections, and closes the next", async () => {
  const port = await openResetPort("127.0.0.1"), conns: Deno.Conn[] = [];
  for (let i = 0; i < 65; i++) conns.push(await Deno.connect({ hostname: "127.0.0.1", port: port.port }));
  assertEquals(await conns[64].read(new Uint8Array(1)).catch(() => null), null);
  // The others are there, and are reset when they ask.
  await conns[0].write(new Uint8Array(1));
  assertEquals(await conns[0].read(new Uint8Array(1)).catch(({ name }) => name), "ConnectionReset");
  for (const conn of conns) conn.close();
  port.close();
});

Deno.test("ServerEvents says something to its watchers every fifteen seconds", async () => {
  const intervals: [ring: () => void, ms: number | undefined][] = [];
  const record = ((ring: () => void, ms?: number) => intervals.push([ring, ms])) as unknown as typeof setInterval;
  await standingIn(globalThis, "setInterval", record, async () => {
    const events = new ServerEvents({ mode: "concurrent" }), watcher = watch(events);
    assert((await watcher.next()).startsWith("event: hello"));
    const next = watcher.next();
    assertEquals(intervals.map(([, ms]) => ms), [15_000]);
    await Promise.resolve();
    intervals[0][0]();
    assertEquals(await next, ":\n\n");
    await watcher.end();
    events.stopping();
  });
});

Deno.test("ServerEvents records for five minutes after the last watcher has left, where streams end in turn", async () => {
  let nowMs = 1_000_000;
  await standingIn(performance, "now", () => nowMs, async () => {
    for (const [afterMs, isRecorded] of [[299_999, true], [300_000, false]] as const) {
      const events = new ServerEvents({ mode: "concurrent", isInTurn: true }), watcher = watch(events);
      await watcher.next();
      await watcher.end();
      nowMs += afterMs;
      events.asked(ASKED);
      const later = watch(events, "from=1");
      let text = "";
      while (!text.includes("event: end")) text += await later.next();
      assertEquals(text.includes("event: asked"), isRecorded);
      await later.end();
      events.stopping();
    }
  });
});

Deno.test("ServerEvents tells many events in pieces of at most 96", async () => {
  const ticks: (() => void)[] = [];
  const record = ((ring: () => void) => ticks.push(ring)) as unknown as typeof setTimeout;
  await standingIn(globalThis, "setTimeout", record, async () => {
    const events = new ServerEvents({ mode: "concurrent" }), slow = watch(events);
    await slow.next();
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 250; i++) events.asked(ASKED);
      ticks.shift()!();
    }
    const counts: number[] = [];
    for (let piece = 0; piece < 2; piece++) counts.push((await slow.next()).match(/^id: /gm)!.length);
    assert(counts.every((count) => count > 50 && count <= 96), `${counts}`);
    await slow.end();
    events.stopping();
  });
});
