/** A hundred who watch the lab's events and never read: what they cost the server, and the others. */
import { assert, assertLess } from "@std/assert";
import { mayRunPrograms, startProgram } from "./program.ts";
import { RawClient } from "./raw_client.ts";
import { runTool } from "./tools.ts";

const WATCHERS = 100, ROUNDS = 2_000;

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
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    await client.get("/");
    await client.answer();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(0.99 * ROUNDS)];
}

Deno.test({
  name: "A hundred watchers who never read cost bounded memory, and hold nobody up",
  ignore: !mayRunPrograms || Deno.build.os !== "linux",
  async fn() {
    await using program = await startProgram(["--lab", "--log", "off"]);
    const { port, child: { pid } } = program;
    for (let i = 0; i < 4; i++) await p99Ms(port); // the code is warm then, and the heap has its size
    const aloneMs = await p99Ms(port), beforeMb = await residentMb(pid);
    const watchers: RawClient[] = [];
    for (let i = 0; i < WATCHERS; i++) {
      const watcher = await RawClient.connect(port);
      await watcher.get("/lab/events");
      watchers.push(watcher);
    }
    const watchedMs = await p99Ms(port), firstMb = await residentMb(pid);
    const againMs = await p99Ms(port), laterMb = await residentMb(pid);
    for (const watcher of watchers) watcher[Symbol.dispose]();
    const mb = [beforeMb, firstMb, laterMb].map((it) => `${it.toFixed(0)} MB`).join(", ");
    const ms = [aloneMs, watchedMs, againMs].map((it) => `${it.toFixed(2)} ms`).join(", ");
    console.log(`before, with ${WATCHERS} watchers, and after ${ROUNDS} more requests: ${mb}; p99 ${ms}`);
    // Twice 2,000 requests make 12,000 events; kept for each watcher they would be 180 MB.
    assertLess(laterMb - beforeMb, 60);
    assert(Math.min(watchedMs, againMs) < aloneMs + 25, ms);
  },
});
