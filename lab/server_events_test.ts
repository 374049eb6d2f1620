import { assert, assertEquals, assertMatch } from "@std/assert";
import type { HttpRequest, HttpResponse } from "../http1/message.ts";
import { ServerEvents } from "./server_events.ts";

function request(
  query = "",
  signal = new AbortController().signal,
  given: Record<string, string | undefined> = {},
): HttpRequest {
  return {
    ...{ method: "GET", target: "/lab/events", path: "/lab/events", query, minorVersion: 1, signal },
    field: (id) => given[id],
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

const realNow = performance.now.bind(performance);

/** Runs something while the clock is held; the argument moves it. */
async function withClock(fn: (moveTo: (ms: number) => void) => Promise<void>): Promise<void> {
  try {
    await fn((ms) => performance.now = () => ms);
  } finally {
    performance.now = realNow;
  }
}

Deno.test("ServerEvents tells each step of a visit, with its connection and the server's time", async () => {
  const events = new ServerEvents({ mode: "concurrent" });
  const watcher = watch(events);
  assertMatch(new TextDecoder().decode(watcher.response.head), /Content-Type: text\/event-stream\r\n/);
  await watcher.until(/hello/);
  visit(events);
  await watcher.until(/closed/);
  assertEquals(watcher.names(), ["hello", "accepted", "asked", "answered", "sent", "closed"]);
  assertMatch(
    watcher.text,
    /^event: hello\ndata: {"mode":"concurrent","isInTurn":false,"isWatched":true,"ports":\[\],"ms":[0-9.]+,"next":1}\n\n/,
  );
  assertMatch(watcher.text, /id: 2\nevent: asked\ndata: {"connection":7,"ms":12,"target":"\/sleep\?ms=1"}\n\n/);
  await watcher.end();
  events.stopping();
});

Deno.test("ServerEvents records nothing while nobody watches, and sets no timer", () => {
  const events = new ServerEvents({ mode: "concurrent" });
  visit(events); // a timer that is left would fail the test
  assertEquals(events.watcherCount, 0);
});

Deno.test("ServerEvents says how many events a slow watcher has lost", () =>
  withClock(async (moveTo) => {
    const events = new ServerEvents({ mode: "concurrent" });
    const fast = watch(events), slow = watch(events);
    await fast.until(/hello/);
    await slow.until(/hello/);
    for (let round = 1; round <= 12; round++) {
      // 505 events, of which 250 are recorded, and one more that says so at the end of the moment.
      moveTo(1_000 * round);
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
  }));

Deno.test("ServerEvents records 250 events at once, then 250 a second, and says how many more there were", () =>
  withClock(async (moveTo) => {
    const events = new ServerEvents({ mode: "concurrent" }), watcher = watch(events);
    await watcher.until(/hello/);
    for (const [ms, recorded] of [[1_000, 250], [1_100, 25], [1_102, 0], [1_104, 1], [9_000, 250]]) {
      watcher.text = "";
      moveTo(ms);
      for (let i = 0; i < 200; i++) visit(events);
      await watcher.until(/lost/);
      assertMatch(watcher.text, new RegExp(`event: lost\ndata: {"count":${1_000 - recorded}}\n`));
      assertEquals([ms, watcher.names().length], [ms, recorded + 1]);
    }
    await watcher.end();
    events.stopping();
  }));

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
  const response = events.handler(request("", undefined, { "last-event-id": "4" })) as HttpResponse;
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

Deno.test("ServerEvents tells four watchers of news in one tick, and the others in later ones", async () => {
  const events = new ServerEvents({ mode: "concurrent" });
  const watchers = Array.from({ length: 10 }, () => watch(events));
  for (const watcher of watchers) await watcher.until(/hello/);
  let toldCount = 0;
  const told = watchers.map((watcher) => watcher.more().then(() => toldCount++));
  await Promise.resolve(); // all wait now
  visit(events);
  await Promise.race(told);
  for (let i = 0; i < 100; i++) await Promise.resolve(); // no timer runs meanwhile
  assertEquals(toldCount, 4);
  await Promise.all(told);
  // Who leaves wakes nobody else; a stop wakes all at once.
  const leaving = watchers.pop()!, staying = watchers.map((watcher) => watcher.more().then(() => toldCount++));
  await leaving.end();
  assertEquals(toldCount, 10);
  events.stopping();
  for (let i = 0; i < 100; i++) await Promise.resolve();
  assertEquals(toldCount, 19);
  await Promise.all(staying);
});

Deno.test("ServerEvents says what is missing when it has stopped recording, since nobody watched for long", () =>
  withClock(async (moveTo) => {
    for (const [isInTurn, seconds] of [[true, 300], [false, 10]] as const) {
      moveTo(0);
      const events = new ServerEvents({ mode: "any", isInTurn }), first = watch(events);
      await first.until(/hello/);
      await first.end();
      moveTo(1_000 * seconds - 1);
      visit(events);
      moveTo(1_000 * seconds);
      visit(events);
      const second = watch(events, "from=2");
      await second.until(/lost/);
      assertMatch(second.text, /"next":2}\n\nretry: 100\n\nevent: lost\ndata: {"count":4}\n\n/);
      await second.end();
      events.stopping();
    }
  }));

Deno.test("ServerEvents ends a stream of 256 KiB, so that who never reads costs no more, and goes on by Last-Event-ID", () =>
  withClock(async (moveTo) => {
    const events = new ServerEvents({ mode: "concurrent" }), watcher = watch(events);
    await watcher.until(/hello/);
    let visits = 0, ms = 0;
    while (!/event: end/.test(watcher.text)) {
      moveTo(ms += 1_000);
      for (let i = 0; i < 50; i++) visit(events, `/${"x".repeat(195)}${++visits}`);
      await watcher.until(new RegExp(`x${visits}",.*\n\n|event: end`));
    }
    while (await watcher.more());
    const length = watcher.text.length;
    assert(length > 262_144 && length < 300_000, `${length}`);
    const next = Number(/"reason":"long","next":([0-9]+)}\n\n$/.exec(watcher.text)?.[1]);
    const [, lastId] = /id: ([0-9]+)\n[^]*$/.exec(watcher.text.slice(-1_000))!;
    assert(Number(lastId) < next);
    assertEquals(events.watcherCount, 0);
    const again = watch(events, `from=${next}`);
    await again.until(/hello/);
    moveTo(ms + 1_000);
    visit(events, "/after");
    await again.until(/after/);
    assert(!again.text.includes("lost"));
    await again.end();
    events.stopping();
  }));

Deno.test("ServerEvents may be heard by pages of the same host on the ports of other labs, and by no others", () => {
  const events = new ServerEvents({ mode: "concurrent", ports: [7879, 80] });
  const headFor = (origin: string | undefined, host = "localhost:7878") => {
    const response = events.handler(request("", undefined, { origin, host })) as HttpResponse;
    return new TextDecoder().decode(response.head);
  };
  const allowed = "\r\nAccess-Control-Allow-Origin: http://localhost:7879\r\n";
  assert(headFor("http://localhost:7879").includes(allowed));
  const others = [
    "http://localhost:7880",
    "http://127.0.0.1:7879",
    "http://evil.example:7879",
    "http://localhost",
    "null",
  ];
  for (const origin of [...others, undefined]) {
    const head = headFor(origin);
    assert(!head.includes("Access-Control") && head.includes("\r\nVary: Origin\r\n"), head);
  }
  assert(!headFor("http://localhost:7879", "a b").includes("Access-Control"));
  const alone = new ServerEvents({ mode: "concurrent" });
  const { head } = alone.handler(
    request("", undefined, { origin: "http://localhost:7879", host: "localhost" }),
  ) as HttpResponse;
  assert(!/Vary|Access/.test(new TextDecoder().decode(head)));
});
