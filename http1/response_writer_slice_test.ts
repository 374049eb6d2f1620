/** Parts of files in the batch: read into it at once, or given back to be sent behind it. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { octetsOf, textOf } from "./cases/play.ts";
import { DEFAULT_LIMITS, type FileSlice } from "./message.ts";
import { prepareResponse } from "./response.ts";
import { type Answer, ResponseWriter } from "./response_writer.ts";

const ANSWER: Answer = { isHead: false, minorVersion: 1, persistent: true, commonFields: octetsOf("Date: x\r\n") };
const TEXT = "what the file has";

/** A slice of a file that can be read at once when a test says so. */
class Slice implements FileSlice {
  readonly remaining = TEXT.length;
  closeCount = 0;
  /** Lengths of the rooms into which it was to be read. */
  readonly rooms: number[] = [];

  constructor(readonly outcome: boolean) {}

  readAllNow(into: Uint8Array): boolean {
    this.rooms.push(into.length);
    // A reading that fails may have written something, which is not to be seen.
    into.set(octetsOf(this.outcome ? TEXT : "half of it"));
    return this.outcome;
  }

  read = () => Promise.resolve(0);
  isUnchanged = () => Promise.resolve(true);

  close(): void {
    this.closeCount++;
  }
}

function written(writer: ResponseWriter): string {
  const text = textOf(writer.take());
  writer.release();
  return text;
}

const HEAD = `HTTP/1.1 200 OK\r\nContent-Length: ${TEXT.length}\r\nDate: x\r\n`;

Deno.test("A slice that can be read at once goes out as content in memory does, and its handle is given back", () => {
  const answers: [Partial<Answer>, string][] = [
    [{}, "\r\n"],
    [{ persistent: false }, "Connection: close\r\n\r\n"],
    [{ minorVersion: 0 }, "Connection: keep-alive\r\n\r\n"],
  ];
  for (const [changes, end] of answers) {
    const answer = { ...ANSWER, ...changes }, slice = new Slice(true), writer = new ResponseWriter(DEFAULT_LIMITS);
    assertEquals(writer.append(prepareResponse(200, { content: slice }), answer), null);
    assertEquals([slice.rooms, slice.closeCount], [[TEXT.length], 1]);
    const octets = written(writer);
    assertEquals(octets, `${HEAD}${end}${TEXT}`);
    writer.append(prepareResponse(200, { content: octetsOf(TEXT) }), answer);
    assertEquals(written(writer), octets);
  }
});

Deno.test("A slice that cannot be read at once is given back open, and leaves nothing but its head in the batch", () => {
  const slice = new Slice(false), writer = new ResponseWriter(DEFAULT_LIMITS);
  assertStrictEquals(writer.append(prepareResponse(200, { content: slice }), ANSWER), slice);
  assertEquals([written(writer), slice.closeCount], [`${HEAD}\r\n`, 0]);
});

Deno.test("Slices and pages take turns in one batch, each behind its own head", () => {
  const writer = new ResponseWriter(DEFAULT_LIMITS), slices = [new Slice(true), new Slice(true)];
  const page = prepareResponse(200, { content: octetsOf("page") });
  for (const response of [...slices.map((content) => prepareResponse(200, { content })), page]) {
    assertEquals([writer.fits(response), writer.append(response, ANSWER)], [true, null]);
  }
  const answer = `${HEAD}\r\n${TEXT}`;
  assertEquals(written(writer), `${answer}${answer}HTTP/1.1 200 OK\r\nContent-Length: 4\r\nDate: x\r\n\r\npage`);
  assertEquals(slices.map(({ closeCount }) => closeCount), [1, 1]);
});

Deno.test("A slice is read into the batch where it fits with its head, and not looked at where it does not", () => {
  const fitting = prepareResponse(200, { content: new Slice(true) });
  const bytes = fitting.head.length + 256 + TEXT.length;
  for (const [batchBytesMax, fits] of [[bytes, true], [bytes - 1, false]] as const) {
    const slice = new Slice(true), writer = new ResponseWriter({ ...DEFAULT_LIMITS, batchBytesMax });
    const response = prepareResponse(200, { content: slice });
    assertEquals(writer.fits(response), fits);
    assertEquals(writer.append(response, ANSWER), fits ? null : slice);
    assertEquals([slice.rooms.length, slice.closeCount], fits ? [1, 1] : [0, 0]);
    writer.release();
  }
});

Deno.test("The slice of a HEAD, a 204 or a 304 is not read: it stays with who made it", () => {
  for (const [status, isHead] of [[200, true], [204, false], [304, false]] as const) {
    const slice = new Slice(true), writer = new ResponseWriter(DEFAULT_LIMITS);
    assertEquals(writer.append(prepareResponse(status, { content: slice }), { ...ANSWER, isHead }), null);
    assertEquals(written(writer).includes(TEXT), false);
    assertEquals([slice.rooms, slice.closeCount], [[], 0]);
  }
});
