/** Content that is waited for: asked for with 100 (Continue), or late. */
import { assert, assertEquals, assertFalse, assertIsError } from "@std/assert";
import { type HttpRequest, ProtocolError } from "../http1/message.ts";
import { prepareResponse } from "../http1/response.ts";
import { chunked, deaf, echo, post, whole } from "./testing/content.ts";
import { MemorySocket } from "./testing/memory_socket.ts";
import { errorOctets, get, MemorySlice, page, pageOctets, TestServer, turn } from "./testing/test_server.ts";

const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

// --- Expect: 100-continue --------------------------------------------------------------------------------------------

const EXPECT = { fields: "Expect: 100-continue\r\n" };

Deno.test("serveConnection asks for content with 100 when a handler reads it, once, and then answers", async () => {
  for (
    const [request, content] of [
      [post("/", "", { length: 4, ...EXPECT }), "four"],
      [chunked("/", "", EXPECT.fields), "4\r\nfour\r\n0\r\n\r\n"],
    ]
  ) {
    const server = new TestServer(echo), socket = server.connect();
    socket.send(request);
    await turn();
    assertEquals(socket.writes, [CONTINUE]);
    for (const octet of content) socket.send(octet);
    await turn();
    assertEquals(socket.writes, [CONTINUE, pageOctets("four")]);
    socket.send(get("/"));
    socket.end();
    await server.assertOver(socket);
    assertEquals(socket.writes.length, 3);
  }
});

Deno.test("serveConnection writes 100 once, behind the answers before it, when the peer takes them slowly", async () => {
  const server = new TestServer((request) => request.path === "/echo" ? echo(request) : deaf(request));
  const socket = server.connect();
  socket.stall();
  socket.acceptMax = 9;
  socket.send(get("/a") + post("/echo", "", { length: 4, ...EXPECT }));
  await turn();
  socket.resume();
  await turn();
  assertEquals(socket.written, pageOctets("a") + CONTINUE);
  socket.send("four");
  socket.end();
  await server.assertOver(socket);
  assertEquals(socket.written, pageOctets("a") + CONTINUE + pageOctets("four"));
});

Deno.test("serveConnection never says 100 when the answer is known without content, and ends after it", async () => {
  for (const handler of [deaf, async (request: HttpRequest) => await deaf(request)]) {
    const server = new TestServer(handler), socket = server.connect();
    socket.send(post("/a", "", { length: 4, ...EXPECT }));
    await turn();
    assertEquals(socket.writes, [pageOctets("a", { connection: "close" })]);
    assert(socket.isWriteClosed);
    // It may have sent its content before it saw the answer; neither that nor what follows is a request.
    socket.send("four" + get("/canary"));
    socket.end();
    await server.assertOver(socket);
    assertEquals(socket.writes.length, 1);
  }
});

Deno.test("serveConnection takes content that comes without waiting for 100", async () => {
  const server = new TestServer(echo), socket = server.connect();
  socket.send(post("/", "four", EXPECT) + get("/"));
  socket.end();
  await server.assertOver(socket);
  assertEquals(socket.written, pageOctets("four") + pageOctets("no content"));
});

Deno.test("serveConnection waits for content no longer than contentStallMs after 100", async () => {
  const server = new TestServer(echo, { contentStallMs: 5_000 }), socket = server.connect();
  socket.send(post("/", "", { length: 4, ...EXPECT }));
  await server.advance(4_750);
  assertEquals(socket.written, CONTINUE);
  await server.advance(250);
  assertEquals(socket.written, CONTINUE + errorOctets(408, "Content is late (RFC 9110 15.5.9)"));
  socket.end();
  await server.assertOver(socket);
});

Deno.test("serveConnection says nothing of 100 to HTTP/1.0, nor when there is no content", async () => {
  const server = new TestServer(echo), old = server.connect(), empty = server.connect();
  old.send(get("/", { method: "POST", version: "1.0", fields: "Content-Length: 4\r\nExpect: 100-continue\r\n" }));
  empty.send(get("/", EXPECT));
  await turn();
  assertEquals([old.written, empty.written], ["", pageOctets("no content")]);
  old.send("four");
  empty.end();
  await server.assertOver(old, empty);
  assertEquals(old.written, pageOctets("four", { connection: "close" }));
});

Deno.test("serveConnection answers an expectation that it does not know with 417", async () => {
  const server = new TestServer(echo), socket = server.connect(new MemorySocket());
  socket.send(post("/", "four", { fields: "Expect: the-unexpected\r\n" }));
  socket.end();
  await server.assertOver(socket);
  assertEquals(socket.written, errorOctets(417, "Only the expectation 100-continue is known here (RFC 9110 10.1.1)"));
});

// --- late ------------------------------------------------------------------------------------------------------------

Deno.test("serveConnection answers content that stalls with 408, or with its answer where nobody wanted it", async () => {
  for (const handler of [deaf, echo]) {
    for (const request of [post("/", "half", { length: 8 }), chunked("/", "8\r\nhalf")]) {
      const server = new TestServer(handler, { contentStallMs: 5_000, lingerMs: 2_000 }), socket = server.connect();
      socket.send(request);
      await server.advance(4_750);
      assertEquals(socket.written, "");
      await server.advance(250);
      const answer = handler === deaf
        ? pageOctets("", { connection: "close" })
        : errorOctets(408, "Content is late (RFC 9110 15.5.9)");
      assertEquals(socket.written, answer);
      assert(socket.isWriteClosed);
      // What comes now is nobody's content any more, nor a request.
      socket.send("half" + get("/canary"));
      await server.advance(1_750);
      assertFalse(socket.isClosed);
      await server.advance(500);
      await server.assertOver(socket);
      assertEquals(socket.writes.length, 1);
    }
  }
});

Deno.test("serveConnection gives each piece of wanted content its time, and unwanted content one for all", async () => {
  for (const [handler, isAnswered] of [[echo, true], [deaf, false]] as const) {
    const server = new TestServer(handler, { contentStallMs: 5_000 }), socket = server.connect();
    socket.send(post("/", "", { length: 4 }));
    for (const octet of "four") {
      await server.advance(3_000);
      socket.send(octet);
    }
    await turn();
    assertEquals(
      socket.written,
      isAnswered ? pageOctets("four") : pageOctets("", { connection: "close" }),
    );
    socket.end();
    await server.assertOver(socket);
  }
});

Deno.test("serveConnection says 408 once, whatever the handler makes of it", async () => {
  const errors: unknown[] = [];
  const server = new TestServer(async (request) => {
    await whole(request).catch((error) => errors.push(error));
    return page("overlooked");
  }, { contentStallMs: 5_000, discardBytesMax: 4 });
  const socket = server.connect();
  socket.send(post("/", "half", { length: 8 }));
  await server.advance(5_000);
  socket.end();
  await server.assertOver(socket);
  assertEquals(socket.written, errorOctets(408, "Content is late (RFC 9110 15.5.9)"));
  assertIsError(errors[0], ProtocolError, "Content is late");
});

Deno.test("serveConnection says 408 once, also to a handler that did not wait for the content in the end", async () => {
  const gate = Promise.withResolvers<undefined>(), slice = new MemorySlice("impatient");
  const server = new TestServer(async ({ content }) => {
    await Promise.race([content!.read().catch(() => {}), gate.promise]);
    return prepareResponse(200, { content: slice });
  }, { contentStallMs: 5_000, discardBytesMax: 4 });
  const socket = server.connect();
  socket.send(post("/", "", { length: 8 }));
  socket.stall();
  await server.advance(5_000);
  gate.resolve(undefined);
  await turn();
  socket.resume();
  await turn();
  socket.end();
  await server.assertOver(socket);
  assertEquals(slice.closeCount, 1);
  assertEquals(socket.written, errorOctets(408, "Content is late (RFC 9110 15.5.9)"));
});

Deno.test("serveConnection gives a handler its time for work on content that it has read", async () => {
  const gate = Promise.withResolvers<void>();
  const server = new TestServer(async (request) => {
    const content = await whole(request);
    await gate.promise;
    return page(content);
  }, { contentStallMs: 5_000 });
  const socket = server.connect();
  socket.send(post("/", "", { length: 4 }));
  await turn();
  socket.send("four");
  await server.advance(60_000);
  gate.resolve();
  await turn();
  assertEquals(socket.written, pageOctets("four"));
  socket.end();
  await server.assertOver(socket);
});

Deno.test("serveConnection ends a handler's wait for content when the connection is cut, and reports nothing", async () => {
  const server = new TestServer(echo, { contentStallMs: 1_000, lingerMs: 1_000 }), socket = server.connect();
  socket.send(post("/", "", { length: 8 }));
  await server.advance(2_000);
  await server.assertOver(socket);
  assertEquals(socket.written, errorOctets(408, "Content is late (RFC 9110 15.5.9)"));
});

Deno.test("serveConnection reports nothing when a handler reads on after its connection was cut", async () => {
  const server = new TestServer(async ({ content }) => {
    for (let failures = 0; failures < 3;) await content!.read().catch(() => failures++);
    throw new Error("Nobody is there to hear of it");
  });
  const socket = server.connect();
  socket.send(post("/", "half", { length: 8 }));
  await turn();
  socket.reset();
  await server.assertOver(socket);
});
