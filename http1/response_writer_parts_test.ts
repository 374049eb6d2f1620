import { assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { octetsOf, textOf } from "./cases/play.ts";
import { withHeadroom } from "./headroom.ts";
import { DEFAULT_LIMITS, type FileSlice, type HttpResponse } from "./message.ts";
import { prepareResponse } from "./response.ts";
import { type Answer, ResponseWriter } from "./response_writer.ts";

const ANSWER: Answer = { isHead: false, minorVersion: 1, persistent: true, commonFields: octetsOf("Date: x\r\n") };

function slice(remaining: number): FileSlice {
  return { remaining, read: () => Promise.resolve(0), isUnchanged: () => Promise.resolve(true), close: () => {} };
}

/** The array that goes out for one answer, put together or kept whole. */
function taken(response: HttpResponse, batchBytesMax = DEFAULT_LIMITS.batchBytesMax): Uint8Array {
  const writer = new ResponseWriter({ ...DEFAULT_LIMITS, batchBytesMax });
  assertEquals(writer.append(response, ANSWER), null);
  const octets = writer.take();
  writer.release();
  return octets;
}

Deno.test("Of content of up to 16,384 octets a copy is kept with its head, longer content is put together each time", () => {
  for (const [bytes, isKept] of [[16_384, true], [16_385, false]] as const) {
    const response = prepareResponse(200, { content: new Uint8Array(bytes) });
    taken(response);
    const [second, third] = [taken(response), taken(response)];
    if (isKept) assertStrictEquals(second, third);
    else assertNotStrictEquals(second, third);
  }
});

Deno.test("Content with headroom goes out as it lies, from the first time on and however long it is", () => {
  const content = withHeadroom(100_000).fill(0x61);
  const response = prepareResponse(200, { content }), writer = new ResponseWriter(DEFAULT_LIMITS);
  assertEquals(writer.fits(response), true);
  assertEquals(writer.append(response, ANSWER), null);
  const octets = writer.take();
  assertStrictEquals(octets.buffer, content.buffer);
  assertEquals(textOf(octets), `HTTP/1.1 200 OK\r\nContent-Length: 100000\r\nDate: x\r\n\r\n${"a".repeat(100_000)}`);
  // Behind it nothing that long fits the batch.
  assertEquals(writer.fits(response), false);
  assertStrictEquals(writer.append(response, ANSWER), content);
});

Deno.test("Content with headroom is not written over while it goes out, nor kept from it by a connection that broke", () => {
  const content = withHeadroom(5);
  content.set(octetsOf("hello"));
  const response = prepareResponse(200, { content });
  const [slow, fast] = [new ResponseWriter(DEFAULT_LIMITS), new ResponseWriter(DEFAULT_LIMITS)];
  slow.append(response, ANSWER);
  const going = slow.take(), before = textOf(going);
  for (const second of ["y", "z"]) {
    fast.append(response, { ...ANSWER, commonFields: octetsOf(`Date: ${second}\r\n`) });
    assertEquals(textOf(fast.take()), before.replace("Date: x", `Date: ${second}`));
    fast.release();
  }
  assertEquals(textOf(going), before);
  slow.letGo();
  fast.append(response, { ...ANSWER, commonFields: octetsOf("Date: u\r\n") });
  assertStrictEquals(fast.take().buffer, content.buffer);
});

Deno.test("A slice or a stream is never kept whole, nor fits a batch; 204 and 304 lose what they have", () => {
  const response = prepareResponse(200, { content: slice(5) }), writer = new ResponseWriter(DEFAULT_LIMITS);
  for (let i = 0; i < 3; i++) assertStrictEquals(writer.append(response, ANSWER), response.content);
  assertEquals(writer.fits(response), false);
  assertEquals(writer.fits(prepareResponse(200)), true);
  writer.release();
  const none = prepareResponse(304, { content: octetsOf("never") });
  for (let i = 0; i < 3; i++) assertEquals(textOf(taken(none)), "HTTP/1.1 304 Not Modified\r\nDate: x\r\n\r\n");
});

Deno.test("A whole answer joins a batch up to its bound, and one octet more goes out by itself", () => {
  const response = prepareResponse(200, { content: octetsOf("x".repeat(100)) });
  const bytes = taken(response).length;
  taken(response); // from now on it is kept whole
  for (const [batchBytesMax, content] of [[2 * bytes, null], [2 * bytes - 1, response.content]] as const) {
    const writer = new ResponseWriter({ ...DEFAULT_LIMITS, batchBytesMax });
    assertEquals(writer.append(response, ANSWER), null);
    assertEquals(writer.append(response, ANSWER), content);
    writer.release();
  }
});

Deno.test("A response fits a batch with 256 octets for what is added to its head, and not with one octet less", () => {
  const content = octetsOf("hello");
  for (const response of [prepareResponse(200, { content }), prepareResponse(204)]) {
    const bytes = response.head.length + 256 + (response.content === null ? 0 : content.length);
    for (const [batchBytesMax, fits] of [[bytes, true], [bytes - 1, false]] as const) {
      const writer = new ResponseWriter({ ...DEFAULT_LIMITS, batchBytesMax });
      assertEquals(writer.fits(response), fits);
      // A head is added in any case.
      const rest = writer.append(response, { ...ANSWER, persistent: false });
      assertStrictEquals(rest, fits ? null : response.content);
      writer.release();
    }
  }
});
