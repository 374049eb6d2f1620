/** Content of requests: read by a handler, left by it, too long, cut off or malformed. */
import { assert, assertEquals, assertFalse, assertIsError } from "@std/assert";
import { type HttpRequest, type HttpResponse, ProtocolError } from "../http1/message.ts";
import { prepareResponse } from "../http1/response.ts";
import { chunked, deaf, echo, post, whole } from "./testing/content.ts";
import { text } from "./testing/memory_socket.ts";
import { errorOctets, get, MemorySlice, page, pageOctets, TestServer, turn } from "./testing/test_server.ts";

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

Deno.test("serveConnection lets a peer that asked for the end read its answer, when its content was not read", async () => {
  const server = new TestServer(deaf, { discardBytesMax: 100 }), socket = server.connect();
  socket.send(post("/a", "", { length: 101, fields: "Connection: close\r\n" }));
  await turn();
  assertEquals(socket.calls, ["write", "closeWrite"]);
  socket.send("x".repeat(101));
  socket.end();
  await server.assertOver(socket);
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

Deno.test("serveConnection gives back the content of a response that gave way to an error", async () => {
  for (const isLater of [false, true]) {
    const slice = new MemorySlice("never sent"), response = prepareResponse(200, { content: slice });
    const server = new TestServer(() => isLater ? Promise.resolve(response) : response), socket = server.connect();
    socket.send(post("/", "half", { length: 8 }));
    socket.end();
    await server.assertOver(socket);
    assertEquals(socket.written, errorOctets(400, "Content is incomplete (RFC 9112 8)"));
    assertEquals(slice.closeCount, 1);
  }
});

Deno.test("RequestContent.read fails again with the same error, whatever came since", async () => {
  const errors: unknown[] = [];
  const server = new TestServer(async ({ content }) => {
    for (let i = 0; i < 3; i++) await content!.read().catch((error) => errors.push(error));
    return page("overlooked");
  });
  const socket = server.connect();
  socket.send(chunked("/", "z"));
  await turn();
  socket.end();
  await server.assertOver(socket);
  assertIsError(errors[0], ProtocolError, "Chunk size has no digits");
  assert(errors[1] === errors[0] && errors[2] === errors[0]);
});

Deno.test("serveConnection notices that the peer is gone while a handler works on content that it has read", async () => {
  let signal: AbortSignal | undefined;
  const server = new TestServer(async (request) => {
    await whole(request);
    signal = request.signal;
    return await new Promise<never>((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason)));
  });
  const socket = server.connect();
  socket.send(post("/", "four"));
  await turn();
  assertFalse(signal!.aborted);
  socket.reset();
  await server.assertOver(socket);
  assert(signal!.aborted);
});
