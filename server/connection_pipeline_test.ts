/** Batches: how many writes there are, what is in which, and that answers are in the order of the requests. */
import { assert, assertEquals, assertFalse } from "@std/assert";
import type { HttpResponse } from "../http1/message.ts";
import { MemorySocket } from "./testing/memory_socket.ts";
import {
  errorOctets,
  get,
  MemorySlice,
  MemoryStream,
  page,
  pageOctets,
  Pages,
  TestServer,
  turn,
} from "./testing/test_server.ts";
import { prepareResponse } from "../http1/response.ts";

Deno.test("serveConnection answers a request in one write, and the next one in another", async () => {
  const server = new TestServer(new Pages().handler), socket = server.connect();
  socket.send(get("/a"));
  await turn();
  assertEquals(socket.writes, [pageOctets("a")]);
  socket.send(get("/b"));
  await turn();
  assertEquals(socket.writes, [pageOctets("a"), pageOctets("b")]);
  socket.end();
  await server.assertOver(socket);
  assertFalse(socket.isWriteClosed);
});

for (const count of [2, 16, 30]) {
  Deno.test(`serveConnection answers ${count} pipelined requests in one write`, async () => {
    const names = Array.from({ length: count }, (_, i) => `page-${i}`);
    const server = new TestServer(new Pages().handler), socket = server.connect();
    socket.send(names.map((name) => get(`/${name}`)).join(""));
    await turn();
    assertEquals(socket.writes, [names.map((name) => pageOctets(name)).join("")]);
    socket.end();
    await server.assertOver(socket);
  });
}

Deno.test("serveConnection answers 1,000 pipelined requests in one write for each buffer that it reads", async () => {
  const names = Array.from({ length: 1_000 }, (_, i) => `page-${i}`);
  const server = new TestServer(new Pages().handler), socket = server.connect();
  const requests = names.map((name) => get(`/${name}`)).join("");
  socket.send(requests);
  await turn();
  assertEquals(socket.written, names.map((name) => pageOctets(name)).join(""));
  assert(socket.writes.length <= Math.ceil(requests.length / 1_900), `${socket.writes.length} writes`);
  socket.end();
  await server.assertOver(socket);
});

Deno.test("serveConnection answers what is whole, and the rest when it has come", async () => {
  const server = new TestServer(new Pages().handler), socket = server.connect();
  const requests = get("/a") + get("/b") + get("/c");
  const cut = requests.length - 5;
  socket.send(requests.slice(0, cut));
  await turn();
  assertEquals(socket.writes, [pageOctets("a") + pageOctets("b")]);
  socket.send(requests.slice(cut));
  await turn();
  assertEquals(socket.writes.slice(1), [pageOctets("c")]);
  socket.end();
  await server.assertOver(socket);
});

Deno.test("serveConnection answers pipelined requests that come octet by octet", async () => {
  const server = new TestServer(new Pages().handler), socket = server.connect();
  for (const octet of get("/a") + get("/b")) socket.send(octet);
  await turn();
  assertEquals(socket.writes, [pageOctets("a"), pageOctets("b")]);
  socket.end();
  await server.assertOver(socket);
});

Deno.test("serveConnection writes what is ready before it waits for a slow handler", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler), socket = server.connect();
  socket.send(get("/a") + get("/b") + get("/slow") + get("/c"));
  await turn();
  assertEquals(socket.writes, [pageOctets("a") + pageOctets("b")]);
  // A request is handled when those before it are, since there is one request object for all.
  assertEquals(pages.asked, ["a", "b", "slow"]);
  pages.answer("slow");
  await turn();
  assertEquals(socket.writes.slice(1), [pageOctets("slow") + pageOctets("c")]);
  socket.end();
  await server.assertOver(socket);
});

Deno.test("serveConnection keeps the order when fast and slow handlers alternate", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler), socket = server.connect();
  socket.send(["slow-1", "a", "slow-2", "slow-3", "b"].map((name) => get(`/${name}`)).join(""));
  await turn();
  assertEquals(socket.writes, []);
  pages.answer("slow-1");
  await turn();
  assertEquals(socket.writes, [pageOctets("slow-1") + pageOctets("a")]);
  pages.answer("slow-2");
  await turn();
  assertEquals(socket.writes.slice(1), [pageOctets("slow-2")]);
  pages.answer("slow-3");
  await turn();
  assertEquals(socket.writes.slice(2), [pageOctets("slow-3") + pageOctets("b")]);
  socket.end();
  await server.assertOver(socket);
});

Deno.test("serveConnection holds nobody else up while a handler is slow", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler);
  const sleeper = server.connect(), visitor = server.connect();
  sleeper.send(get("/slow"));
  visitor.send(get("/a"));
  await turn();
  assertEquals([sleeper.written, visitor.written], ["", pageOctets("a")]);
  pages.answer("slow");
  for (const socket of [sleeper, visitor]) socket.end();
  await server.assertOver(sleeper, visitor);
  assertEquals(sleeper.written, pageOctets("slow"));
});

Deno.test("serveConnection reads on while a handler is slow, but no more than its buffer may hold", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler), socket = server.connect();
  socket.send(get("/slow"));
  await turn();
  assert(socket.isReading);
  const names = Array.from({ length: 1_000 }, (_, i) => `page-${i}`);
  socket.send(names.map((name) => get(`/${name}`)).join(""));
  await turn();
  assertFalse(socket.isReading, "The read buffer is full");
  pages.answer("slow");
  await turn();
  assertEquals(socket.written, pageOctets("slow") + names.map((name) => pageOctets(name)).join(""));
  socket.end();
  await server.assertOver(socket);
});

Deno.test("serveConnection goes on with what a write left over", async () => {
  const server = new TestServer(new Pages().handler), socket = server.connect();
  socket.acceptMax = 7;
  socket.send(get("/a") + get("/b"));
  await turn();
  const expected = pageOctets("a") + pageOctets("b");
  assertEquals(socket.written, expected);
  assertEquals(socket.writes.length, Math.ceil(expected.length / 7));
  socket.end();
  await server.assertOver(socket);
});

Deno.test("serveConnection writes a batch at batchBytesMax, and no write is longer", async () => {
  const server = new TestServer(() => page("x".repeat(400)), { batchBytesMax: 2_000 }), socket = server.connect();
  socket.send(get("/").repeat(10));
  await turn();
  assertEquals(socket.written, pageOctets("x".repeat(400)).repeat(10));
  assert(socket.writes.length > 1 && socket.writes.length < 10, `${socket.writes.length} writes`);
  for (const { length } of socket.writes) assert(length <= 2_000, `A write of ${length} octets`);
  socket.end();
  await server.assertOver(socket);
});

Deno.test("serveConnection reads nothing more from a peer that takes no answers", async () => {
  const server = new TestServer(() => page("x".repeat(1_000)), { batchBytesMax: 4_000 }), socket = server.connect();
  socket.stall();
  for (let i = 0; i < 1_000; i++) socket.send(get("/"));
  await turn();
  assert(socket.isWriting);
  assertFalse(socket.isReading);
  socket.resume();
  await turn();
  assertEquals(socket.written, pageOctets("x".repeat(1_000)).repeat(1_000));
  socket.end();
  await server.assertOver(socket);
});

Deno.test("serveConnection writes what is ready before content that does not fit the batch", async () => {
  const kinds: Record<string, () => HttpResponse> = {
    "/slice": () => prepareResponse(200, { content: new MemorySlice("from a file") }),
    "/stream": () => prepareResponse(200, { content: new MemoryStream().push("streamed").end() }),
  };
  const server = new TestServer(({ path }) => kinds[path]?.() ?? page(path.slice(1)));
  const socket = server.connect();
  socket.send(get("/a") + get("/slice") + get("/b") + get("/stream") + get("/c"));
  await turn();
  assertEquals(socket.writes.map((write) => write.split("\r\n\r\n").length - 1), [1, 1, 0, 1, 1, 0, 2]);
  assertEquals(socket.writes[0], pageOctets("a"));
  assertEquals(socket.writes[2], "from a file");
  assertEquals(socket.writes[3], pageOctets("b"));
  assertEquals(socket.writes[5], "8\r\nstreamed\r\n");
  assertEquals(socket.writes[6], "0\r\n\r\n" + pageOctets("c"));
  socket.end();
  await server.assertOver(socket);
});

Deno.test("serveConnection answers an error in the same write as the answers before it", async () => {
  const server = new TestServer(new Pages().handler), socket = server.connect();
  socket.send(get("/a") + "GET / HTTP/1.1\r\n\r\n" + get("/b"));
  await turn();
  assertEquals(socket.writes, [pageOctets("a") + errorOctets(400, "Host is missing (RFC 9112 3.2)")]);
  socket.end();
  await server.assertOver(socket);
});

Deno.test("serveConnection sends an error's content also when the batch is full or small", async () => {
  for (const batchBytesMax of [1, 300, 400, 500, 600, 700]) {
    const server = new TestServer(new Pages().handler, { batchBytesMax }), socket = server.connect();
    socket.send(get("/a") + "GET / HTTP/1.1\r\n\r\n");
    await turn();
    assertEquals(socket.written, pageOctets("a") + errorOctets(400, "Host is missing (RFC 9112 3.2)"));
    socket.end();
    await server.assertOver(socket);
  }
});

Deno.test("serveConnection does not mix answers of connections that write at the same time", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler);
  const sockets = Array.from({ length: 20 }, () => server.connect());
  for (const socket of sockets) {
    socket.stall();
    socket.acceptMax = 11;
  }
  const namesOf = (i: number) => [`a-${i}`, `slow-${i}`, `b-${i}`];
  sockets.forEach((socket, i) => socket.send(namesOf(i).map((name) => get(`/${name}`)).join("")));
  await turn();
  for (const socket of sockets) socket.resume();
  await turn();
  sockets.forEach((_, i) => pages.answer(`slow-${i}`));
  await turn();
  for (const socket of sockets) socket.end();
  await server.assertOver(...sockets);
  sockets.forEach((socket, i) =>
    assertEquals(socket.written, namesOf(i).map((name) => pageOctets(name)).join(""), `connection ${i}`)
  );
});

Deno.test("serveConnection owns up to a handler that fails while the answers before it are written", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler), socket = server.connect();
  const error = new Error("Broken while others were written");
  socket.stall();
  socket.send(get("/a") + get("/slow"));
  await turn();
  assert(socket.isWriting);
  pages.fail("slow", error);
  // Were nobody to hear of the rejection in this turn, it would end the process.
  await turn();
  socket.resume();
  await turn();
  assertEquals(socket.written, pageOctets("a") + errorOctets(500));
  socket.end();
  assertEquals(server.reports.splice(0), [error]);
  await server.assertOver(socket);
});

Deno.test("serveConnection gives a response back that came while the answers before it could not be written", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler), socket = server.connect();
  const slice = new MemorySlice("never sent");
  socket.stall();
  socket.send(get("/a") + get("/slow"));
  await turn();
  pages.answer("slow", prepareResponse(200, { content: slice }));
  await turn();
  socket.failWrites(new Deno.errors.BrokenPipe("Broken pipe"));
  await server.assertOver(socket);
  assertEquals(slice.closeCount, 1);
});

Deno.test("serveConnection ends a handler's wait when the answers before it cannot be written", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler), socket = server.connect(new MemorySocket());
  socket.failWrites(new Deno.errors.ConnectionReset("Connection reset by peer"));
  socket.send(get("/a") + get("/slow"));
  await server.assertOver(socket);
  assertEquals(pages.signals.map(({ aborted }) => aborted), [true]);
});
