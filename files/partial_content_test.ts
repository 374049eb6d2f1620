import { assert, assertEquals, assertMatch } from "@std/assert";
import { FIELD, type FieldId } from "../http1/message.ts";
import { prepareVariant, type Variant } from "./file_entry.ts";
import type { OpenFile } from "./file_store.ts";
import { memoryFiles } from "./memory_files.ts";
import { joinedSegments, partialAnswer, SegmentSlice } from "./partial_content.ts";

const CONTENT = new TextEncoder().encode("0123456789".repeat(100));

function variant(status: 200 | 404 = 200): Variant {
  const info = { sizeBytes: 1_000, mtimeMs: 0, changedMs: 0, links: 1, version: "1" };
  const source = { path: "a", info, isSettled: true, digest: "d", language: undefined, content: CONTENT };
  return prepareVariant(source, "identity", status, {
    "Content-Type": "text/plain",
    "Vary": "X",
    "Cache-Control": "no-cache",
  });
}

function answerTo(range: string, ifRange?: string) {
  const values: Record<number, string | undefined> = { [FIELD.range]: range, [FIELD["if-range"]]: ifRange };
  return partialAnswer({ field: (id: FieldId | string) => values[id as FieldId] }, variant());
}

async function opened(text: string): Promise<OpenFile> {
  const found = await memoryFiles({ a: text }).open("a");
  if (found.kind !== "file") throw new Error("There is no file");
  return found.file;
}

Deno.test("partialAnswer gives one part with Content-Range and the validators of the whole (RFC 9110 15.3.7)", () => {
  const answer = answerTo("bytes=10-19");
  assert(answer !== undefined && "segments" in answer);
  assertEquals([answer.status, answer.segments], [206, [{ start: 10, end: 20 }]]);
  assertEquals(answer.fields, {
    ...variant().fields,
    "Content-Range": "bytes 10-19/1000",
  });
});

Deno.test("partialAnswer gives several parts, each with its own range and type (RFC 9110 14.6)", () => {
  const answer = answerTo("bytes=0-1,500-501");
  assert(answer !== undefined && "segments" in answer);
  const [, boundary] = /^multipart\/byteranges; boundary=([\w-]{1,70})$/.exec(answer.fields["Content-Type"])!;
  const text = new TextDecoder().decode(joinedSegments(answer.segments, CONTENT));
  const part = (range: string, octets: string) =>
    `--${boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes ${range}/1000\r\n\r\n${octets}\r\n`;
  assertEquals(text, `${part("0-1", "01")}${part("500-501", "01")}--${boundary}--\r\n`);
  assertEquals([answer.status, answer.fields["Content-Range"]], [206, undefined]);
});

Deno.test("partialAnswer says how much there is when nothing of what was asked for is (RFC 9110 15.5.17)", () => {
  const answer = answerTo("bytes=1000-");
  assert(answer !== undefined && "head" in answer);
  const head = new TextDecoder().decode(answer.head);
  assertMatch(head, /^HTTP\/1\.1 416 [^]*\r\nContent-Range: bytes \*\/1000\r\n/);
  assertMatch(head, /\r\nVary: X\r\n/);
  assertEquals(/etag|last-modified|cache-control/i.test(head), false);
});

Deno.test("partialAnswer leaves it at the whole where Range is malformed, or If-Range names another version", () => {
  for (const range of ["bytes=5-3", "items=1-2", "bytes="]) assertEquals(answerTo(range), undefined);
  for (const ifRange of ['"x"', 'W/"d"', "Sun, 06 Nov 1994 08:49:37 GMT"]) {
    assertEquals(answerTo("bytes=0-1", ifRange), undefined);
  }
  assert(answerTo("bytes=0-1", '"d"') !== undefined);
});

Deno.test("joinedSegments does not copy a single part", () => {
  const joined = joinedSegments([{ start: 2, end: 5 }], CONTENT);
  assertEquals([joined.buffer === CONTENT.buffer, new TextDecoder().decode(joined)], [true, "234"]);
});

Deno.test("SegmentSlice reads given octets and parts of the file, however little room there is", async () => {
  const file = await opened("abcdefghij");
  const segments = [
    new TextEncoder().encode("<<"),
    { start: 7, end: 10 },
    new Uint8Array(),
    { start: 0, end: 2 },
    new TextEncoder().encode(">"),
  ];
  for (const room of [1, 2, 100]) {
    const slice = new SegmentSlice(file, file.info, segments);
    assertEquals(slice.remaining, 8);
    let text = "";
    while (slice.remaining > 0) {
      const into = new Uint8Array(room);
      const left = slice.remaining, count = await slice.read(into);
      // Nothing read would mean that the file has ended.
      assertEquals([count > 0, slice.remaining], [true, left - count]);
      text += new TextDecoder().decode(into.subarray(0, count));
    }
    assertEquals(text, "<<hijab>");
  }
});

Deno.test("SegmentSlice reads no octet behind a part, however the rooms for it come", async () => {
  const file = await opened("abcdefghij"), slice = new SegmentSlice(file, file.info, [{ start: 2, end: 6 }]);
  const text = async (room: number) => {
    const into = new Uint8Array(room);
    return new TextDecoder().decode(into.subarray(0, await slice.read(into)));
  };
  assertEquals([await text(3), await text(100), slice.remaining], ["cde", "f", 0]);
});

Deno.test("SegmentSlice gives 0 when the file ends before it does, and tells that it changed", async () => {
  const file = await opened("abc");
  const shorter: OpenFile = { ...file, currentInfo: () => Promise.resolve({ ...file.info, sizeBytes: 2 }) };
  const slice = new SegmentSlice(shorter, file.info, [{ start: 0, end: 5 }]);
  assertEquals(await slice.read(new Uint8Array(10)), 3);
  assertEquals([await slice.read(new Uint8Array(10)), slice.remaining], [0, 2]);
  assertEquals(await slice.isUnchanged(), false);
  assertEquals(await new SegmentSlice(file, file.info, []).isUnchanged(), true);
});
