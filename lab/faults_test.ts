/** The faults, over real sockets. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { once } from "node:events";
import { connect } from "node:net";
import { lessonSite } from "../tests/lesson_site.ts";
import { RawClient } from "../tests/raw_client.ts";
import { faultHandler } from "./faults.ts";

Deno.test("/drip sends its octets over the time, with their number announced", async () => {
  await using site = lessonSite();
  using client = await RawClient.connect(site.port);
  const start = performance.now();
  await client.get("/drip?bytes=12&ms=300");
  const answer = await client.answer();
  assertEquals([answer?.content, answer?.fields["content-length"]], ["*".repeat(12), "12"]);
  assert(performance.now() - start >= 295);
  // The connection goes on.
  await client.get("/drip?bytes=0&ms=0");
  assertEquals((await client.answer())?.content, "");
});

Deno.test("/stream sends so many chunks over the time", async () => {
  await using site = lessonSite();
  using client = await RawClient.connect(site.port);
  const start = performance.now();
  await client.get("/stream?chunks=3&ms=150");
  const answer = await client.answer();
  assertEquals(answer?.fields["transfer-encoding"], "chunked");
  assertMatch(answer?.content ?? "", /chunk {4}1\n[^]*chunk {4}2\n[^]*chunk {4}3\n/);
  assert(performance.now() - start >= 145);
});

Deno.test("/truncate announces twice what it sends, and ends the connection; nobody is told of an error", async () => {
  for (const bytes of [1, 1_000, 600_000]) {
    await using site = lessonSite();
    using client = await RawClient.connect(site.port);
    await client.get(`/truncate?bytes=${bytes}`);
    const [head, content] = (await client.rest()).split("\r\n\r\n");
    assertMatch(head, new RegExp(`\r\nContent-Length: ${2 * bytes}\r\n`));
    assertEquals(content.length, bytes);
    assertEquals(site.reports, []);
  }
});

Deno.test("/status answers with any status from 200 to 599, framed so that the connection goes on", async () => {
  await using site = lessonSite();
  using client = await RawClient.connect(site.port);
  for (const status of [200, 204, 205, 206, 301, 304, 401, 404, 405, 407, 416, 426, 451, 500, 503, 511]) {
    await client.get(`/status/${status}`);
    const answer = await client.answer();
    assertEquals(answer?.status, status);
    if (status === 301) assertEquals(answer?.fields["location"], "/");
    if (status === 401) assertEquals(answer?.fields["www-authenticate"], "Bearer");
    if (status === 205) assertEquals(answer?.fields["content-length"], "0");
  }
  for (
    const path of ["/status/", "/status/100", "/status/199", "/status/600", "/status/20", "/status/2000", "/status/x"]
  ) {
    await client.get(path);
    assertEquals([path, (await client.answer())?.status], [path, 400]);
  }
});

Deno.test("Faults refuse what is beyond their bounds", async () => {
  await using site = lessonSite();
  using client = await RawClient.connect(site.port);
  const targets = [
    ...["drip?bytes=1000001", "drip?ms=60001", "drip?bytes=-1", "drip?ms=1.5", "drip?bytes=", "drip?bytes=99999999"],
    ...["stream?chunks=1001", "stream?ms=60001", "stream?chunks=x", "truncate?bytes=0", "truncate?bytes=1000001"],
    // Of two values none is the one that was meant.
    ...["drip?bytes=3&bytes=4", "drip?ms=1&bytes=3&ms=1", "stream?chunks=1&chunks=1", "truncate?bytes=1&bytes="],
  ];
  for (const target of targets) {
    await client.get(`/${target}`);
    const answer = await client.answer();
    assertEquals([target, answer?.status], [target, 400]);
    assertMatch(answer?.content ?? "", /takes a whole number from [01] to [0-9]+\n$/);
  }
});

Deno.test("A slow body is given up when its visitor leaves", async () => {
  await using site = lessonSite();
  // Six seconds between two pieces: a timer that were left would fail the test.
  for (const target of ["/drip?bytes=10&ms=60000", "/stream?chunks=10&ms=60000"]) {
    const rude = connect(site.port, "127.0.0.1");
    // In one write, so that with the answer of the first the second one is being served.
    rude.write(["/", target].map((it) => `GET ${it} HTTP/1.1\r\nHost: a\r\n\r\n`).join(""));
    await once(rude, "data");
    const closed = once(rude, "close");
    rude.resetAndDestroy();
    await Promise.all([closed, site.connections.below(1)]);
  }
  assertEquals(site.reports, []);
});

Deno.test("faultHandler knows no other paths", () => {
  for (const path of ["/", "/drip/", "/statuses", "/status", "/reset", "/sleep"]) {
    assertEquals(faultHandler(path), undefined);
  }
});
