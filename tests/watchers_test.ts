/** A hundred who watch the lab's events and never read: what they cost the server, and the others. */
import { assertLess, assertMatch } from "@std/assert";
import { mayRunPrograms, startProgram } from "./program.ts";
import { RawClient } from "./raw_client.ts";
import { runTool } from "./tools.ts";

const WATCHERS = 100, ROUNDS = 7, REQUESTS = 1_000;
/** Long enough that the events of some seconds fill a stream. */
const TARGET = `/?${"x".repeat(190)}`;

/** Resident memory of a process in megabytes. */
async function residentMb(pid: number): Promise<number> {
  // A tool may look where Deno would want every permission.
  const { stdout } = await runTool("cat", [`/proc/${pid}/status`]);
  return Number(/^VmRSS:\s+([0-9]+)/m.exec(stdout)?.[1]) / 1_000;
}

/** The p99 of one honest visitor's answers, in milliseconds. */
async function p99Ms(port: number): Promise<number> {
  using client = await RawClient.connect(port);
  const times: number[] = [];
  for (let i = 0; i < REQUESTS; i++) {
    const start = performance.now();
    await client.get(TARGET);
    await client.answer();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(0.99 * REQUESTS)];
}

/** Connections that ask for the events, and are not read until somebody does. */
async function watchersOf(port: number): Promise<RawClient[] & Disposable> {
  const watchers: RawClient[] = [];
  for (let i = 0; i < WATCHERS; i++) {
    watchers.push(await RawClient.connect(port));
    await watchers[i].get("/lab/events");
  }
  return Object.assign(watchers, { [Symbol.dispose]: () => watchers.forEach((watcher) => watcher[Symbol.dispose]()) });
}

Deno.test({
  name: "A hundred watchers who never read cost bounded memory, and hold nobody up",
  ignore: !mayRunPrograms || Deno.build.os !== "linux",
  async fn() {
    await using alone = await startProgram(["--lab", "--log", "off"]);
    await using watched = await startProgram(["--lab", "--log", "off"]);
    for (let i = 0; i < 4; i++) await p99Ms(i % 2 === 0 ? alone.port : watched.port); // the code is warm then
    const more: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const aloneMs = await p99Ms(alone.port);
      using _ = await watchersOf(watched.port);
      more.push(await p99Ms(watched.port) - aloneMs);
    }
    const medianMs = more.sort((a, b) => a - b)[ROUNDS >> 1];
    // `bench/watchers.ts` measures what it is; on a machine that has other things to do it can only be bounded.
    assertLess(medianMs, 10, `p99 with watchers beyond that without: ${more.map((ms) => ms.toFixed(2)).join(", ")} ms`);
  },
});

Deno.test({
  name: "A watcher who never reads is sent 256 KiB, and no more, whatever happens",
  ignore: !mayRunPrograms || Deno.build.os !== "linux",
  async fn() {
    await using program = await startProgram(["--lab", "--log", "off"]);
    const { port, child: { pid } } = program;
    for (let i = 0; i < 4; i++) await p99Ms(port);
    const beforeMb = await residentMb(pid);
    using watchers = await watchersOf(port);
    // 250 events a second, each of 290 octets or so: full after four seconds.
    const start = performance.now();
    while (performance.now() - start < 8_000) await p99Ms(port);
    const moreMb = await residentMb(pid) - beforeMb;
    for (const watcher of watchers) {
      const { content = "" } = await watcher.answer() ?? {};
      assertLess(content.length, 300_000);
      assertMatch(content, /^event: end\ndata: {"reason":"long","next":[0-9]+}\n\n$/m);
    }
    // All of it kept for each watcher, with what was not recorded, would be hundreds of megabytes.
    assertLess(moreMb, 60);
  },
});
