/** The drain, seen from connections: who ends at once, who is waited for, who is cut. */
import { assert, assertEquals, assertFalse } from "@std/assert";
import { prepareResponse } from "../http1/response.ts";
import { get, MemorySlice, MemoryStream, pageOctets, Pages, TestServer, turn } from "./testing/test_server.ts";

const CLOSE = { connection: "close" };

Deno.test("OpenConnections.drain closes idle connections at once, and resolves when they are gone", async () => {
  const server = new TestServer(new Pages().handler), socket = server.connect();
  socket.send(get("/a"));
  await turn();
  const drained = server.connections.drain(10_000);
  await turn();
  assertEquals(socket.calls, ["write", "closeWrite"]);
  socket.end();
  assertEquals(await drained, { finished: 1, cut: 0 });
  await server.assertOver(socket);
});

Deno.test("OpenConnections.drain resolves at once when there is nobody", async () => {
  assertEquals(await new TestServer(new Pages().handler).connections.drain(10_000), { finished: 0, cut: 0 });
});

Deno.test("OpenConnections.drain waits for running answers, which say that the connection ends", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler), socket = server.connect();
  socket.send(get("/slow"));
  await turn();
  const drained = server.connections.drain(10_000);
  await server.advance(5_000);
  assertFalse(pages.signals[0].aborted);
  pages.answer("slow");
  await turn();
  assertEquals(socket.written, pageOctets("slow", CLOSE));
  assert(socket.isWriteClosed);
  socket.end();
  assertEquals(await drained, { finished: 1, cut: 0 });
  await server.assertOver(socket);
});

Deno.test("OpenConnections.drain lets pipelined requests behind a running one go unanswered", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler), socket = server.connect();
  socket.send(get("/slow") + get("/a"));
  await turn();
  const drained = server.connections.drain(10_000);
  pages.answer("slow");
  await turn();
  assertEquals(socket.written, pageOctets("slow", CLOSE));
  socket.end();
  await drained;
  await server.assertOver(socket);
});

Deno.test("OpenConnections.drain closes a connection behind an answer that had begun before", async () => {
  const slice = new MemorySlice("of a file"), gate = Promise.withResolvers<void>();
  slice.gate = gate.promise;
  const stream = new MemoryStream().push("begun");
  const server = new TestServer(({ path }) => prepareResponse(200, { content: path === "/slice" ? slice : stream }));
  const sockets = [server.connect(), server.connect(), server.connect()];
  sockets[0].send(get("/slice"));
  sockets[1].send(get("/stream"));
  sockets[2].stall();
  sockets[2].send(get("/stalled-head"));
  await turn();
  const drained = server.connections.drain(10_000);
  await turn();
  gate.resolve();
  stream.end();
  sockets[2].resume();
  await turn();
  for (const socket of sockets) assertEquals(socket.calls.at(-1), "closeWrite");
  for (const socket of sockets) socket.end();
  assertEquals(await drained, { finished: 3, cut: 0 });
  await server.assertOver(...sockets);
});

Deno.test("OpenConnections.drain gives connections a moment that have not asked yet", async () => {
  const server = new TestServer(new Pages().handler), quick = server.connect(), silent = server.connect();
  const half = server.connect();
  half.send(get("/half").slice(0, 9));
  await turn();
  const drained = server.connections.drain(10_000);
  await server.advance(750);
  assertEquals([quick.calls, silent.calls, half.calls], [[], [], []]);
  quick.send(get("/quick"));
  half.send(get("/half").slice(9));
  await server.advance(250);
  assertEquals(quick.written, pageOctets("quick", CLOSE));
  assertEquals(half.written, pageOctets("half", CLOSE));
  assertEquals(silent.calls, ["close"]);
  for (const socket of [quick, half]) socket.end();
  assertEquals(await drained, { finished: 3, cut: 0 });
  await server.assertOver(quick, silent, half);
});

Deno.test("OpenConnections.drain makes a connection that comes in after all end after its answer", async () => {
  const server = new TestServer(new Pages().handler), first = server.connect();
  const drained = server.connections.drain(10_000);
  const second = server.connect(), third = server.connect();
  second.send(get("/second"));
  await turn();
  assertEquals(second.written, pageOctets("second", CLOSE));
  await server.advance(1_000);
  for (const socket of [first, third]) assertEquals(socket.calls, ["close"]);
  second.end();
  await drained;
  await server.assertOver(first, second, third);
});

Deno.test("OpenConnections.drain cuts what is left after the grace, and aborts its handlers", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler);
  const sleeping = server.connect(), ending = server.connect(), stalled = server.connect();
  sleeping.send(get("/slow-1"));
  ending.send(get("/slow-2"));
  stalled.stall();
  stalled.send(get("/a"));
  await turn();
  const drained = server.connections.drain(10_000);
  await server.advance(5_000);
  pages.answer("slow-2");
  ending.end();
  await server.advance(4_750);
  assertFalse(pages.signals[0].aborted);
  await server.advance(250);
  assertEquals(await drained, { finished: 1, cut: 2 });
  assertEquals(pages.signals.map(({ aborted }) => aborted), [true, false]);
  await server.assertOver(sleeping, ending, stalled);
  assertEquals(sleeping.calls, ["close"]);
});

Deno.test("OpenConnections.drain does not wait for a handler that does not look at its signal", async () => {
  const answer = Promise.withResolvers<ReturnType<typeof prepareResponse>>();
  const server = new TestServer(() => answer.promise), socket = server.connect();
  socket.send(get("/"));
  await turn();
  const drained = server.connections.drain(1_000);
  await server.advance(1_000);
  assertEquals(await drained, { finished: 0, cut: 1 });
  answer.resolve(prepareResponse(200));
  await server.assertOver(socket);
});

Deno.test("OpenConnections.room asks a connection once that has not asked for anything yet, and others for the rest", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler);
  const newcomer = server.connect(), busy = server.connect();
  busy.send(get("/slow"));
  await turn();
  const room = server.connections.room(1);
  await server.advance(500);
  pages.answer("slow");
  await server.advance(500);
  // One was given its moment, the other one had asked before: both were idle, and neither is lingered for.
  assertEquals([newcomer.calls, busy.calls], [["close"], ["write", "close"]]);
  await room;
  await server.assertOver(newcomer, busy);
  assertEquals(busy.written, pageOctets("slow"));
});

Deno.test("OpenConnections.room lets a connection go after its answer that asked in its last moment", async () => {
  const server = new TestServer(new Pages().handler), socket = server.connect();
  const room = server.connections.room(1);
  await server.advance(250);
  socket.send(get("/a"));
  await turn();
  assertEquals(socket.written, pageOctets("a", CLOSE));
  socket.end();
  await room;
  await server.assertOver(socket);
});

Deno.test("OpenConnections.drain waits a second for a peer that does not close, and does not count it as cut", async () => {
  const server = new TestServer(new Pages().handler), [silent, chatty, running] = [1, 2, 3].map(() => server.connect());
  silent.send(get("/a"));
  chatty.send("nonsense\r\n\r\n");
  running.send(get("/slow"));
  await turn();
  const drained = server.connections.drain(2_000);
  await turn();
  assertEquals([silent, chatty, running].map(({ isWriteClosed }) => isWriteClosed), [true, true, false]);
  for (let i = 0; i < 6; i++) {
    chatty.send("more and more");
    await server.advance(250);
  }
  assertEquals([silent, chatty, running].map(({ isClosed }) => isClosed), [true, true, false]);
  await server.advance(750);
  assertEquals(await drained, { finished: 2, cut: 1 });
  for (const socket of [silent, chatty, running]) await server.assertOver(socket);
});
