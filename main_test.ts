/** The lesson, from outside: real sockets, raw octets. */
import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { holdThread, serveInTurn } from "./main.ts";
import { type LessonSite, lessonSite, PAGES } from "./tests/lesson_site.ts";
import { RawClient } from "./tests/raw_client.ts";

Deno.test("GET / answers with the page", async () => {
  await using site = lessonSite();
  using client = await RawClient.connect(site.port);
  await client.send("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  const answer = await client.answer();
  assertEquals(answer?.status, 200);
  assertEquals(answer?.content, PAGES.hello);
  assertMatch(answer?.head ?? "", /^HTTP\/1\.1 200 OK\r\n/);
  assertMatch(answer?.fields["content-type"] ?? "", /^text\/html; *charset=utf-8$/i);
});

Deno.test("GET of anything unknown answers 404 with its page", async () => {
  await using site = lessonSite();
  using client = await RawClient.connect(site.port);
  await client.get("/nowhere");
  const answer = await client.answer();
  assertEquals(answer?.status, 404);
  assertEquals(answer?.content, PAGES.notFound);
});

Deno.test("GET / is answered at once while /sleep sleeps", async () => {
  await using site = lessonSite();
  using sleeper = await RawClient.connect(site.port);
  using visitor = await RawClient.connect(site.port);
  const start = performance.now();
  await sleeper.get("/sleep?ms=1000");
  const slept = sleeper.answer();
  await visitor.get("/");
  assertEquals((await visitor.answer())?.content, PAGES.hello);
  const visitMs = performance.now() - start;
  assertEquals((await slept)?.content, PAGES.hello);
  const sleepMs = performance.now() - start;
  assert(sleepMs >= 1000, `slept for ${sleepMs} ms`);
  assertLess(visitMs, 500);
});

Deno.test("/sleep waits five seconds, and so does /pause, both at the same time", async () => {
  await using site = lessonSite();
  using sleeper = await RawClient.connect(site.port);
  using pauser = await RawClient.connect(site.port);
  const start = performance.now();
  await sleeper.get("/sleep");
  await pauser.get("/pause");
  const answers = await Promise.all([sleeper.answer(), pauser.answer()]);
  const ms = performance.now() - start;
  assertEquals(answers.map((answer) => answer?.content), [PAGES.hello, PAGES.hello]);
  assert(ms >= 5000 && ms < 7000, `took ${ms} ms`);
});

Deno.test("Pipelined requests of mixed speed come back in order, a fast one ahead of a slow one at once", async () => {
  await using site = lessonSite();
  using client = await RawClient.connect(site.port);
  const targets = ["/", "/sleep?ms=300", "/one", "/sleep?ms=1", "/", "/sleep?ms=150", "/two"];
  const start = performance.now();
  await client.send(targets.map((target) => `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""));
  const first = await client.answer();
  const firstMs = performance.now() - start;
  const statuses = [first?.status];
  for (let i = 1; i < targets.length; i++) statuses.push((await client.answer())?.status);
  assertEquals(statuses, [200, 200, 404, 200, 200, 200, 404]);
  assertLess(firstMs, 250);
  assert(performance.now() - start >= 451, "the sleeps of one connection come one after the other");
});

Deno.test("A hundred sleepers sleep at the same time", async () => {
  await using site = lessonSite();
  const start = performance.now();
  const answers = await Promise.all(Array.from({ length: 100 }, async () => {
    using client = await RawClient.connect(site.port);
    await client.get("/sleep?ms=500");
    return await client.answer();
  }));
  assert(answers.every((answer) => answer?.content === PAGES.hello));
  assertLess(performance.now() - start, 2500);
});

/** How long a visitor waits for `/` who comes right behind a sleeper of 400 ms. */
async function visitBehindSleeper(site: LessonSite): Promise<{ visitMs: number; isPersistent: boolean }> {
  using sleeper = await RawClient.connect(site.port);
  using visitor = await RawClient.connect(site.port);
  const start = performance.now();
  await sleeper.get("/sleep?ms=400");
  await visitor.get("/");
  const slept = sleeper.answer();
  const answer = await visitor.answer();
  const visitMs = performance.now() - start;
  assertEquals([answer?.content, (await slept)?.content], [PAGES.hello, PAGES.hello]);
  return { visitMs, isPersistent: answer?.fields["connection"] !== "close" };
}

Deno.test("In turn, a visitor waits for the sleeper before him, and may not stay", async () => {
  await using site = lessonSite({ serve: serveInTurn });
  const { visitMs, isPersistent } = await visitBehindSleeper(site);
  assert(visitMs >= 400, `${visitMs} ms`);
  assert(!isPersistent);
});

Deno.test("In turn, a connection that asks nothing holds the others up for a moment only", async () => {
  await using site = lessonSite({ serve: serveInTurn });
  using _silent = await RawClient.connect(site.port);
  using visitor = await RawClient.connect(site.port);
  const start = performance.now();
  await visitor.get("/");
  assertEquals((await visitor.answer())?.status, 200);
  const ms = performance.now() - start;
  assert(ms > 500 && ms < 2_000, `${ms} ms`);
});

Deno.test("With a sleep that holds the thread everybody waits, though nobody is awaited", async () => {
  await using site = lessonSite({ lesson: { wait: holdThread } });
  const { visitMs, isPersistent } = await visitBehindSleeper(site);
  assert(visitMs >= 400, `${visitMs} ms`);
  assert(isPersistent);
});

Deno.test("/sleep refuses what is no number of milliseconds up to a minute", async () => {
  await using site = lessonSite();
  using client = await RawClient.connect(site.port);
  for (const ms of ["", "x", "-1", "1.5", "60001", "1e3", "%31%00", "0x10"]) {
    await client.get(`/sleep?ms=${ms}`);
    const answer = await client.answer();
    assertEquals([ms, answer?.status], [ms, 400]);
    assertMatch(answer?.content ?? "", /0 to 60000/);
  }
  await client.get("/pause?ms=0");
  assertEquals((await client.answer())?.status, 200);
});

Deno.test("/sleep is given up when its visitor leaves, whichever way", async (t) => {
  // A timer that were left would fail the test: the sanitizers see it.
  for (const way of ["closes", "closes and has asked for more", "resets"]) {
    await t.step(way, async () => {
      await using site = lessonSite();
      const client = await RawClient.connect(site.port);
      await client.get("/");
      await client.answer();
      assertEquals(site.connections.size, 1);
      // Who closes with an answer unread resets the connection.
      if (way === "resets") await client.get("/");
      await client.get("/sleep?ms=60000");
      if (way === "closes and has asked for more") await client.get("/");
      await roundTrip(site.port);
      client.conn.close();
      const start = performance.now();
      await site.connections.below(1);
      // A reset is noticed at once, a close by the second octet of the probe, a second after the first.
      assertLess(performance.now() - start, way === "resets" ? 800 : 3000);
      assertEquals(site.reports, []);
    });
  }
});

/** Waits until the server has dealt with all that was sent to it before. */
async function roundTrip(port: number): Promise<void> {
  using client = await RawClient.connect(port);
  await client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  await client.answer();
  await client.rest();
}

Deno.test("A visitor of /sleep that closes only its own side gets the whole answer", async () => {
  await using site = lessonSite();
  using client = await RawClient.connect(site.port);
  await client.get("/sleep?ms=1500");
  await client.conn.closeWrite();
  const answer = await client.answer();
  assertEquals(answer?.status, 200);
  assertEquals(answer?.content, PAGES.hello);
  assertEquals(await client.rest(), "");
});

Deno.test("HEAD answers field for field like GET, without content", async () => {
  await using site = lessonSite();
  using client = await RawClient.connect(site.port);
  for (const target of ["/", "/nowhere", "/sleep?ms=1", "/sleep?ms=x"]) {
    await client.get(target);
    const get = await client.answer();
    await client.send(`HEAD ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
    const head = await client.answer("HEAD");
    assertEquals({ ...head?.fields, date: "" }, { ...get?.fields, date: "" });
    assertEquals(head?.status, get?.status);
  }
});

Deno.test("Other methods: 405 with Allow, 501 for unknown ones, 204 for OPTIONS", async () => {
  await using site = lessonSite();
  using client = await RawClient.connect(site.port);
  const statuses: Record<string, number> = { POST: 405, PUT: 405, DELETE: 405, PATCH: 405, TRACE: 405, OPTIONS: 204 };
  for (const [method, status] of Object.entries({ ...statuses, BREW: 501, get: 501 })) {
    await client.send(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`);
    const answer = await client.answer();
    assertEquals([method, answer?.status], [method, status]);
    assertEquals(answer?.fields["allow"], status === 501 ? undefined : "GET, HEAD, OPTIONS");
  }
});
