/** What fails: a handler, the protocol, the socket, anything at any time. */
import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { prepareResponse } from "../http1/response.ts";
import { serveConnection } from "./connection.ts";
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

// --- handlers that fail ----------------------------------------------------------------------------------------------

const error = new Error("Secret of the house");
for (
  const [what, handler] of Object.entries({
    throws: () => {
      throw error;
    },
    rejects: () => Promise.reject(error),
    "rejects later": async () => {
      await turn();
      throw error;
    },
  })
) {
  Deno.test(`serveConnection answers 500, closes and reports once when a handler ${what}`, async () => {
    const server = new TestServer((request) => request.path === "/a" ? page("a") : handler());
    const socket = server.connect();
    socket.send(get("/a") + get("/b") + get("/canary"));
    await turn();
    await turn();
    assertEquals(socket.written, pageOctets("a") + errorOctets(500));
    assert(socket.isWriteClosed);
    assertEquals(server.reports.splice(0), [error]);
    socket.end();
    await server.assertOver(socket);
  });

  Deno.test(`serveConnection answers a HEAD without content when a handler ${what}`, async () => {
    const server = new TestServer(handler), socket = server.connect();
    socket.send(get("/", { method: "HEAD" }));
    await turn();
    await turn();
    assertEquals(socket.written, errorOctets(500, "", { isHead: true }));
    assertEquals(server.reports.splice(0), [error]);
    socket.end();
    await server.assertOver(socket);
  });
}

// --- errors of the protocol ------------------------------------------------------------------------------------------

for (
  const [what, request, status] of [
    ["no request", "\x16\x03\x01\x02\x00", 400],
    ["a missing Host", "GET /secret HTTP/1.1\r\n\r\n", 400],
    ["another major version", "GET /secret HTTP/2.0\r\nHost: secret\r\n\r\n", 505],
    ["a target too long", `GET /${"secret".repeat(2_000)} HTTP/1.1\r\n`, 414],
    ["a head too large", get("/", { fields: `Secret: ${"secret".repeat(4_000)}\r\n` }), 431],
    ["too many fields", get("/", { fields: "Secret: secret\r\n".repeat(101) }), 431],
    ["two framings", get("/", { fields: "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n" }), 400],
    ["an unknown coding", get("/", { fields: "Transfer-Encoding: gzip, chunked\r\n" }), 501],
    ["content too long", get("/", { fields: "Content-Length: 99999999999\r\n" }), 413],
  ] as const
) {
  Deno.test(`serveConnection answers ${what} with ${status}, framed, dated, without an octet of the peer`, async () => {
    const pages = new Pages(), server = new TestServer(pages.handler), socket = server.connect();
    socket.send(request + get("/canary"));
    await turn();
    const [head, content] = socket.written.split("\r\n\r\n");
    assert(head.startsWith(`HTTP/1.1 ${status} `), head);
    assertMatch(head, /\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n/);
    assertMatch(head, /\r\nConnection: close$/);
    assert(head.includes(`\r\nContent-Length: ${content.length}\r\n`), head);
    assertMatch(content, new RegExp(`^${status} [^\r\n]+ \\(RFC [0-9]+ [0-9.]+\\)\n$`));
    assertFalse(/secret/i.test(socket.written));
    assertEquals(socket.calls, ["write", "closeWrite"]);
    // The peer may still be sending; what it sends is read away, so that no reset takes the answer with it.
    socket.send("x".repeat(200_000));
    await turn();
    assertFalse(socket.isClosed);
    socket.end();
    await server.assertOver(socket);
    assertEquals([socket.unreadAtClose, socket.writes.length, pages.asked], [0, 1, []]);
  });
}

Deno.test("serveConnection answers a malformed HEAD without content", async () => {
  const server = new TestServer(new Pages().handler);
  for (const request of ["HEAD / HTTP/1.1\r\n\r\n", "HEAD  / HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD / HTTP/3.0\r\n"]) {
    const socket = server.connect();
    socket.send(get("/a") + request);
    socket.end();
    await server.assertOver(socket);
    assertMatch(socket.written, /\r\n\r\naHTTP\/1\.1 [45]0[05] [^]*\r\nContent-Length: [1-9][0-9]*\r\n[^]*\r\n\r\n$/);
  }
});

Deno.test("serveConnection reads away no more than a bound of what comes after its last answer", async () => {
  const server = new TestServer(new Pages().handler), socket = server.connect();
  socket.send("nonsense\r\n");
  await turn();
  for (let i = 0; i < 300 && !socket.isClosed; i++) {
    socket.send("x".repeat(65_536));
    await turn();
  }
  await server.assertOver(socket);
});

// --- whatever fails --------------------------------------------------------------------------------------------------

/** Numbers that look random and are the same in each run. */
function numbers(seed: number): (below: number) => number {
  return (below) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(seed / 2 ** 32 * below);
  };
}

/** A socket on which now and then something fails that may fail. */
class BadSocket extends MemorySocket {
  readonly #random: (below: number) => number;

  constructor(random: (below: number) => number) {
    super();
    this.#random = random;
    this.acceptMax = 1 + random(400);
    this.failsToCloseWrite = random(4) === 0;
  }

  override read(into: Uint8Array): Promise<number | null> {
    if (this.#random(20) === 0) this.reset();
    return super.read(into);
  }

  override write(octets: Uint8Array): Promise<number> {
    const kinds = [Deno.errors.BrokenPipe, Deno.errors.ConnectionReset, Deno.errors.NotConnected];
    if (this.#random(20) === 0) this.failWrites(new kinds[this.#random(3)]("Peer is gone"));
    return super.write(octets);
  }
}

Deno.test("serveConnection never rejects, gives everything back and closes once, whatever fails and when", async () => {
  const REQUESTS = [
    get("/a"),
    get("/a", { method: "HEAD" }),
    get("/slow"),
    get("/slow", { fields: "Connection: close\r\n" }),
    get("/slice"),
    get("/stream"),
    get("/stream", { version: "1.0" }),
    get("/throw"),
    get("/echo", { method: "POST", fields: "Content-Length: 6\r\n", content: "length" }),
    get("/echo", { method: "POST", fields: "Content-Length: 6\r\nExpect: 100-continue\r\n", content: "expect" }),
    get("/a", { method: "POST", fields: "Transfer-Encoding: chunked\r\n", content: "3\r\nabc\r\n0\r\n\r\n" }),
    "nonsense\r\n",
  ];
  for (let seed = 0; seed < 1_000; seed++) {
    const random = numbers(seed), slices: MemorySlice[] = [], streams: MemoryStream[] = [];
    let slowRunning = 0;
    const server: TestServer = new TestServer(async ({ path, content, signal }) => {
      switch (path) {
        case "/slice":
          slices.push(new MemorySlice("part of a file", random(5) === 0 ? 99 : undefined, 1 + random(20)));
          return prepareResponse(200, { content: slices.at(-1)! });
        case "/stream":
          streams.push(new MemoryStream().push("one", "", "two").end());
          return prepareResponse(200, { content: streams.at(-1)! });
        case "/slow":
          slowRunning++;
          try {
            const { promise, resolve, reject } = Promise.withResolvers<void>();
            signal.addEventListener("abort", () => reject(signal.reason));
            if (random(2) === 0) resolve();
            else server.clock.onTick(() => resolve());
            await promise;
          } finally {
            slowRunning--;
          }
          return page("slow");
        case "/throw":
          throw new Error("Expected");
        case "/echo":
          while (await content!.read() !== undefined);
          return page("echo");
        default:
          return page("a");
      }
    }, { contentStallMs: 1_000, lingerMs: 1_000, headReadMs: 1_000, idleMs: 1_000, writeStallMs: 1_000 });
    const socket = new BadSocket(random);
    let isSettled = false;
    const served = serveConnection(socket, server).then(() => isSettled = true);
    const input = Array.from({ length: 1 + random(5) }, () => REQUESTS[random(REQUESTS.length)]).join("");
    for (let at = 0; at < input.length;) {
      const count = 1 + random(150);
      socket.send(input.slice(at, at += count));
      if (random(3) === 0) await turn();
    }
    const ending = random(4);
    if (ending === 0) socket.end();
    if (ending === 1) socket.reset();
    if (ending === 2) socket.stall();
    if (random(4) === 0) await turn();
    for (let tick = 0; tick < 40 && !isSettled; tick++) await server.advance(250);
    assert(isSettled, `seed ${seed}: still served, calls ${socket.calls}`);
    await served;
    const unexpected = server.reports.filter((error) => !(error instanceof Error && error.message === "Expected"));
    assertEquals(unexpected, [], `seed ${seed}: reports`);
    assertEquals(socket.calls.filter((call) => call === "close").length, 1, `seed ${seed}: closed once`);
    assertEquals(slices.map(({ closeCount }) => closeCount), slices.map(() => 1), `seed ${seed}: slices`);
    assertEquals(streams.map(({ returnCount }) => returnCount), streams.map(() => 1), `seed ${seed}: streams`);
    assertEquals([server.connections.size, slowRunning], [0, 0], `seed ${seed}: left over`);
  }
});
