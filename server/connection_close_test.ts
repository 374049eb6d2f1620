/** How connections end: by version and options, by the peer, by a peer that is gone. */
import { assert, assertEquals, assertFalse } from "@std/assert";
import { prepareResponse } from "../http1/response.ts";
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

// --- persistence -----------------------------------------------------------------------------------------------------

for (
  const [version, options, connection] of [
    ["1.1", undefined, ""],
    ["1.1", "keep-alive", ""],
    ["1.1", "close", "close"],
    ["1.1", "CLOSE", "close"],
    ["1.1", "keep-alive, close", "close"],
    ["1.1", "upgrade ,\tClose", "close"],
    ["1.1", "closed", ""],
    ["1.1", "not-close", ""],
    ["1.9", undefined, ""],
    ["1.0", undefined, "close"],
    ["1.0", "close", "close"],
    ["1.0", "keep-alive", "keep-alive"],
    ["1.0", "Keep-Alive", "keep-alive"],
    ["1.0", "keep-alive, close", "close"],
    ["1.0", "keep-alived", "close"],
  ] as const
) {
  const name = `HTTP/${version} with ${options === undefined ? "no option" : `"Connection: ${options}"`}`;
  Deno.test(`serveConnection ${connection === "close" ? "closes after" : "goes on after"} ${name}`, async () => {
    const server = new TestServer(new Pages().handler), socket = server.connect();
    const fields = options === undefined ? "" : `Connection: ${options}\r\n`;
    socket.send(get("/a", { version, fields }) + get("/next"));
    await turn();
    const next = connection === "close" ? "" : pageOctets("next");
    assertEquals(socket.writes, [pageOctets("a", { connection }) + next]);
    assertEquals(socket.isWriteClosed, connection === "close", "Octets came behind the last request");
    socket.end();
    await server.assertOver(socket);
  });
}

Deno.test("serveConnection closes at once when the peer asked for the end and sent nothing more", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler);
  for (const name of ["a", "slow"]) {
    const socket = server.connect();
    socket.send(get(`/${name}`, { fields: "Connection: close\r\n" }));
    await turn();
    if (name === "slow") pages.answer("slow");
    await server.assertOver(socket);
    assertEquals(socket.calls, ["write", "close"]);
    assertEquals(socket.writes, [pageOctets(name, { connection: "close" })]);
  }
});

Deno.test("serveConnection answers nothing behind the last request, and reads it away before it closes", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler), socket = server.connect();
  socket.send(get("/a", { fields: "Connection: close\r\n" }) + get("/canary"));
  await turn();
  assertEquals(socket.calls, ["write", "closeWrite"]);
  for (let i = 0; i < 100; i++) socket.send(get("/canary").repeat(100));
  await turn();
  assertFalse(socket.isClosed);
  socket.end();
  await server.assertOver(socket);
  assertEquals([socket.writes.length, socket.unreadAtClose, pages.asked], [1, 0, ["a"]]);
});

Deno.test("serveConnection closes after requestsPerConnectionMax requests", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler, { requestsPerConnectionMax: 3 });
  const socket = server.connect();
  socket.send(get("/a").repeat(5));
  await turn();
  assertEquals(socket.writes, [pageOctets("a").repeat(2) + pageOctets("a", { connection: "close" })]);
  assert(socket.isWriteClosed);
  socket.end();
  await server.assertOver(socket);
});

Deno.test("serveConnection gives each request a signal of its own, and aborts none whose answer is out", async () => {
  const signals: AbortSignal[] = [], pages = new Pages();
  const server = new TestServer((request) => {
    signals.push(request.signal);
    return pages.handler(request);
  });
  const socket = server.connect();
  socket.send(get("/a") + get("/slow") + get("/b"));
  await turn();
  pages.answer("slow");
  await turn();
  assertEquals(new Set(signals).size, 3);
  socket.reset();
  await server.assertOver(socket);
  assertEquals(signals.slice(0, 2).map(({ aborted }) => aborted), [false, false]);
});

// --- the peer ends ---------------------------------------------------------------------------------------------------

Deno.test("serveConnection closes without a word when the peer closes before or between requests", async () => {
  const server = new TestServer(new Pages().handler), silent = server.connect(), done = server.connect();
  const left = server.connect();
  silent.end();
  left.send("\r\n\r\n");
  left.end();
  done.send(get("/a"));
  await turn();
  done.end();
  await server.assertOver(silent, done, left);
  assertEquals([silent.calls, done.calls, left.calls], [["close"], ["write", "close"], ["close"]]);
});

Deno.test("serveConnection answers a request that ends too early with 400", async () => {
  const server = new TestServer(new Pages().handler);
  const request = get("/a");
  for (let cut = 1; cut < request.length; cut++) {
    const socket = server.connect();
    socket.send(get("/first") + request.slice(0, cut));
    socket.end();
    await server.assertOver(socket);
    assertEquals(socket.written, pageOctets("first") + errorOctets(400, "Request is incomplete (RFC 9112 8)"));
  }
});

Deno.test("serveConnection gives a peer that closed its side all of its answers", async () => {
  const long = "x".repeat(1_000_000);
  const server = new TestServer(({ path }) => {
    if (path === "/slice") return prepareResponse(200, { content: new MemorySlice(long) });
    return page(path === "/long" ? long : path.slice(1));
  });
  const socket = server.connect();
  socket.acceptMax = 50_000;
  socket.send(get("/a") + get("/long") + get("/slice") + get("/b"));
  socket.end();
  await server.assertOver(socket);
  assert(socket.written === pageOctets("a") + pageOctets(long) + pageOctets(long) + pageOctets("b"));
});

Deno.test("serveConnection answers a peer that closed its side also when the handler is slow", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler), socket = server.connect();
  socket.send(get("/slow-1") + get("/a") + get("/slow-2", { method: "HEAD" }));
  await turn();
  socket.end();
  await turn();
  // One octet goes out ahead, and a further one a second, to see whether anybody still reads.
  assertEquals(socket.writes, ["H"]);
  await server.advance(1_000);
  assertEquals(socket.writes, ["H", "T"]);
  pages.answer("slow-1");
  await turn();
  await server.advance(60_000);
  assertEquals(socket.written, pageOctets("slow-1") + pageOctets("a") + "HTTP/1.1 ", "All octets that are sure");
  assertEquals(pages.signals.map(({ aborted }) => aborted), [false, false]);
  pages.answer("slow-2");
  await server.assertOver(socket);
  assertEquals(socket.written, pageOctets("slow-1") + pageOctets("a") + pageOctets("slow-2", { isHead: true }));
});

Deno.test("serveConnection answers a failing handler properly also when octets went out ahead", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler), socket = server.connect();
  socket.send(get("/slow"));
  socket.end();
  await server.advance(3_000);
  const error = new Error("Broken");
  pages.fail("slow", error);
  await turn();
  assertEquals(server.reports.splice(0), [error]);
  await server.assertOver(socket);
  assertEquals(socket.written, errorOctets(500));
});

Deno.test("serveConnection ends a handler's wait when the peer resets", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler), socket = server.connect();
  socket.send(get("/a") + get("/slow") + get("/b"));
  await turn();
  assertFalse(pages.signals[0].aborted);
  socket.reset();
  await server.assertOver(socket);
  assert(pages.signals[0].aborted);
  assertEquals([pages.asked, socket.written], [["a", "slow"], pageOctets("a")]);
});

Deno.test("serveConnection ends a handler's wait when a peer that closed its side does not read any more", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler), socket = server.connect();
  socket.send(get("/slow"));
  socket.end();
  await turn();
  assertEquals(socket.writes, ["H"]);
  socket.failWrites(new Deno.errors.BrokenPipe("Broken pipe"));
  await server.advance(750);
  assertFalse(pages.signals[0].aborted);
  await server.advance(250);
  assert(pages.signals[0].aborted);
  await server.assertOver(socket);
});

Deno.test("serveConnection waits for the octet that went out ahead before it writes the answer", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler, { writeStallMs: 5_000 }), socket = server.connect();
  socket.stall();
  socket.send(get("/slow"));
  socket.end();
  await turn();
  pages.answer("slow");
  await turn();
  assert(socket.isWriting);
  await server.advance(4_750);
  assertFalse(socket.isClosed);
  await server.advance(250);
  await server.assertOver(socket);
});

Deno.test("serveConnection sends no second octet ahead while the first one is on its way", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler), socket = server.connect();
  socket.stall();
  socket.send(get("/slow"));
  socket.end();
  await server.advance(5_000);
  socket.resume();
  pages.answer("slow");
  await server.assertOver(socket);
  assertEquals(socket.written, pageOctets("slow"));
});

Deno.test("serveConnection says no end to a peer that has ended itself", async () => {
  const pages = new Pages(), server = new TestServer(pages.handler, { requestsPerConnectionMax: 1 });
  const socket = server.connect();
  socket.send(get("/slow"));
  socket.end();
  await turn();
  pages.answer("slow");
  await server.assertOver(socket);
  assertEquals(socket.calls, ["write", "write", "close"]);
});

Deno.test("serveConnection waits until its error answer is out before it closes to a peer that closed its side", async () => {
  const server = new TestServer(new Pages().handler), socket = server.connect();
  socket.stall();
  socket.acceptMax = 10;
  socket.send("GET / HTTP/1.1\r\n\r\n");
  await turn();
  socket.end();
  await turn();
  assertFalse(socket.isClosed);
  socket.resume();
  await server.assertOver(socket);
  assertEquals(socket.written, errorOctets(400, "Host is missing (RFC 9112 3.2)"));
});

Deno.test("serveConnection waits until 408 is out before it closes to a peer that closes meanwhile", async () => {
  const server = new TestServer(new Pages().handler), socket = server.connect();
  socket.stall();
  socket.acceptMax = 10;
  socket.send("GET / ");
  await server.advance(10_000);
  socket.end();
  await turn();
  assertFalse(socket.isClosed);
  socket.resume();
  await server.assertOver(socket);
  assertEquals(socket.written, errorOctets(408, "Request is late (RFC 9110 15.5.9)"));
});

Deno.test("serveConnection gives back what a handler made for a peer that is gone", async () => {
  const slice = new MemorySlice("nobody reads this"), stream = new MemoryStream();
  for (const content of [slice, stream]) {
    const answer = Promise.withResolvers<void>();
    const server = new TestServer(async () => {
      await answer.promise;
      return prepareResponse(200, { content });
    });
    const socket = server.connect();
    socket.send(get("/"));
    await turn();
    socket.reset();
    await turn();
    assert(socket.isClosed);
    answer.resolve();
    await server.assertOver(socket);
  }
  assertEquals([slice.closeCount, stream.returnCount], [1, 1]);
});

Deno.test("serveConnection reports nothing when the peer is gone, whatever is being done", async () => {
  const errors = ["ConnectionReset", "ConnectionAborted", "BrokenPipe", "NotConnected", "TimedOut"] as const;
  for (const name of errors) {
    const server = new TestServer(new Pages().handler), socket = server.connect();
    socket.failWrites(new Deno.errors[name](name));
    socket.send(get("/a"));
    await server.assertOver(socket);
  }
  const server = new TestServer(new Pages().handler), reading = server.connect(), closing = server.connect();
  reading.send(get("/a").slice(0, 9));
  await turn();
  reading.reset();
  closing.failsToCloseWrite = true;
  closing.send("nonsense\r\n");
  await server.assertOver(reading, closing);
});

Deno.test("serveConnection reports a failure of a socket that nobody has thought of", async () => {
  const server = new TestServer(new Pages().handler), socket = server.connect(), error = new Error("Disk on fire");
  socket.failWrites(error);
  socket.send(get("/a"));
  await turn();
  assertEquals(server.reports.splice(0), [error]);
  await server.assertOver(socket);
});
