import { assert, assertEquals, assertFalse, assertMatch, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { octetsOf, textOf } from "./cases/play.ts";
import { DEFAULT_LIMITS, type HttpResponse } from "./message.ts";
import { plainResponse, prepareResponse } from "./response.ts";
import { type Answer, isChunked, ResponseWriter } from "./response_writer.ts";

const COMMON = "Server: siesta\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
const ANSWER: Answer = { isHead: false, minorVersion: 1, persistent: true, commonFields: octetsOf(COMMON) };
const STREAM: AsyncIterable<Uint8Array> = {
  async *[Symbol.asyncIterator]() {},
};
const SLICE = {
  remaining: 5,
  read: () => Promise.resolve(0),
  isUnchanged: () => Promise.resolve(true),
  close: () => {},
};

function writer(batchBytesMax = DEFAULT_LIMITS.batchBytesMax): ResponseWriter {
  return new ResponseWriter({ ...DEFAULT_LIMITS, batchBytesMax });
}

/** The octets of one response that fits the batch. */
function written(response: HttpResponse, answer: Partial<Answer> = {}): string {
  const one = writer();
  one.append(response, { ...ANSWER, ...answer });
  return taken(one);
}

/** What is in the batch, which is empty then. */
function taken(writer: ResponseWriter): string {
  const text = textOf(writer.take());
  writer.release();
  return text;
}

// --- ResponseWriter.append -------------------------------------------------------------------------------------------

const PAGE = prepareResponse(200, { content: octetsOf("page") });
const PAGE_HEAD = `HTTP/1.1 200 OK\r\nContent-Length: 4\r\n${COMMON}`;

Deno.test("ResponseWriter.append adds what differs from answer to answer behind the prepared head", () => {
  assertEquals(written(PAGE), `${PAGE_HEAD}\r\npage`);
  assertEquals(written(PAGE, { persistent: false }), `${PAGE_HEAD}Connection: close\r\n\r\npage`);
  assertEquals(written(PAGE, { minorVersion: 0 }), `${PAGE_HEAD}Connection: keep-alive\r\n\r\npage`);
  assertEquals(written(PAGE, { minorVersion: 0, persistent: false }), `${PAGE_HEAD}Connection: close\r\n\r\npage`);
});

Deno.test("ResponseWriter.append takes the content of HEAD, 204 and 304 away, whatever it is", () => {
  for (const content of [octetsOf("text"), SLICE, STREAM, null]) {
    for (const [status, isHead] of [[200, true], [404, true], [204, false], [304, false]] as const) {
      const one = writer(), answer = { ...ANSWER, isHead };
      assertEquals(one.append(prepareResponse(status, { content }), answer), null);
      assert(taken(one).endsWith("\r\n\r\n"));
    }
  }
});

Deno.test("ResponseWriter.append leaves a shared response as it was", () => {
  const before = textOf(PAGE.head);
  const texts = [written(PAGE, { persistent: false }), written(PAGE, { isHead: true }), written(PAGE)];
  assertEquals([texts[2], textOf(PAGE.head), textOf(PAGE.content as Uint8Array)], [
    `${PAGE_HEAD}\r\npage`,
    before,
    "page",
  ]);
});

Deno.test("ResponseWriter.append gives content back that does not go into the batch", () => {
  for (const content of [SLICE, STREAM]) {
    const one = writer();
    assertStrictEquals(one.append(prepareResponse(200, { content }), ANSWER), content);
    assert(taken(one).endsWith("\r\n\r\n"));
  }
  const long = octetsOf("x".repeat(2_000)), one = writer(2_000);
  assertStrictEquals(one.append(prepareResponse(200, { content: long }), ANSWER), long);
  assert(taken(one).endsWith("\r\n\r\n"));
});

Deno.test("ResponseWriter.fits says what append does", () => {
  for (let length = 0; length < 2_000; length += 7) {
    const one = writer(1_000), response = prepareResponse(200, { content: octetsOf("x".repeat(length)) });
    if (length % 2 === 0) one.append(PAGE, ANSWER);
    const fits = one.fits(response);
    assertEquals(one.append(response, ANSWER) === null, fits, `${length} octets`);
    if (fits) assert(one.length <= 1_000, `${one.length} octets in the batch`);
    one.release();
  }
  assertFalse(writer().fits(prepareResponse(200, { content: SLICE })));
  assertFalse(writer().fits(prepareResponse(200, { content: STREAM })));
});

Deno.test("isChunked is true of content of unknown length to HTTP/1.1, and never of 204 and 304 (RFC 9112 6.1)", () => {
  const stream = prepareResponse(200, { content: STREAM });
  assertEquals([isChunked(stream, ANSWER), isChunked(PAGE, ANSWER)], [true, false]);
  assertFalse(isChunked(stream, { ...ANSWER, minorVersion: 0 }));
  for (const status of [204, 304]) assertFalse(isChunked(prepareResponse(status, { content: STREAM }), ANSWER));
  assertEquals(written(stream), `HTTP/1.1 200 OK\r\n${COMMON}Transfer-Encoding: chunked\r\n\r\n`);
  assertEquals(
    written(stream, { minorVersion: 0, persistent: false }),
    `HTTP/1.1 200 OK\r\n${COMMON}Connection: close\r\n\r\n`,
  );
});

// --- the batch -------------------------------------------------------------------------------------------------------

Deno.test("ResponseWriter collects answers of any size in order, while the batch grows", () => {
  for (const sizes of [[0, 0, 0], [10, 5_000, 3, 20_000, 1], [60_000, 1], Array(500).fill(7), [3_800, 3_800, 12_000]]) {
    const one = writer();
    let expected = "";
    sizes.forEach((size: number, i: number) => {
      const text = String.fromCharCode(97 + i % 26).repeat(size);
      const response = prepareResponse(200, { content: octetsOf(text) });
      assertEquals(one.append(response, ANSWER), null);
      expected += `HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n${COMMON}\r\n${text}`;
      assertEquals(one.length, expected.length);
    });
    assertEquals(taken(one) === expected, true, `${sizes}`);
    assertEquals(one.length, 0);
  }
});

Deno.test("ResponseWriter holds no batch while it has nothing to send", () => {
  const one = writer();
  one.append(prepareResponse(200), ANSWER);
  const { buffer } = one.take();
  one.release();
  one.release();
  const other = writer();
  other.append(prepareResponse(200), ANSWER);
  // The one gave it back, and gave it back once.
  assertStrictEquals(other.take().buffer, buffer);
  one.append(prepareResponse(200), ANSWER);
  assertNotStrictEquals(one.take().buffer, buffer);
  one.release();
  other.release();
});

/** What a writer sends for these, in one batch. */
function sent(...answers: [response: HttpResponse, answer: Answer][]): string {
  const one = writer();
  for (const [response, answer] of answers) one.append(response, answer);
  return taken(one);
}

Deno.test("ResponseWriter sends the same octets whether an answer is put together or kept whole", () => {
  const contents = [null, octetsOf(""), octetsOf("page"), octetsOf("x".repeat(16_000)), octetsOf("y".repeat(20_000))];
  for (const content of contents) {
    for (const status of [200, 204, 304, 404]) {
      const response = prepareResponse(status, { fields: { ETag: '"a"' }, content });
      const first = sent([response, ANSWER]);
      assertEquals(sent([response, ANSWER]), first);
      assertEquals(sent([response, ANSWER]), first);
      assertEquals(sent([response, ANSWER], [PAGE, ANSWER], [response, ANSWER]), first + sent([PAGE, ANSWER]) + first);
      for (const other of [{ isHead: true }, { minorVersion: 0 as const }, { persistent: false }]) {
        const answer = { ...ANSWER, ...other };
        const fresh = prepareResponse(status, { fields: { ETag: '"a"' }, content });
        assertEquals(sent([response, answer]), sent([fresh, answer]));
      }
    }
  }
});

Deno.test("ResponseWriter gives out one array for an answer that is asked for again in the same second, not in the next", () => {
  const response = prepareResponse(200, { content: octetsOf("page") });
  const one = writer(), other = writer();
  for (const each of [one, one, other]) {
    each.release();
    each.append(response, ANSWER);
  }
  assertStrictEquals(one.take(), other.take());
  const next = { ...ANSWER, commonFields: octetsOf("Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n") };
  const second = sent([response, next]);
  assertMatch(second, /08:49:38/);
  assertEquals(sent([response, next]), second);
});

Deno.test("ResponseWriter never gives a batch to two, and leaves no octet of one answer in another", () => {
  const writers = Array.from({ length: 200 }, () => writer());
  for (let round = 0; round < 3; round++) {
    writers.forEach((one, i) => {
      const text = `${round}-${i} `.repeat(1 + (i * 37 + round * 101) % 1_500);
      one.append(prepareResponse(200, { content: octetsOf(text) }), ANSWER);
      one.append(PAGE, ANSWER);
    });
    assertEquals(new Set(writers.map((one) => one.take().buffer)).size, writers.length);
    writers.forEach((one, i) => {
      const text = `${round}-${i} `.repeat(1 + (i * 37 + round * 101) % 1_500);
      const head = `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n${COMMON}\r\n`;
      assertEquals(taken(one), `${head}${text}${PAGE_HEAD}\r\npage`);
    });
  }
});

// --- interim answers, chunks, the probe ------------------------------------------------------------------------------

Deno.test("ResponseWriter.appendInterim adds a head without fields (RFC 9110 15.2.1)", () => {
  const one = writer();
  one.append(PAGE, ANSWER);
  one.appendInterim(100);
  assertEquals(taken(one), `${PAGE_HEAD}\r\npageHTTP/1.1 100 Continue\r\n\r\n`);
});

Deno.test("ResponseWriter.appendChunk frames pieces of any size (RFC 9112 7.1)", () => {
  for (
    const [size, line] of [[1, "1"], [9, "9"], [10, "a"], [255, "ff"], [4_096, "1000"], [100_000, "186a0"]] as const
  ) {
    const one = writer(), text = "x".repeat(size);
    one.appendChunk(octetsOf(text));
    assertEquals(taken(one) === `${line}\r\n${text}\r\n`, true, `${size} octets`);
  }
});

Deno.test("ResponseWriter.appendChunk adds nothing for an empty piece, which would be the last chunk", () => {
  const one = writer();
  one.appendChunk(new Uint8Array());
  assertEquals(one.length, 0);
  one.appendChunk(octetsOf("a"));
  one.appendChunk(new Uint8Array());
  one.appendLastChunk();
  one.append(PAGE, ANSWER);
  assertEquals(taken(one), `1\r\na\r\n0\r\n\r\n${PAGE_HEAD}\r\npage`);
});

Deno.test("ResponseWriter.probe gives the beginning of the next answer, octet by octet, and as far as it is sure", () => {
  for (let count = 0; count <= 12; count++) {
    for (const response of [PAGE, plainResponse(500), prepareResponse(204)]) {
      const one = writer();
      let ahead = "";
      for (let i = 0; i < count; i++) {
        const octet = one.probe();
        assertEquals(octet?.length, i < 9 ? 1 : undefined);
        if (octet !== undefined) ahead += textOf(octet);
      }
      one.append(response, ANSWER);
      one.append(PAGE, ANSWER);
      assertEquals(ahead + taken(one), written(response) + `${PAGE_HEAD}\r\npage`, `${count} octets ahead`);
      assertEquals(textOf(one.probe()!), "H", "The next answer begins anew");
    }
  }
});
