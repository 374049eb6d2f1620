/** Parts of files that are read into the batch at once: the same octets, and a handle that is given back once. */
import { assertEquals } from "@std/assert";
import { prepareResponse } from "../http1/response.ts";
import { COMMON, get, MemorySlice, page, pageOctets, TestServer, turn } from "./testing/test_server.ts";
import type { MemorySocket } from "./testing/memory_socket.ts";
import { octets } from "./testing/memory_socket.ts";

const TEXT = "what the file has";

/** A part of a file that can be read at once when a test says so. */
class AtOnceSlice extends MemorySlice {
  constructor(readonly isAtOnce: boolean) {
    super(TEXT);
  }

  readAllNow(into: Uint8Array): boolean {
    if (this.isAtOnce) into.set(octets(TEXT));
    return this.isAtOnce;
  }
}

/** A server whose answers to `/slice` are parts of a file, and to everything else pages; `/later` is there later. */
function setUp(isAtOnce: boolean, limits: { batchBytesMax?: number } = {}) {
  const slices: AtOnceSlice[] = [];
  const server = new TestServer(({ path }) => {
    if (!path.startsWith("/slice")) return page(path);
    slices.push(new AtOnceSlice(isAtOnce));
    const response = prepareResponse(path === "/slice304" ? 304 : 200, { content: slices.at(-1)! });
    return path === "/slice-later" ? turn().then(() => response) : response;
  }, limits);
  const socket = server.connect();
  return { server, socket, slices };
}

/** Lets the peer ask, and end; returns all that was written. */
async function over(server: TestServer, socket: MemorySocket, requests: string): Promise<string> {
  socket.send(requests);
  // Each answer that is there later takes a turn of its own.
  for (let i = 0; i < 3; i++) await turn();
  socket.end();
  await server.assertOver(socket);
  return socket.written;
}

Deno.test("serveConnection gives a file's handle back once, whether it is read at once or has to be waited for", async () => {
  for (const target of ["/slice", "/slice-later"]) {
    for (const isAtOnce of [true, false]) {
      const { server, socket, slices } = setUp(isAtOnce);
      assertEquals(await over(server, socket, get(target) + get(target)), pageOctets(TEXT).repeat(2));
      assertEquals(slices.map(({ closeCount }) => closeCount), [1, 1]);
    }
  }
});

Deno.test("serveConnection writes parts that are read at once and pages in one go, in the order of the requests", async () => {
  const { server, socket, slices } = setUp(true);
  const written = await over(server, socket, get("/a") + get("/slice") + get("/b") + get("/slice"));
  assertEquals(written, pageOctets("/a") + pageOctets(TEXT) + pageOctets("/b") + pageOctets(TEXT));
  assertEquals([socket.writes.length, slices.map(({ closeCount }) => closeCount)], [1, [1, 1]]);
});

Deno.test("serveConnection gives the handle back of a HEAD and a 304, whose content nobody reads", async () => {
  for (const isAtOnce of [true, false]) {
    for (const target of ["/slice", "/slice-later", "/slice304"]) {
      const { server, socket, slices } = setUp(isAtOnce), method = target === "/slice304" ? "GET" : "HEAD";
      const head = target === "/slice304"
        ? `HTTP/1.1 304 Not Modified\r\n${COMMON}\r\n`
        : pageOctets(TEXT).slice(0, -TEXT.length);
      assertEquals(await over(server, socket, get(target, { method }) + get("/b")), head + pageOctets("/b"));
      assertEquals(slices.map(({ closeCount }) => closeCount), [1]);
    }
  }
});

Deno.test("serveConnection gives the handle back of a part that does not fit the batch", async () => {
  const { server, socket, slices } = setUp(true, { batchBytesMax: 300 });
  assertEquals(await over(server, socket, get("/slice") + get("/b")), pageOctets(TEXT) + pageOctets("/b"));
  assertEquals(slices.map(({ closeCount }) => closeCount), [1]);
});

Deno.test("serveConnection gives handles back once whose answers were read and whose peer is gone", async () => {
  for (const isAtOnce of [true, false]) {
    const { server, socket, slices } = setUp(isAtOnce);
    socket.stall();
    socket.send(get("/slice") + get("/slice"));
    await turn();
    socket.reset();
    await server.assertOver(socket);
    // Of what has to be waited for only the first was asked for.
    assertEquals(slices.map(({ closeCount }) => closeCount), isAtOnce ? [1, 1] : [1]);
  }
});
