import { assert, assertEquals, assertMatch } from "@std/assert";
import type { HttpRequest, HttpResponse } from "../http1/message.ts";
import { ServerEvents } from "./server_events.ts";

function request(query = "", signal = new AbortController().signal, lastEventId?: string): HttpRequest {
  return {
    ...{ method: "GET", target: "/lab/events", path: "/lab/events", query, minorVersion: 1, signal },
    field: (id) => id === "last-event-id" ? lastEventId : undefined,
    has: () => false,
    fields: () => [],
    content: null,
    peer: { address: "192.0.2.1", port: 50_000, secure: false },
  };
}

const ASKED = { connection: 7, target: "/sleep?ms=1", startMs: 12, status: 200, sentBytes: 3, error: undefined };

/** One visit: accepted, asked, answered, sent, closed. */
function visit(events: ServerEvents, target = ASKED.target): void {
  events.opened(7);
  events.asked({ ...ASKED, target });
  events.handled({ ...ASKED, target });
  events.answered({ ...ASKED, target }, 13);
  events.closed(7);
}

/** What a watcher hears: the text so far, and a way to hear more. */
function watch(events: ServerEvents, query?: string, abort = new AbortController()) {
  const response = events.handler(request(query, abort.signal)) as HttpResponse;
  const stream = (response.content as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  const watcher = {
    response,
    abort,
    text: "",
    async more(): Promise<boolean> {
      const { done, value } = await stream.next();
      if (!done) watcher.text += new TextDecoder().decode(value);
      return !done;
    },
    async until(pattern: RegExp): Promise<void> {
      while (!pattern.test(watcher.text)) if (!await watcher.more()) throw new Error(`Ended: ${watcher.text}`);
    },
    async end(): Promise<void> {
      abort.abort();
      while (await watcher.more());
    },
    names: () => [...watcher.text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name),
  };
  return watcher;
}

Deno.test("ServerEvents tells each step of a visit, with its connection and the server's time", async () => {
  const events = new ServerEvents({ mode: "concurrent" });
  const watcher = watch(events);
  assertMatch(new TextDecoder().decode(watcher.response.head), /Content-Type: text\/event-stream\r\n/);
  await watcher.until(/hello/);
  visit(events);
  await watcher.until(/closed/);
  assertEquals(watcher.names(), ["hello", "accepted", "asked", "answered", "sent", "closed"]);
  assertMatch(watcher.text, /^event: hello\ndata: {"mode":"concurrent","isInTurn":false,"ms":[0-9.]+,"next":1}\n\n/);
  assertMatch(watcher.text, /id: 2\nevent: asked\ndata: {"connection":7,"ms":12,"target":"\/sleep\?ms=1"}\n\n/);
  await watcher.end();
  events.stopping();
});

Deno.test("ServerEvents records nothing while nobody watches, and sets no timer", () => {
  const events = new ServerEvents({ mode: "concurrent" });
  visit(events); // a timer that is left would fail the test
  assertEquals(events.watcherCount, 0);
});

Deno.test("ServerEvents says how many events a slow watcher has lost", async () => {
  const events = new ServerEvents({ mode: "concurrent" });
  const fast = watch(events), slow = watch(events);
  await fast.until(/hello/);
  await slow.until(/hello/);
  for (let round = 1; round <= 12; round++) {
    // 505 events, of which 250 are recorded, and one more that says so at the end of the moment.
    for (let i = 0; i < 101; i++) visit(events, `/${round}`);
    while (fast.text.split("event: lost").length <= round) await fast.more();
  }
  await slow.until(/lost/);
  // 3,012 events were recorded, and 2,048 of them are kept.
  assertMatch(slow.text, /event: lost\ndata: {"count":964}\n/);
  await slow.until(/"\/12"/);
  assert(!slow.text.includes(`"/1"`) && slow.text.includes(`"/5"`));
  await fast.end();
  await slow.end();
  events.stopping();
});

Deno.test("ServerEvents records a bounded number in a moment, and says how many more there were", async () => {
  const events = new ServerEvents({ mode: "concurrent" }), watcher = watch(events);
  await watcher.until(/hello/);
  for (let i = 0; i < 1_000; i++) visit(events);
  await watcher.until(/lost/);
  assertMatch(watcher.text, /event: lost\ndata: {"count":4750}\n/);
  assertEquals(watcher.names().length, 252);
  await watcher.end();
  events.stopping();
});

Deno.test("ServerEvents tells no more than 200 characters of a target", async () => {
  const events = new ServerEvents({ mode: "concurrent" }), watcher = watch(events);
  await watcher.until(/hello/);
  events.asked({ ...ASKED, target: "/" + "x".repeat(8_000) });
  await watcher.until(/asked/);
  assert(watcher.text.length < 500);
  await watcher.end();
  events.stopping();
});

Deno.test("ServerEvents ends every stream when the server stops, after the last events", async () => {
  const events = new ServerEvents({ mode: "concurrent" }), watcher = watch(events);
  await watcher.until(/hello/);
  visit(events);
  events.stopping();
  while (await watcher.more());
  assertEquals(watcher.names().slice(-2), ["closed", "end"]);
  assertMatch(watcher.text, /"reason":"stop"/);
  assertEquals(events.watcherCount, 0);
});

Deno.test("ServerEvents goes on where a watcher stopped, by ?from= and by Last-Event-ID", async () => {
  const events = new ServerEvents({ mode: "concurrent" }), first = watch(events);
  await first.until(/hello/);
  visit(events);
  await first.until(/closed/);
  await first.end();
  const again = watch(events, "from=4");
  await again.until(/closed/);
  assertEquals(again.names(), ["hello", "sent", "closed"]);
  await again.end();
  const response = events.handler(request("", undefined, "4")) as HttpResponse;
  const stream = (response.content as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  assertMatch(new TextDecoder().decode((await stream.next()).value), /"next":5/);
  await stream.return?.();
  for (const query of ["from=x", "from=99999", "from=1.5"]) {
    const beyond = watch(events, query);
    await beyond.until(/"next":6}/);
    await beyond.end();
  }
  events.stopping();
});

Deno.test("ServerEvents ends with what there is where connections are served in turn", async () => {
  const events = new ServerEvents({ mode: "sequential", isInTurn: true });
  const before = watch(events);
  while (await before.more());
  assertEquals(before.names(), ["hello", "end"]);
  visit(events);
  const after = watch(events, "from=1");
  while (await after.more());
  assertEquals(after.names(), ["hello", "accepted", "asked", "answered", "sent", "closed", "end"]);
  assertMatch(after.text, /"reason":"turn","next":6}/);
  events.stopping();
});

Deno.test("ServerEvents refuses more than 256 watchers, and counts those who leave", async () => {
  const events = new ServerEvents({ mode: "concurrent" });
  const watchers = await Promise.all(Array.from({ length: 256 }, async () => {
    const watcher = watch(events);
    await watcher.until(/hello/);
    return watcher;
  }));
  assertEquals((events.handler(request()) as HttpResponse).status, 503);
  await watchers.pop()!.end();
  assertEquals(events.watcherCount, 255);
  assertEquals((events.handler(request()) as HttpResponse).status, 200);
  await Promise.all(watchers.map((watcher) => watcher.end()));
  assertEquals(events.watcherCount, 0);
});
