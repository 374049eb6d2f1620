/** What an observer hears of connections in memory. */
import { assertEquals } from "@std/assert";
import { prepareResponse } from "../http1/response.ts";
import { type Exchange, type Observer, observers } from "./observer.ts";
import { get, MemorySlice, MemoryStream, page, Pages, TestServer, turn } from "./testing/test_server.ts";

/** A server whose events are written down. */
function watched(...args: ConstructorParameters<typeof TestServer>) {
  const server = new TestServer(...args), events: unknown[] = [], exchanges: Exchange[] = [];
  let first = 0;
  server.observer = {
    wantsTime: true,
    opened: (connection) => events.push(["opened", connection - (first ||= connection)]),
    asked: ({ target }) => events.push(["asked", target]),
    answered: (exchange) => {
      exchanges.push(exchange);
      const { target, status, sentBytes, error } = exchange;
      events.push(["answered", target, status, sentBytes, ...(error === undefined ? [] : [error])]);
    },
    timedOut: (phase) => events.push(["timedOut", phase]),
    refused: (status) => events.push(["refused", status]),
    closed: () => events.push(["closed"]),
  };
  return { server, events, exchanges };
}

Deno.test("An observer hears of each request of a pipeline, with its size, once the batch is written", async () => {
  const { server, events, exchanges } = watched(() => page("hello"));
  const socket = server.connect();
  socket.stall();
  const fields = "User-Agent: u\r\nReferer: r\r\nX-Forwarded-For: 192.0.2.7\r\n";
  socket.send(get("/a", { fields }) + get("/b", { method: "HEAD" }));
  await turn();
  assertEquals(events, [["opened", 0], ["asked", "/a"], ["asked", "/b"]]);
  socket.resume();
  await turn();
  assertEquals(events.slice(3), [["answered", "/a", 200, 5], ["answered", "/b", 200, 0]]);
  const { method, userAgent, referer, forwardedFor, peer } = exchanges[0];
  assertEquals([method, userAgent, referer, forwardedFor], ["GET", "u", "r", "192.0.2.7"]);
  assertEquals(peer.address, "192.0.2.1");
  socket.end();
  await server.assertOver(socket);
  assertEquals(events.slice(5), [["closed"]]);
});

Deno.test("An observer hears the octets of a slice and of a stream as they were sent", async () => {
  const stream = new MemoryStream();
  const { server, events } = watched(({ path }) =>
    prepareResponse(200, { content: path === "/slice" ? new MemorySlice("0123456789") : stream })
  );
  const socket = server.connect();
  socket.send(get("/slice") + get("/stream"));
  await turn();
  stream.push("abc", "de").end();
  await turn();
  assertEquals(events.filter((event) => (event as unknown[])[0] === "answered"), [
    ["answered", "/slice", 200, 10],
    ["answered", "/stream", 200, 5],
  ]);
  socket.end();
  await server.assertOver(socket);
});

Deno.test("An observer hears why an answer did not come to its end", async () => {
  const slice = new MemorySlice("0123456789", 10, 4);
  const { server, events } = watched(() => prepareResponse(200, { content: slice }));
  const socket = server.connect();
  slice.isSame = false;
  socket.send(get("/changed"));
  await turn();
  assertEquals(events.slice(2), [["answered", "/changed", 200, 8, "content_changed"], ["closed"]]);

  const gone = watched(new Pages().handler);
  const other = gone.server.connect();
  other.send(get("/slow"));
  await turn();
  other.reset();
  await turn();
  assertEquals(gone.events.slice(2), [["answered", "/slow", 0, 0, "cut"], ["closed"]]);
});

Deno.test("An observer hears of heads that are refused or late", async () => {
  const { server, events } = watched(() => page("a"));
  const socket = server.connect();
  socket.send("BAD\r\n\r\n");
  await turn();
  assertEquals(events[1], ["refused", 400]);
  assertEquals((events[2] as unknown[]).slice(0, 3), ["answered", "", 400]);
  socket.end();
  await turn();
  const late = watched(() => page("a"));
  const slow = late.server.connect();
  slow.send("GET");
  await late.server.advance(10_250);
  assertEquals(late.events.slice(1, 3), [["timedOut", "head"], ["refused", 408]]);
  slow.end();
  await late.server.assertOver(slow);
});

Deno.test("observers tells each of several what it wants to hear, and is none of none", () => {
  const heard: string[] = [];
  const tell = (who: string) => (what: unknown) => void heard.push(`${who} ${what}`);
  const first: Observer = { wantsTime: false, refused: tell("first"), stopping: () => heard.push("first stops") };
  const second: Observer = {
    wantsTime: true,
    asked: ({ target }) => tell("second")(target),
    answered: ({ target }, endMs) => tell("second")(`${target} ${endMs}`),
  };
  const both = observers([first, second])!;
  const exchange = { target: "/a" } as Exchange;
  both.opened?.(1, { address: "", port: 0, secure: false });
  both.asked?.(exchange);
  both.handled?.(exchange);
  both.answered?.(exchange, 7);
  both.refused?.(400);
  both.stopping?.();
  assertEquals(heard, ["second /a", "second /a 7", "first 400", "first stops"]);
  assertEquals([both.wantsTime, observers([]), observers([first]) === first], [true, undefined, true]);
});

Deno.test("An exchange is used again for the next request of its connection, and nothing of the last one is left", async () => {
  const { server, exchanges } = watched(() => page("a"));
  const socket = server.connect();
  socket.send(get("/a", { fields: "User-Agent: u\r\nReferer: r\r\nForwarded: for=x\r\nX-Forwarded-For: y\r\n" }));
  await turn();
  socket.send(get("/b"));
  await turn();
  assertEquals([exchanges.length, exchanges[0] === exchanges[1]], [2, true]);
  const { target, userAgent, referer, forwarded, forwardedFor, error } = exchanges[1];
  assertEquals([target, userAgent, referer, forwarded, forwardedFor, error], ["/b", ...Array(5).fill(undefined)]);
  socket.end();
  await server.assertOver(socket);
});
