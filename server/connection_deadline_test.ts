/** Deadlines of every phase, with a clock that is moved by hand. */
import { assert, assertEquals, assertFalse } from "@std/assert";
import { prepareResponse } from "../http1/response.ts";
import { errorOctets, get, MemoryStream, page, pageOctets, Pages, TestServer, turn } from "./testing/test_server.ts";

const LATE = errorOctets(408, "Request is late (RFC 9110 15.5.9)");

Deno.test("serveConnection answers a head that is late with 408, half-closes, waits a moment and closes", async () => {
  const server = new TestServer(new Pages().handler, { headReadMs: 10_000, lingerMs: 2_000 });
  const socket = server.connect();
  socket.send("GET / HTTP/1.1\r\n");
  await server.advance(9_750);
  assertEquals(socket.calls, []);
  await server.advance(250);
  assertEquals(socket.writes, [LATE]);
  assertEquals(socket.calls, ["write", "closeWrite"]);
  // Its rest is late, and no request any more.
  socket.send("Host: a.example\r\n\r\n" + get("/canary"));
  await server.advance(1_750);
  assertEquals(socket.calls, ["write", "closeWrite"]);
  await server.advance(250);
  await server.assertOver(socket);
  assertEquals(socket.calls, ["write", "closeWrite", "close"]);
  assertEquals(socket.unreadAtClose, 0);
});

Deno.test("serveConnection closes at once when the peer closes after 408", async () => {
  const server = new TestServer(new Pages().handler), socket = server.connect();
  socket.send("GET / HTTP/1.1\r\n");
  await server.advance(10_000);
  socket.end();
  await server.assertOver(socket);
});

Deno.test("serveConnection does not give a head more time because it trickles", async () => {
  const server = new TestServer(new Pages().handler, { headReadMs: 10_000 });
  const fresh = server.connect(), used = server.connect();
  used.send(get("/a"));
  await turn();
  const head = get("/a-target-that-is-longer-than-the-time-allows");
  for (let i = 0; i < 40; i++) {
    assertEquals([fresh.calls.length, used.calls.length], [0, 1], `after ${i * 250} ms`);
    fresh.send(head[i]);
    used.send(head[i]);
    await server.advance(250);
  }
  assertEquals(fresh.written, LATE);
  assertEquals(used.written, pageOctets("a") + LATE);
  for (const socket of [fresh, used]) socket.end();
  await server.assertOver(fresh, used);
});

Deno.test("serveConnection counts a new connection's time for its head from the start", async () => {
  const server = new TestServer(new Pages().handler, { headReadMs: 10_000 }), socket = server.connect();
  await server.advance(9_000);
  socket.send("GET / ");
  await server.advance(1_000);
  assertEquals(socket.written, LATE);
  socket.end();
  await server.assertOver(socket);
});

Deno.test("serveConnection gives the head behind a batch its own time", async () => {
  const server = new TestServer(new Pages().handler, { headReadMs: 10_000 }), socket = server.connect();
  await server.advance(9_000);
  socket.send(get("/a") + "GET / ");
  await server.advance(9_750);
  assertEquals(socket.written, pageOctets("a"));
  await server.advance(250);
  assertEquals(socket.written, pageOctets("a") + LATE);
  socket.end();
  await server.assertOver(socket);
});

Deno.test("serveConnection half-closes an idle connection without a word, and closes one that never spoke", async () => {
  const server = new TestServer(new Pages().handler, { headReadMs: 10_000, idleMs: 15_000, lingerMs: 2_000 });
  const fresh = server.connect(), used = server.connect();
  used.send(get("/a"));
  await server.advance(9_750);
  assertEquals(fresh.calls, []);
  await server.advance(250);
  assertEquals(fresh.calls, ["close"]);
  await server.advance(4_750);
  assertEquals(used.calls, ["write"]);
  await server.advance(250);
  assertEquals(used.calls, ["write", "closeWrite"]);
  await server.advance(2_000);
  await server.assertOver(fresh, used);
});

Deno.test("serveConnection answers nothing that comes after it closed an idle connection", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler), socket = server.connect();
  socket.send(get("/a"));
  await server.advance(15_000);
  assert(socket.isWriteClosed);
  socket.send(get("/canary"));
  await turn();
  assertFalse(socket.isClosed);
  socket.end();
  await server.assertOver(socket);
  assertEquals(pages.asked, ["a"]);
});

Deno.test("serveConnection gives each wait of a connection that is used its time anew", async () => {
  const server = new TestServer(new Pages().handler, { idleMs: 15_000 }), socket = server.connect();
  for (let i = 0; i < 10; i++) {
    socket.send(get("/a"));
    await server.advance(14_000);
  }
  assertEquals(socket.written, pageOctets("a").repeat(10));
  socket.end();
  await server.assertOver(socket);
});

Deno.test("serveConnection does not let empty lines keep a connection open", async () => {
  const server = new TestServer(new Pages().handler, { idleMs: 1_000, headReadMs: 1_000 }), socket = server.connect();
  for (let i = 0; i < 20; i++) {
    socket.send("\r\n");
    await server.advance(750);
  }
  await server.advance(3_000);
  await server.assertOver(socket);
});

for (const [what, path] of [["a batch", "/a"], ["long octets", "/long"], ["a stream", "/stream"]]) {
  Deno.test(`serveConnection cuts a peer that takes nothing of ${what} for writeStallMs`, async () => {
    const stream = new MemoryStream().push("x".repeat(1_000_000)).end();
    const server = new TestServer(({ path }) => {
      if (path === "/stream") return prepareResponse(200, { content: stream });
      return page(path === "/long" ? "x".repeat(1_000_000) : "a");
    }, { writeStallMs: 20_000 });
    const socket = server.connect();
    if (path === "/a") socket.stall();
    else socket.acceptMax = 10_000;
    socket.send(get(path));
    if (path !== "/a") await untilWritten(socket, 30_000);
    socket.stall();
    await server.advance(19_750);
    assertFalse(socket.isClosed);
    await server.advance(250);
    await server.assertOver(socket);
    assertEquals(socket.calls.at(-1), "close");
    assertFalse(socket.isWriteClosed, "There is nobody to say it to");
    assertEquals(stream.returnCount, path === "/stream" ? 1 : 0);
  });
}

/** Goes on from promise to promise until so many octets are written, and no further. */
async function untilWritten(socket: { written: string }, count: number): Promise<void> {
  while (socket.written.length < count) await Promise.resolve();
}

Deno.test("serveConnection does not cut a peer that takes an octet now and then", async () => {
  const server = new TestServer(new Pages().handler, { writeStallMs: 20_000 }), socket = server.connect();
  socket.acceptMax = 10;
  socket.stall();
  socket.send(get("/a"));
  for (let i = 0; i < 3; i++) {
    await server.advance(19_000);
    socket.resume();
    socket.stall();
  }
  await server.advance(19_000);
  assertEquals([socket.writes.length, socket.isClosed], [3, false]);
  socket.resume();
  socket.end();
  await server.assertOver(socket);
  assertEquals(socket.written, pageOctets("a"));
});

Deno.test("serveConnection cuts a peer that does not take its error answer", async () => {
  const server = new TestServer(new Pages().handler, { writeStallMs: 20_000 });
  const wrong = server.connect(), late = server.connect();
  for (const socket of [wrong, late]) socket.stall();
  wrong.send("nonsense\r\n");
  late.send("GET ");
  await server.advance(30_000);
  await server.assertOver(wrong, late);
});

Deno.test("serveConnection closes when nothing has come for lingerMs, and at the end of lingerTotalMs in any case", async () => {
  const limits = { lingerMs: 2_000, lingerTotalMs: 9_000 };
  const resting = new TestServer(new Pages().handler, limits), rested = resting.connect();
  rested.send("nonsense\r\n");
  await resting.advance(1_750);
  rested.send("more nonsense");
  await resting.advance(1_750);
  assertFalse(rested.isClosed);
  await resting.advance(250);
  await resting.assertOver(rested);
  const server = new TestServer(new Pages().handler, limits), socket = server.connect();
  socket.send("nonsense\r\n");
  for (let i = 0; i < 36; i++) {
    assertFalse(socket.isClosed, `after ${i * 250} ms`);
    socket.send("more nonsense");
    await server.advance(250);
  }
  await server.assertOver(socket);
  assertEquals(socket.unreadAtClose, 0);
});

Deno.test("serveConnection lets a handler take its time, and cuts and reports one that takes too long", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler), socket = server.connect();
  socket.send(get("/slow"));
  await server.advance(119_750);
  assertFalse(pages.signals[0].aborted);
  await server.advance(250);
  assert(pages.signals[0].aborted);
  assertEquals(server.reports.splice(0).map(String), ["Error: Handler took too long"]);
  await server.assertOver(socket);
  assertEquals(socket.calls, ["close"]);
});

Deno.test("serveConnection lets go of a handler that does not look at its signal, and reports it once", async () => {
  const answer = Promise.withResolvers<ReturnType<typeof page>>();
  const server = new TestServer(() => answer.promise), socket = server.connect();
  socket.send(get("/"));
  await server.advance(130_000);
  assertEquals([socket.isClosed, server.connections.size], [true, 0]);
  await server.advance(130_000);
  assertEquals(server.reports.splice(0).length, 1);
  answer.resolve(page("too late"));
  await server.assertOver(socket);
  assertEquals(socket.written, "");
});

Deno.test("serveConnection cuts a stream that has nothing to send for too long, and waits for what it cleans up", async () => {
  const stream = new MemoryStream().push("a");
  const server = new TestServer(() => prepareResponse(200, { content: stream })), socket = server.connect();
  socket.send(get("/"));
  await server.advance(119_750);
  assertFalse(socket.isClosed);
  await server.advance(250);
  assert(socket.isClosed);
  stream.end();
  await server.assertOver(socket);
  assertEquals(stream.returnCount, 1);
});
