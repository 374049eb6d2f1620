/** Slices that are read without a promise: all at once, or not at all. */
import { assertEquals } from "@std/assert";
import type { FileInfo, OpenFile } from "./file_store.ts";
import { type Segment, SegmentSlice } from "./partial_content.ts";

const TEXT = "abcdefghij";
const INFO: FileInfo = { sizeBytes: 10, mtimeMs: 0, changedMs: 0, links: 1, device: 1, inode: 1, version: "1" };

/** How much a call of `readNow` gives at most: `undefined` says that it would hold everybody up. */
type Gift = number | undefined;

/** An open file that reads at once as much as a test says; after the last gift each is as the last. */
class NowFile implements OpenFile {
  readonly info = INFO;
  /** What the handle tells by now. */
  now: FileInfo | undefined = INFO;
  /** Questions to the handle, with and without a promise. */
  readonly asked: string[] = [];
  readonly #gifts: readonly Gift[];
  #given = 0;
  #at = 0;

  constructor(...gifts: Gift[]) {
    this.#gifts = gifts;
  }

  seek(offset: number): void {
    this.#at = offset;
  }

  #read(into: Uint8Array, max: number): number {
    const piece = TEXT.slice(this.#at, this.#at + Math.min(max, into.length));
    into.set(new TextEncoder().encode(piece));
    this.#at += piece.length;
    return piece.length;
  }

  readNow(into: Uint8Array): number | undefined {
    const gift = this.#gifts[Math.min(this.#given++, this.#gifts.length - 1)];
    return gift === undefined ? undefined : this.#read(into, gift);
  }

  read(into: Uint8Array): Promise<number> {
    return Promise.resolve(this.#read(into, Infinity));
  }

  currentInfo(): Promise<FileInfo> {
    this.asked.push("promise");
    return Promise.resolve(this.now ?? INFO);
  }

  currentInfoNow(): FileInfo | undefined {
    this.asked.push("now");
    return this.now;
  }

  close(): void {}
}

function text(octets: Uint8Array): string {
  return new TextDecoder().decode(octets);
}

/** Reads a slice to its end, with promises. */
async function rest(slice: SegmentSlice): Promise<string> {
  let all = "";
  while (slice.remaining > 0) {
    const into = new Uint8Array(4), count = await slice.read(into);
    if (count === 0) return `${all}!`;
    all += text(into.subarray(0, count));
  }
  return all;
}

const WHOLE: readonly Segment[] = [{ start: 0, end: 10 }];
const PARTS: readonly Segment[] = [new TextEncoder().encode("<"), { start: 7, end: 10 }, { start: 0, end: 2 }];

Deno.test("SegmentSlice.readAllNow reads all, in however many pieces the file gives it, and asks the handle once", () => {
  for (const [segments, expected] of [[WHOLE, TEXT], [PARTS, "<hijab"]] as const) {
    for (const gifts of [[Infinity], [1], [3, 2, Infinity]]) {
      const file = new NowFile(...gifts), slice = new SegmentSlice(file, INFO, segments, false);
      const into = new Uint8Array(expected.length);
      assertEquals([slice.readAllNow(into), text(into), slice.remaining], [true, expected, 0]);
      assertEquals(file.asked, ["now"]);
    }
  }
});

Deno.test("SegmentSlice.readAllNow gives up where the file would wait or ends, and reading begins anew", async () => {
  const cases: readonly (readonly Gift[])[] = [[undefined], [0], [4, undefined], [4, 0], [9, undefined]];
  for (const [segments, expected] of [[WHOLE, TEXT], [PARTS, "<hijab"]] as const) {
    for (const gifts of cases) {
      // Of the parts no single one takes as much as the longest gifts, so that they are all read.
      if (segments === PARTS && gifts[0] !== undefined && gifts[0] > 3) continue;
      const file = new NowFile(...gifts), slice = new SegmentSlice(file, INFO, segments, false);
      assertEquals(slice.readAllNow(new Uint8Array(expected.length)), false);
      assertEquals([slice.remaining, file.asked], [expected.length, []]);
      assertEquals(await rest(slice), expected);
    }
  }
});

Deno.test("SegmentSlice.readAllNow gives up where a part was read and the next would wait", async () => {
  const file = new NowFile(3, undefined), slice = new SegmentSlice(file, INFO, PARTS);
  assertEquals([slice.readAllNow(new Uint8Array(6)), slice.remaining], [false, 6]);
  assertEquals(await rest(slice), "<hijab");
});

Deno.test("SegmentSlice.readAllNow does not take what changed while it was read, nor what cannot be asked at once", async () => {
  for (const now of [{ ...INFO, sizeBytes: 9 }, { ...INFO, changedMs: 1 }, { ...INFO, inode: 2 }, undefined]) {
    const file = new NowFile(Infinity), slice = new SegmentSlice(file, INFO, WHOLE);
    file.now = now;
    assertEquals([slice.readAllNow(new Uint8Array(10)), slice.remaining], [false, 10]);
    assertEquals(await rest(slice), TEXT);
  }
});

Deno.test("SegmentSlice.readAllNow takes a file that lost a name, as one does that was replaced", () => {
  const file = new NowFile(Infinity), slice = new SegmentSlice(file, INFO, WHOLE);
  file.now = { ...INFO, changedMs: 1, links: 0 };
  assertEquals(slice.readAllNow(new Uint8Array(10)), true);
});

Deno.test("SegmentSlice.readAllNow does without a file that never reads or tells at once", () => {
  const now = new NowFile(Infinity);
  const slow: OpenFile = { info: INFO, seek: () => {}, read: now.read, currentInfo: now.currentInfo, close: () => {} };
  assertEquals(new SegmentSlice(slow, INFO, WHOLE).readAllNow(new Uint8Array(10)), false);
  const dumb: OpenFile = { ...slow, seek: (at) => now.seek(at), readNow: (into) => now.readNow(into) };
  assertEquals(new SegmentSlice(dumb, INFO, WHOLE).readAllNow(new Uint8Array(10)), false);
});

Deno.test("SegmentSlice.readAllNow leaves an error to whoever waits for the octets", async () => {
  const fail = (): never => {
    throw new Error("Input/output error");
  };
  for (const broken of ["readNow", "currentInfoNow"] as const) {
    const file = new NowFile(Infinity), slice = new SegmentSlice(file, INFO, WHOLE);
    file[broken] = fail;
    assertEquals([slice.readAllNow(new Uint8Array(10)), slice.remaining], [false, 10]);
    assertEquals(await rest(slice), TEXT);
  }
});

Deno.test("SegmentSlice.readAllNow of nothing asks the handle all the same", () => {
  const file = new NowFile(Infinity), slice = new SegmentSlice(file, INFO, []);
  assertEquals([slice.readAllNow(new Uint8Array()), file.asked], [true, ["now"]]);
});

Deno.test("SegmentSlice.readNow gives what is there at once, and counts it", () => {
  const slice = new SegmentSlice(new NowFile(3, undefined, 0, Infinity), INFO, WHOLE), into = new Uint8Array(100);
  assertEquals([slice.readNow(into), slice.remaining, text(into.subarray(0, 3))], [3, 7, "abc"]);
  assertEquals([slice.readNow(into), slice.remaining], [undefined, 7]);
  assertEquals([slice.readNow(into), slice.remaining], [0, 7]);
  assertEquals([slice.readNow(into), slice.remaining, text(into.subarray(0, 7))], [7, 0, "defghij"]);
});

Deno.test("SegmentSlice.readNow copies what is given, and goes on with what the file has", () => {
  const slice = new SegmentSlice(new NowFile(Infinity), INFO, PARTS), into = new Uint8Array(100);
  const read: string[] = [];
  while (slice.remaining > 0) read.push(text(into.subarray(0, slice.readNow(into))));
  assertEquals(read, ["<", "hij", "ab"]);
});

Deno.test("A slice that is not verified reads nothing at once, and asks the handle before its first octet, once", async () => {
  const file = new NowFile(Infinity), slice = new SegmentSlice(file, INFO, WHOLE, false);
  assertEquals([slice.readNow(new Uint8Array(4)), slice.remaining, file.asked], [undefined, 10, []]);
  assertEquals([await slice.read(new Uint8Array(4)), file.asked], [4, ["promise"]]);
  assertEquals([slice.readNow(new Uint8Array(4)), await slice.read(new Uint8Array(4)), file.asked], [4, 2, [
    "promise",
  ]]);
});

Deno.test("A slice of a file that turns out to be another gives nothing, however often it is asked", async () => {
  for (const now of [{ ...INFO, inode: 2 }, { ...INFO, device: 2 }, { ...INFO, sizeBytes: 11 }]) {
    const file = new NowFile(Infinity), slice = new SegmentSlice(file, INFO, WHOLE, false);
    file.now = now;
    assertEquals(slice.readAllNow(new Uint8Array(10)), false);
    for (let i = 0; i < 2; i++) assertEquals([await slice.read(new Uint8Array(10)), slice.remaining], [0, 10]);
    assertEquals(slice.readNow(new Uint8Array(10)), undefined);
  }
});

Deno.test("A slice that was verified when it was opened is not asked about again before its last piece", async () => {
  const file = new NowFile(Infinity), slice = new SegmentSlice(file, INFO, WHOLE);
  assertEquals([await rest(slice), file.asked], [TEXT, []]);
});
