import { assert, assertEquals, assertMatch, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { Clock, TICK_MS } from "./clock.ts";
import { get, pageOctets, Pages, TestServer, turn } from "./testing/test_server.ts";
import { text } from "./testing/memory_socket.ts";

const DATE_MS = 784_111_777_000;

Deno.test("Clock.commonFields has Server and the date as IMF-fixdate (RFC 9110 5.6.7)", () => {
  const clock = new Clock();
  clock.advance(0, DATE_MS);
  assertEquals(text(clock.commonFields), "Server: siesta\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  for (let month = 0; month < 12; month++) {
    for (const day of [1, 9, 10, 28]) {
      clock.advance(0, Date.UTC(2024, month, day, 23, 59, 59));
      assertMatch(
        text(clock.commonFields),
        /^Server: siesta\r\nDate: [A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} 2024 23:59:59 GMT\r\n$/,
      );
    }
  }
});

Deno.test("Clock.commonFields leaves Server out when it has no value, and has another one as it is given", () => {
  const none = new Clock(""), other = new Clock("other");
  for (const clock of [none, other]) clock.advance(0, DATE_MS);
  assertEquals(text(none.commonFields), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  assertEquals(text(other.commonFields), "Server: other\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
});

Deno.test("Clock.commonFields is made once a second, and an old one stays as it is", () => {
  const clock = new Clock();
  clock.advance(0, DATE_MS);
  const first = clock.commonFields;
  clock.advance(999, DATE_MS + 999);
  assertStrictEquals(clock.commonFields, first);
  clock.advance(1_000, DATE_MS + 1_000);
  assertNotStrictEquals(clock.commonFields, first);
  assertMatch(text(clock.commonFields), /08:49:38/);
  assertMatch(text(first), /08:49:37/);
});

Deno.test("Clock has the time and the date from its beginning", () => {
  const clock = new Clock();
  assert(clock.nowMs > 0 && clock.nowMs <= performance.now());
  const date = /Date: (.*)\r\n/.exec(text(clock.commonFields))![1];
  assert(Math.abs(Date.parse(date) - Date.now()) < 60_000, date);
});

Deno.test("Clock tells another date when the wall clock is set, and moves no deadline for it", async () => {
  const server = new TestServer(new Pages().handler, { idleMs: 15_000 }), socket = server.connect();
  socket.send(get("/a"));
  await turn();
  for (const hours of [-1, 1]) {
    server.clock.advance(server.clock.nowMs + 250, DATE_MS + hours * 3_600_000);
    assertMatch(text(server.clock.commonFields), hours < 0 ? /07:49:37/ : /09:49:37/);
    await turn();
    assertEquals(socket.isWriteClosed, false);
  }
  await server.advance(15_000 - 2 * 250 - 250);
  assertEquals(socket.isWriteClosed, false);
  await server.advance(250);
  assertEquals(socket.isWriteClosed, true);
  assertEquals(socket.written, pageOctets("a"));
  socket.end();
  await server.assertOver(socket);
});

Deno.test("Clock.advance calls everybody who waits for a tick, in order, with the time", () => {
  const clock = new Clock(), calls: unknown[] = [];
  clock.onTick((nowMs) => calls.push("first", nowMs, clock.nowMs));
  clock.onTick((nowMs) => calls.push("second", nowMs));
  clock.advance(5_000, DATE_MS);
  assertEquals(calls, ["first", 5_000, 5_000, "second", 5_000]);
});

Deno.test("Clock.advance calls the others when one throws, and lets the error be heard of", async () => {
  const clock = new Clock(), error = new Error("Listener is broken"), calls: number[] = [];
  clock.onTick(() => {
    throw error;
  });
  clock.onTick((nowMs) => calls.push(nowMs));
  const reasons: unknown[] = [], { promise: bothHeard, resolve } = Promise.withResolvers<void>();
  const onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    if (reasons.push(event.reason) === 2) resolve();
  };
  globalThis.addEventListener("unhandledrejection", onRejection);
  try {
    clock.advance(1_000, DATE_MS);
    clock.advance(2_000, DATE_MS + 1_000);
    assertEquals([calls, clock.nowMs], [[1_000, 2_000], 2_000]);
    await bothHeard;
    assertEquals(reasons, [error, error]);
  } finally {
    globalThis.removeEventListener("unhandledrejection", onRejection);
  }
});

Deno.test("Clock.start ticks by itself until Clock.stop, whatever is collected meanwhile", async () => {
  const clock = new Clock(), before = clock.nowMs, ticks: number[] = [];
  const third = Promise.withResolvers<void>();
  clock.onTick((nowMs) => {
    ticks.push(nowMs);
    if (ticks.length < 3) return;
    clock.stop();
    third.resolve();
  });
  clock.start();
  clock.start(); // or there would be six in that time
  const churn = setInterval(() => new Array(200_000).fill({}), 5);
  await third.promise;
  clearInterval(churn);
  const lastsMs = ticks[2] - before;
  assert(lastsMs >= 2.5 * TICK_MS, `${lastsMs} ms`);
  await delay(2 * TICK_MS);
  assertEquals(ticks.length, 3);
});
