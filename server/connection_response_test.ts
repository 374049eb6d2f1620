/** What an answer carries: octets, a file, a stream or nothing; by version, method and status. */
import { assertEquals } from "@std/assert";
import type { Content, HttpResponse } from "../http1/message.ts";
import { prepareResponse } from "../http1/response.ts";
import {
  COMMON,
  get,
  MemorySlice,
  MemoryStream,
  page,
  pageOctets,
  Pages,
  TestServer,
  turn,
} from "./testing/test_server.ts";
import type { MemorySocket } from "./testing/memory_socket.ts";
import { octets } from "./testing/memory_socket.ts";

/** A server that answers every request with the same content, and its connection on which one request has come. */
async function asked(
  content: Content,
  request = get("/"),
  acceptMax = Infinity,
): Promise<{ server: TestServer; socket: MemorySocket }> {
  const server = new TestServer(() => prepareResponse(200, { content })), socket = server.connect();
  socket.acceptMax = acceptMax;
  socket.send(request);
  await turn();
  return { server, socket };
}

const CHUNKED_HEAD = `HTTP/1.1 200 OK\r\n${COMMON}Transfer-Encoding: chunked\r\n\r\n`;

Deno.test("serveConnection sends octets that are longer than the batch whole, and goes on where the peer took a part", async () => {
  const content = "0123456789abcdef".repeat(65_536);
  for (const [acceptMax, writes] of [[Infinity, 1], [400_000, 3]]) {
    const { server, socket } = await asked(octets(content), get("/"), acceptMax);
    assertEquals(socket.written, pageOctets(content));
    assertEquals(socket.writes.length - 1, writes);
    socket.end();
    await server.assertOver(socket);
  }
});

Deno.test("serveConnection sends a part of a file and gives its handle back", async () => {
  for (const pieceMax of [1, 7, Infinity]) {
    const slice = new MemorySlice("what the file has", undefined, pieceMax);
    const { server, socket } = await asked(slice);
    assertEquals(socket.written, pageOctets("what the file has"));
    assertEquals(slice.closeCount, 1);
    assertEquals(slice.checkCount, 1);
    socket.end();
    await server.assertOver(socket);
  }
});

Deno.test("serveConnection sends a long file in pieces of at most 256 KiB, and goes on after it", async () => {
  const content = "x".repeat(600_000);
  const slices: MemorySlice[] = [];
  const server = new TestServer(() => {
    slices.push(new MemorySlice(content));
    return prepareResponse(200, { content: slices.at(-1)! });
  });
  const socket = server.connect();
  socket.send(get("/") + get("/"));
  await turn();
  assertEquals(socket.written === pageOctets(content).repeat(2), true);
  assertEquals(socket.writes.map(({ length }) => length > 1_000 ? length : 0), [
    0,
    262_144,
    262_144,
    75_712,
    0,
    262_144,
    262_144,
    75_712,
  ]);
  assertEquals(slices.map(({ closeCount }) => closeCount), [1, 1]);
  socket.end();
  await server.assertOver(socket);
});

Deno.test("serveConnection cuts an answer whose file ends too early", async () => {
  const slice = new MemorySlice("short", 10);
  const { server, socket } = await asked(slice);
  assertEquals(socket.written, `HTTP/1.1 200 OK\r\nContent-Length: 10\r\n${COMMON}\r\nshort`);
  await server.assertOver(socket);
  assertEquals(socket.calls.slice(-2), ["write", "close"]);
  assertEquals(slice.closeCount, 1);
});

Deno.test("serveConnection cuts an answer whose file changed, before its last piece", async () => {
  const slice = new MemorySlice("old and new", undefined, 4);
  slice.isSame = false;
  const { server, socket } = await asked(slice, get("/") + get("/next"));
  assertEquals(socket.written, `HTTP/1.1 200 OK\r\nContent-Length: 11\r\n${COMMON}\r\nold and `);
  await server.assertOver(socket);
  assertEquals(slice.closeCount, 1);
});

Deno.test("serveConnection cuts an answer whose file cannot be read, and reports it", async () => {
  const slice = new MemorySlice("broken disk");
  slice.error = new Error("Input/output error");
  const { server, socket } = await asked(slice);
  assertEquals(server.reports.splice(0), [slice.error]);
  await server.assertOver(socket);
  assertEquals(slice.closeCount, 1);
});

Deno.test("serveConnection gives a file's handle back when the peer is gone, whatever is being written", async () => {
  for (let writes = 0; writes < 4; writes++) {
    const slice = new MemorySlice("abcdefghi", undefined, 3);
    const server = new TestServer(() => prepareResponse(200, { content: slice })), socket = server.connect();
    const { write } = socket;
    socket.write = (octets) => {
      if (socket.writes.length === writes) socket.failWrites(new Deno.errors.ConnectionReset("Reset by peer"));
      return write.call(socket, octets);
    };
    socket.send(get("/"));
    await server.assertOver(socket);
    assertEquals(slice.closeCount, 1, `${writes} writes before the reset`);
  }
});

Deno.test("serveConnection gives a file's handle back when it is cut while the file is read, and reports nothing", async () => {
  const slice = new MemorySlice("slow disk"), gate = Promise.withResolvers<void>();
  slice.gate = gate.promise;
  const { server, socket } = await asked(slice);
  const drained = server.connections.drain(1_000);
  await server.advance(1_000);
  assertEquals(await drained, { finished: 0, cut: 1 });
  assertEquals(socket.isClosed, true);
  gate.resolve();
  await server.assertOver(socket);
  assertEquals(slice.closeCount, 1);
});

Deno.test("serveConnection sends a stream in chunks, each when it is there", async () => {
  const stream = new MemoryStream();
  const { server, socket } = await asked(stream);
  assertEquals(socket.writes, [CHUNKED_HEAD]);
  stream.push("first");
  await turn();
  assertEquals(socket.writes.slice(1), ["5\r\nfirst\r\n"]);
  stream.push("", "x".repeat(300_000));
  await turn();
  assertEquals(socket.written.slice(CHUNKED_HEAD.length + 10), `493e0\r\n${"x".repeat(300_000)}\r\n`);
  stream.end();
  await turn();
  assertEquals(socket.writes.at(-1), "0\r\n\r\n");
  assertEquals(stream.returnCount, 1);
  socket.send(get("/next"));
  socket.end();
  await server.assertOver(socket);
});

Deno.test("serveConnection ends a stream to HTTP/1.0 with the connection", async () => {
  for (const fields of ["", "Connection: keep-alive\r\n"]) {
    const stream = new MemoryStream().push("all", "", " of it").end();
    const { server, socket } = await asked(stream, get("/", { version: "1.0", fields }) + get("/next"));
    assertEquals(socket.written, `HTTP/1.1 200 OK\r\n${COMMON}Connection: close\r\n\r\nall of it`);
    socket.end();
    await server.assertOver(socket);
    assertEquals(stream.returnCount, 1);
  }
});

Deno.test("serveConnection cuts an answer whose stream fails, so that its end is missing, and reports it", async () => {
  const error = new Error("Source failed"), stream = new MemoryStream().push("half").fail(error);
  const { server, socket } = await asked(stream);
  assertEquals(socket.written, `${CHUNKED_HEAD}4\r\nhalf\r\n`);
  assertEquals(server.reports.splice(0), [error]);
  await server.assertOver(socket);
  assertEquals(stream.returnCount, 1);
});

for (const when of ["now", "later"]) {
  Deno.test(`serveConnection notices that the peer is gone while a stream given ${when} has nothing to send`, async () => {
    const stream = new MemoryStream(), asked: string[] = [];
    let signal: AbortSignal | undefined;
    const server = new TestServer((request) => {
      asked.push(request.path);
      signal = request.signal;
      const response = prepareResponse(200, { content: stream });
      return when === "now" ? response : Promise.resolve(response);
    });
    const socket = server.connect();
    socket.send(get("/") + get("/next"));
    await turn();
    socket.reset();
    await turn();
    assertEquals([socket.isClosed, signal!.aborted], [true, true], "A stream may wait for its signal");
    stream.end();
    await server.assertOver(socket);
    assertEquals(stream.returnCount, 1);
    assertEquals(asked, ["/"], "Nobody is there to ask for the next one");
  });
}

Deno.test("serveConnection sends a stream to a peer that closed its side", async () => {
  const stream = new MemoryStream();
  const { server, socket } = await asked(stream);
  socket.end();
  stream.push("a");
  await turn();
  stream.push("b").end();
  await server.assertOver(socket);
  assertEquals(socket.written, `${CHUNKED_HEAD}1\r\na\r\n1\r\nb\r\n0\r\n\r\n`);
});

Deno.test("serveConnection gives a stream back when its head cannot be written", async () => {
  const stream = new MemoryStream(), server = new TestServer(() => prepareResponse(200, { content: stream }));
  const socket = server.connect();
  socket.failWrites(new Deno.errors.BrokenPipe("Broken pipe"));
  socket.send(get("/"));
  await server.assertOver(socket);
  assertEquals(stream.returnCount, 1);
});

/** Responses of every kind of content, by what their heads say of it. */
const KINDS: Record<string, { make(status: number): HttpResponse; length: string; chunked: string }> = {
  octets: { make: (status) => page("text", status), length: "Content-Length: 4\r\n", chunked: "" },
  slice: {
    make: (status) => prepareResponse(status, { content: new MemorySlice("text") }),
    length: "Content-Length: 4\r\n",
    chunked: "",
  },
  stream: {
    make: (status) => prepareResponse(status, { content: new MemoryStream().push("text").end() }),
    length: "",
    chunked: "Transfer-Encoding: chunked\r\n",
  },
  none: { make: (status) => prepareResponse(status), length: "Content-Length: 0\r\n", chunked: "" },
};

for (const [name, { make, length, chunked }] of Object.entries(KINDS)) {
  const made = (status: number) => {
    const response = make(status);
    const content = response.content as { closeCount?: number; returnCount?: number } | null;
    return { response, givenBack: () => content?.closeCount ?? content?.returnCount ?? 1 };
  };

  Deno.test(`serveConnection answers HEAD without content, but with the head of a GET (${name})`, async () => {
    const { response, givenBack } = made(200);
    const server = new TestServer(({ path }) => path === "/next" ? page("next") : response), socket = server.connect();
    socket.send(get("/", { method: "HEAD" }) + get("/next"));
    await turn();
    assertEquals(socket.writes, [`HTTP/1.1 200 OK\r\n${length}${COMMON}${chunked}\r\n${pageOctets("next")}`]);
    socket.end();
    await server.assertOver(socket);
    assertEquals(givenBack(), 1);
  });

  for (const [status, line] of [[204, "204 No Content"], [304, "304 Not Modified"]] as const) {
    Deno.test(`serveConnection answers ${status} without content and without its framing (${name})`, async () => {
      const { response, givenBack } = made(status);
      const server = new TestServer(({ path }) => path === "/next" ? page("next") : response);
      const socket = server.connect();
      socket.send(get("/") + get("/next"));
      await turn();
      assertEquals(socket.writes, [`HTTP/1.1 ${line}\r\n${COMMON}\r\n${pageOctets("next")}`]);
      socket.end();
      await server.assertOver(socket);
      assertEquals(givenBack(), 1);
    });
  }
}

Deno.test("serveConnection tells the date of the answer, not of the connection", async () => {
  const server = new TestServer(new Pages().handler), socket = server.connect();
  socket.send(get("/a"));
  await turn();
  server.clock.advance(1_000, 784_111_778_000);
  socket.send(get("/a"));
  await turn();
  assertEquals(socket.writes, [pageOctets("a"), pageOctets("a").replace("08:49:37", "08:49:38")]);
  socket.end();
  await server.assertOver(socket);
});
