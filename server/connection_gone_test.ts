/** Peers that go while their answer is waited for, and octets that come when nobody waits for any. */
import { assert, assertEquals, assertFalse } from "@std/assert";
import { DEFAULT_LIMITS } from "../http1/message.ts";
import { post } from "./testing/content.ts";
import { get, page, Pages, TestServer, turn } from "./testing/test_server.ts";

Deno.test("serveConnection sees a peer go whose request has content that the handler does not read", async () => {
  for (const content of ["", "half", "complete"]) {
    const pages = new Pages(), server = new TestServer(pages.handler), socket = server.connect();
    socket.send(post("/slow", content, { length: 8 }));
    await turn();
    assertFalse(pages.signals[0].aborted);
    socket.reset();
    await turn();
    assert(pages.signals[0].aborted, `after ${content.length} octets of content`);
    await server.assertOver(socket);
  }
});

Deno.test("serveConnection asks with octets of the answer whether a peer is there that fills the buffer", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler), socket = server.connect();
  socket.send(get("/slow"));
  await turn();
  for (let sent = 0; sent < 2 * DEFAULT_LIMITS.headBytesMax; sent += 1_000) socket.send("x".repeat(1_000));
  await turn();
  assertFalse(socket.isReading, "no more fits");
  await server.advance(4_750);
  assertEquals(socket.written, "");
  await server.advance(250);
  assertEquals(socket.written, "H");
  assertFalse(pages.signals[0].aborted);
  socket.reset();
  await server.advance(5_000);
  assert(pages.signals[0].aborted);
  await server.assertOver(socket);
});

Deno.test("serveConnection does not let empty lines keep a connection that is idle", async () => {
  const server = new TestServer(new Pages().handler, { idleMs: 15_000 }), socket = server.connect();
  socket.send(get("/a"));
  for (let i = 0; i < 14; i++) {
    await server.advance(1_000);
    socket.send("\r\n");
  }
  assertFalse(socket.isWriteClosed);
  await server.advance(1_000);
  assert(socket.isWriteClosed);
  socket.end();
  await server.assertOver(socket);
});

Deno.test("serveConnection reads away what comes behind a last answer that is long, and closes at once behind a short", async () => {
  for (const [bytes, lingers] of [[100, false], [20_000, true], [200_000, true]] as const) {
    const server = new TestServer(() => page("x".repeat(bytes))), socket = server.connect();
    socket.send(get("/a", { fields: "Connection: close\r\n" }));
    await turn();
    assertEquals([socket.isWriteClosed, socket.isClosed], [lingers, !lingers], `${bytes} octets`);
    socket.send("\r\n");
    socket.end();
    await server.assertOver(socket);
    if (lingers) assertEquals(socket.unreadAtClose, 0);
  }
});

Deno.test("OpenConnections.room lets a newcomer in at once where idle peers do not listen", async () => {
  const server = new TestServer(new Pages().handler);
  const sockets = Array.from({ length: 5 }, () => server.connect());
  for (const socket of sockets) socket.send(get("/a"));
  await turn();
  await server.connections.room(5);
  assertEquals(sockets.map(({ isClosed }) => isClosed), [true, false, false, false, false]);
  for (const socket of sockets.slice(1)) socket.end();
  await server.assertOver(...sockets);
});

Deno.test("OpenConnections.room asks those that were answered first, and newcomers only for a moment from when they came", async () => {
  const server = new TestServer(new Pages().handler);
  const sockets = Array.from({ length: 4 }, () => server.connect());
  sockets[3].send(get("/a"));
  await turn();
  await server.connections.room(4);
  assertEquals(sockets.map(({ isClosed }) => isClosed), [false, false, false, true], "Only the last one was answered");
  const first = server.connections.room(3);
  await server.advance(250);
  assertEquals(sockets[0].isClosed, false, "Its request may be on its way");
  await server.advance(250);
  await first;
  // The others have been silent for as long, and nobody waits for them anew.
  await server.connections.room(1);
  assertEquals(sockets.map(({ isClosed }) => isClosed), [true, true, true, true]);
  await server.assertOver(...sockets);
});
