/** Content of requests: read by a handler, left by it, asked for with 100, too long, late, cut off or malformed. */
import { assert, assertEquals, assertFalse, assertIsError } from "@std/assert";
import { type Handler, type HttpRequest, type HttpResponse, ProtocolError } from "../http1/message.ts";
import { MemorySocket, text } from "./testing/memory_socket.ts";
import { errorOctets, get, page, pageOctets, TestServer, turn } from "./testing/test_server.ts";

const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

/** A handler that answers with the content that came. */
const echo: Handler = async (request) => page(await whole(request));

/** A handler that looks at nothing. */
const deaf: Handler = ({ path }) => page(path.slice(1));

async function whole({ content }: HttpRequest): Promise<string> {
  let all = "";
  if (content === null) return "no content";
  for (let piece = await content.read(); piece !== undefined; piece = await content.read()) all += text(piece);
  return all;
}

/** A request with content, framed by its length or in chunks. */
function post(path: string, content: string, { fields = "", length = content.length } = {}): string {
  return get(path, { method: "POST", fields: `Content-Length: ${length}\r\n${fields}`, content });
}

function chunked(path: string, content: string, fields = ""): string {
  return get(path, { method: "POST", fields: `Transfer-Encoding: chunked\r\n${fields}`, content });
}

// --- read by the handler ---------------------------------------------------------------------------------------------

for (
  const [framing, request] of Object.entries({
    "Content-Length": post("/", "content of a request"),
    "chunks": chunked("/", "8\r\ncontent \r\nc;x=1\r\nof a request\r\n0\r\nTrailer: x\r\n\r\n"),
  })
) {
  Deno.test(`RequestContent.read gives content framed by ${framing}, at any cut`, async () => {
    for (let cut = 1; cut <= request.length; cut++) {
      const server = new TestServer(echo), socket = server.connect();
      socket.send(request.slice(0, cut));
      await turn();
      socket.send(request.slice(cut) + get("/next"));
      await turn();
      assertEquals(socket.written, pageOctets("content of a request") + pageOctets("no content"), `cut at ${cut}`);
      socket.end();
      await server.assertOver(socket);
    }
  });
}

Deno.test("RequestContent tells its length where that is known, and gives undefined at its end again and again", async () => {
  const seen: unknown[] = [];
  const server = new TestServer(async (request) => {
    const { content } = request;
    seen.push(content!.length);
    await whole(request);
    seen.push(await content!.read(), await content!.read());
    return page("");
  });
  const socket = server.connect();
  socket.send(post("/", "four") + chunked("/", "1\r\nx\r\n0\r\n\r\n"));
  socket.end();
  await server.assertOver(socket);
  assertEquals(seen, [4, undefined, undefined, undefined, undefined, undefined]);
});

Deno.test("RequestContent.read gives content that is longer than any buffer, in bounded pieces", async () => {
  const content = "0123456789abcdef".repeat(16_384);
  let longest = 0;
  const server = new TestServer(async ({ content }) => {
    let bytes = 0;
    for (let piece = await content!.read(); piece !== undefined; piece = await content!.read()) {
      bytes += piece.length;
      longest = Math.max(longest, piece.length);
    }
    return page(`${bytes}`);
  });
  const socket = server.connect();
  socket.send(post("/", content));
  socket.end();
  await server.assertOver(socket);
  assertEquals(socket.written, pageOctets(`${content.length}`));
  assert(longest <= server.limits.headBytesMax + 2_048, `A piece of ${longest} octets`);
});

Deno.test("RequestContent.read leaves the request behind the content alone", async () => {
  const server = new TestServer(async (request) => page(`${request.path} ${await whole(request)} ${request.path}`));
  const socket = server.connect();
  socket.send(post("/a", "GET /x HTTP/1.1\r\n\r\n") + post("/b", "second"));
  socket.end();
  await server.assertOver(socket);
  assertEquals(socket.written, pageOctets("/a GET /x HTTP/1.1\r\n\r\n /a") + pageOctets("/b second /b"));
});

Deno.test("RequestContent.read gives octets that stay as they are until the next piece is asked for", async () => {
  const gate = Promise.withResolvers<void>(), slow = Promise.withResolvers<HttpResponse>();
  let held = "";
  const server = new TestServer(async ({ path, content }) => {
    if (path === "/slow") return await slow.promise;
    const piece = await content!.read();
    await gate.promise;
    held = text(piece!);
    while (await content!.read() !== undefined);
    return page("done");
  });
  const socket = server.connect();
  // The slow one is watched by a read that is still waiting when the next one holds its first piece.
  socket.send(get("/slow") + post("/", "held", { length: 10_004 }));
  await turn();
  slow.resolve(page("slow"));
  await turn();
  socket.send("x".repeat(10_000));
  await turn();
  gate.resolve();
  socket.end();
  await server.assertOver(socket);
  assertEquals(held, "held");
  assertEquals(socket.written, pageOctets("slow") + pageOctets("done"));
});

Deno.test("serveConnection writes the answers before it calls a handler that may read content", async () => {
  const server = new TestServer((request) => request.path === "/echo" ? echo(request) : deaf(request));
  const socket = server.connect();
  socket.send(get("/a") + post("/echo", "", { length: 4 }));
  await turn();
  assertEquals(socket.writes, [pageOctets("a")]);
  socket.send("four");
  socket.end();
  await server.assertOver(socket);
  assertEquals(socket.written, pageOctets("a") + pageOctets("four"));
});

// --- left by the handler ---------------------------------------------------------------------------------------------

Deno.test("serveConnection discards content that nobody reads, so that none of it becomes a request", async () => {
  const canary = get("/canary");
  for (
    const request of [post("/a", canary), chunked("/a", `${canary.length.toString(16)}\r\n${canary}\r\n0\r\n\r\n`)]
  ) {
    for (const handler of [deaf, async (request: HttpRequest) => await deaf(request)]) {
      const server = new TestServer(handler), socket = server.connect();
      for (const octet of request) socket.send(octet);
      socket.send(get("/next"));
      socket.end();
      await server.assertOver(socket);
      assertEquals(socket.written, pageOctets("a") + pageOctets("next"));
    }
  }
});

Deno.test("serveConnection discards the rest of content that a handler read in part", async () => {
  const server = new TestServer(async ({ content }) => page(text(await content!.read() ?? new Uint8Array())));
  const socket = server.connect();
  socket.send(post("/", "seen", { length: 10 }));
  await turn();
  assertEquals(socket.written, "");
  socket.send("unseen" + post("/", "next"));
  socket.end();
  await server.assertOver(socket);
  assertEquals(socket.written, pageOctets("seen") + pageOctets("next"));
});

Deno.test("serveConnection ends after an answer whose request announces more than discardBytesMax", async () => {
  const server = new TestServer(deaf, { discardBytesMax: 100 }), socket = server.connect();
  const canary = get("/canary");
  socket.send(post("/a", canary, { length: 101 }));
  await turn();
  assertEquals(socket.written, pageOctets("a", { connection: "close" }));
  assert(socket.isWriteClosed);
  assertFalse(socket.isClosed, "The peer gets time to read the answer");
  socket.send(canary.repeat(1_000));
  await turn();
  socket.end();
  await server.assertOver(socket);
  assertEquals(socket.writes.length, 1);
  assertEquals(socket.unreadAtClose, 0);
});

Deno.test("serveConnection discards discardBytesMax octets and goes on", async () => {
  const server = new TestServer(deaf, { discardBytesMax: 100 }), socket = server.connect();
  socket.send(post("/a", "x".repeat(100)) + chunked("/b", `64\r\n${"x".repeat(100)}\r\n0\r\n\r\n`) + get("/c"));
  socket.end();
  await server.assertOver(socket);
  assertEquals(socket.written, pageOctets("a") + pageOctets("b") + pageOctets("c"));
});

Deno.test("serveConnection ends after an answer whose chunked content is longer than discardBytesMax", async () => {
  const server = new TestServer(deaf, { discardBytesMax: 100 }), socket = server.connect();
  socket.send(chunked("/a", ""));
  await turn();
  for (let i = 0; i < 10; i++) socket.send(`a\r\n${"x".repeat(10)}\r\n`);
  await turn();
  assertEquals(socket.written, "");
  socket.send(`1\r\nx\r\n0\r\n\r\n${get("/canary")}`);
  await turn();
  assertEquals(socket.written, pageOctets("a", { connection: "close" }));
  socket.end();
  await server.assertOver(socket);
  assertEquals(socket.writes.length, 1);
});

for (
  const [what, octets, status, reason] of [
    ["is malformed", "z\r\n", 400, "Chunk size has no digits (RFC 9112 7.1)"],
    ["is larger than contentBytesMax", "fffffff\r\n", 413, "Content is larger than contentBytesMax (RFC 9110 15.5.14)"],
    [
      "has trailers without end",
      `0\r\nA: ${"x".repeat(9_000)}`,
      431,
      "Trailer section is larger than trailerBytesMax (RFC 9112 7.1.2)",
    ],
  ] as const
) {
  for (const [who, handler] of Object.entries({ "nobody reads": deaf, "a handler reads": echo })) {
    Deno.test(`serveConnection answers content that ${what} with ${status}, when ${who} it`, async () => {
      const server = new TestServer(handler), socket = server.connect();
      socket.send(get("/a") + chunked("/b", `1\r\nx\r\n${octets}`) + get("/canary"));
      await turn();
      assertEquals(socket.written.slice(-errorOctets(status, reason).length), errorOctets(status, reason));
      assertEquals(socket.written.split("HTTP/1.1 ").length - 1, 2);
      socket.end();
      await server.assertOver(socket);
    });
  }

  Deno.test(`serveConnection answers content that ${what} with ${status}, also when a handler overlooks it`, async () => {
    const server = new TestServer(async (request) => {
      await whole(request).catch(() => {});
      return page("overlooked");
    });
    const socket = server.connect();
    socket.send(chunked("/", `1\r\nx\r\n${octets}`));
    socket.end();
    await server.assertOver(socket);
    assertEquals(socket.written, errorOctets(status, reason));
  });
}

Deno.test("serveConnection answers a HEAD whose content is malformed without content", async () => {
  const server = new TestServer(deaf), socket = server.connect();
  socket.send(get("/", { method: "HEAD", fields: "Transfer-Encoding: chunked\r\n", content: "z" }));
  socket.end();
  await server.assertOver(socket);
  assertEquals(socket.written, errorOctets(400, "Chunk size has no digits (RFC 9112 7.1)", { isHead: true }));
});

Deno.test("serveConnection answers content that ends too early with 400", async () => {
  for (const handler of [deaf, echo]) {
    for (
      const request of [post("/", "half", { length: 8 }), chunked("/", "8\r\nhalf"), chunked("/", "4\r\nhalf\r\n0\r\n")]
    ) {
      const server = new TestServer(handler), socket = server.connect();
      socket.send(request);
      socket.end();
      await server.assertOver(socket);
      assertEquals(socket.written, errorOctets(400, "Content is incomplete (RFC 9112 8)"));
    }
  }
});

Deno.test("serveConnection reports nothing when the peer is gone in the middle of content", async () => {
  for (const handler of [deaf, echo]) {
    const server = new TestServer(handler), socket = server.connect();
    socket.send(post("/", "half", { length: 8 }));
    await turn();
    socket.reset();
    await server.assertOver(socket);
    assertEquals(socket.written, "");
  }
});

// --- late ------------------------------------------------------------------------------------------------------------

Deno.test("serveConnection answers content that stalls with 408", async () => {
  for (const handler of [deaf, echo]) {
    for (const request of [post("/", "half", { length: 8 }), chunked("/", "8\r\nhalf")]) {
      const server = new TestServer(handler, { contentStallMs: 5_000, lingerMs: 2_000 }), socket = server.connect();
      socket.send(request);
      await server.advance(4_750);
      assertEquals(socket.written, "");
      await server.advance(250);
      assertEquals(socket.written, errorOctets(408, "Content is late (RFC 9110 15.5.9)"));
      assert(socket.isWriteClosed);
      // What comes now is nobody's content any more, nor a request.
      socket.send("half" + get("/canary"));
      await server.advance(1_750);
      assertFalse(socket.isClosed);
      await server.advance(250);
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
      isAnswered ? pageOctets("four") : errorOctets(408, "Content is late (RFC 9110 15.5.9)"),
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
