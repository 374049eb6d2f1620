/** Every way in which a connection ends: by its version and options, by either side, by an error, by a failure. */
import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { prepareResponse } from "../http1/response_writer.ts";
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
