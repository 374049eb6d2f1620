import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import * as zlib from "node:zlib";
import { CompressionThread, compressNow } from "./compression_thread.ts";

const CONTENT = new TextEncoder().encode("once more, ".repeat(10_000));

Deno.test("CompressionThread compresses like compressNow, one content after the other", async () => {
  const thread = new CompressionThread();
  assertEquals(thread.isRunning, false);
  const jobs = [{ coding: "br", level: 5 }, { coding: "gzip", level: 6 }, { coding: "br", level: 1 }] as const;
  const all = await Promise.all(jobs.map((job) => thread.compress(CONTENT, job)));
  all.forEach((octets, index) => {
    assertEquals(octets, new Uint8Array(compressNow(zlib, CONTENT, jobs[index])));
  });
  assertEquals(new Uint8Array(zlib.brotliDecompressSync(all[0]!)), CONTENT);
  assertEquals(new Uint8Array(zlib.gunzipSync(all[1]!)), CONTENT);
  assert(thread.isRunning);
  thread.stop();
});

Deno.test("CompressionThread that fails gives nothing, and works again with the next job", async () => {
  const thread = new CompressionThread({
    program: `onmessage = ({ data }) => {
    if (data.job.level === 1) throw new Error("As asked");
    postMessage(data.content);
  };`,
  });
  assertEquals(await thread.compress(CONTENT, { coding: "br", level: 1 }), undefined);
  assertEquals(thread.isRunning, false);
  assertEquals(await thread.compress(CONTENT, { coding: "br", level: 5 }), CONTENT);
  thread.stop();
});

Deno.test("CompressionThread.stop leaves nobody waiting", async () => {
  const thread = new CompressionThread({ program: "onmessage = () => {};" });
  const never = thread.compress(CONTENT, { coding: "gzip", level: 6 });
  thread.stop();
  assertEquals(await never, undefined);
});

Deno.test("CompressionThread ends when there was no work for a while, and begins anew", async () => {
  const thread = new CompressionThread({ idleMs: 20 });
  for (let turn = 0; turn < 2; turn++) {
    assert(await thread.compress(CONTENT, { coding: "gzip", level: 6 }) !== undefined);
    while (thread.isRunning) await delay(5);
  }
});

Deno.test("CompressionThread waits ten seconds for more work unless it is told otherwise", async () => {
  const thread = new CompressionThread({ program: "onmessage = ({ data }) => postMessage(data.content);" });
  const real = globalThis.setTimeout, waits: (number | undefined)[] = [];
  globalThis.setTimeout = ((ring: () => void, ms?: number) => {
    waits.push(ms);
    return real(ring, ms);
  }) as typeof setTimeout;
  try {
    assertEquals(await thread.compress(CONTENT, { coding: "br", level: 1 }), CONTENT);
    assertEquals(waits, [10_000]);
  } finally {
    globalThis.setTimeout = real;
    thread.stop();
  }
});
