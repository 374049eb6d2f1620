import { assertEquals } from "@std/assert";
import type { FileInfo, OpenFile } from "./file_store.ts";
import { isSettled, readWhole, steadyInfo, SYSTEM_TIME, type Time } from "./steady_read.ts";

/** A file that others write, in a time that passes only when somebody waits. */
class WrittenFile implements OpenFile, Time {
  content = "";
  mtimeMs = 0;
  links = 1;
  changedMs = 0;
  nowMs = 1_000_000;
  /** What happens at a time. */
  readonly plan: [atMs: number, happens: () => void][] = [];
  onRead: () => void = () => {};
  #offset = 0;

  write(content: string, atMs: number): void {
    this.content = content;
    this.mtimeMs = atMs;
    this.changedMs = Math.floor(atMs / 1_000) * 1_000;
  }

  get info(): FileInfo {
    const { content, mtimeMs, changedMs, links } = this;
    return {
      sizeBytes: content.length,
      mtimeMs,
      changedMs,
      links,
      version: `${content.length}-${mtimeMs}-${changedMs}`,
    };
  }

  currentInfo = () => Promise.resolve(this.info);
  seek = (offset: number) => Promise.resolve(void (this.#offset = offset));
  close(): void {}

  read(into: Uint8Array): Promise<number> {
    // Two octets at a time, so that others can write in between.
    const piece = this.content.slice(this.#offset, this.#offset + Math.min(2, into.length));
    into.set(new TextEncoder().encode(piece));
    this.#offset += piece.length;
    this.onRead();
    return Promise.resolve(piece.length);
  }

  now = () => this.nowMs;

  wait(ms: number): Promise<void> {
    this.nowMs += ms;
    for (const [atMs, happens] of this.plan) if (atMs <= this.nowMs && atMs > this.nowMs - ms) happens();
    return Promise.resolve();
  }
}

async function readSteady(file: WrittenFile): Promise<string | undefined> {
  const info = await steadyInfo(file, file);
  const content = info && await readWhole(file, info);
  return content && new TextDecoder().decode(content);
}

Deno.test("steadyInfo waits until the last write is further back than two writes can look the same", async () => {
  const file = new WrittenFile();
  file.write("aaaa", file.nowMs - 1);
  file.plan.push([file.nowMs + 10, () => file.write("bbbb", file.nowMs)]);
  assertEquals(await readSteady(file), "bbbb");
  assertEquals(file.nowMs >= 1_000_010 + 21, true);
});

Deno.test("steadyInfo does not wait for a file that rests", async () => {
  const file = new WrittenFile();
  file.write("aaaa", file.nowMs - 22);
  assertEquals(await readSteady(file), "aaaa");
  assertEquals(file.nowMs, 1_000_000);
});

Deno.test("steadyInfo waits longer for a longer file, since one write may take so long", async () => {
  const file = new WrittenFile();
  file.write("a".repeat(1_000_000), file.nowMs - 22);
  await steadyInfo(file, file);
  assertEquals(file.nowMs, 1_000_000 + 9);
});

Deno.test("steadyInfo gives up a file that never rests", async () => {
  const file = new WrittenFile();
  file.write("aaaa", file.nowMs);
  for (let ms = 0; ms < 5_000; ms += 5) file.plan.push([file.nowMs + ms, () => file.write("bbbb", file.nowMs)]);
  assertEquals(await steadyInfo(file, file), undefined);
  assertEquals(file.nowMs < 1_002_000, true);
});

Deno.test("steadyInfo does not wait for a modification that lies in the future", async () => {
  const file = new WrittenFile();
  file.write("aaaa", file.nowMs + 3_600_000);
  assertEquals(await readSteady(file), "aaaa");
  assertEquals(file.nowMs, 1_000_000);
});

for (
  const [what, change] of [
    ["rewritten", (file: WrittenFile) => file.write("BBBB", file.nowMs)],
    ["appended to", (file: WrittenFile) => file.write("aaaaB", file.nowMs)],
    ["truncated", (file: WrittenFile) => file.write("a", file.nowMs)],
    ["emptied", (file: WrittenFile) => file.write("", file.nowMs)],
    ["rewritten, and its modification set back", (file: WrittenFile) => {
      const { mtimeMs } = file;
      file.write("BBBB", file.nowMs);
      file.mtimeMs = mtimeMs;
    }],
  ] as const
) {
  Deno.test(`readWhole gives nothing of a file that was ${what} meanwhile`, async () => {
    const file = new WrittenFile();
    file.write("aaaa", 500);
    file.onRead = () => {
      file.onRead = () => {};
      change(file);
    };
    assertEquals(await readSteady(file), undefined);
  });
}

Deno.test("readWhole reads a file to its end that was replaced or deleted meanwhile", async () => {
  const file = new WrittenFile();
  file.write("aaaa", 500);
  file.onRead = () => {
    file.links = 0;
    file.changedMs = file.nowMs;
  };
  assertEquals(await readSteady(file), "aaaa");
});

Deno.test("isSettled is true once every later change has another second", () => {
  const info = { sizeBytes: 1, mtimeMs: 5_900, changedMs: 5_000, links: 1, version: "" };
  assertEquals([7_000, 7_001].map((nowMs) => isSettled(info, nowMs)), [false, true]);
});

Deno.test("steadyInfo takes a modification for somebody's wish when it is further ahead than writes take, and no nearer", async () => {
  for (const [aheadMs, waited] of [[22, false], [21, true]] as const) {
    const file = new WrittenFile();
    file.write("", file.nowMs + aheadMs);
    const startMs = file.nowMs;
    assertEquals([(await steadyInfo(file, file))?.mtimeMs, file.nowMs > startMs], [startMs + aheadMs, waited]);
  }
});

Deno.test("SYSTEM_TIME tells the time, and waits", async () => {
  const before = Date.now(), startMs = performance.now();
  const now = SYSTEM_TIME.now();
  assertEquals([now >= before, now <= Date.now()], [true, true]);
  await SYSTEM_TIME.wait(20);
  assertEquals(performance.now() - startMs > 15, true);
});
