import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { brotliCompressSync, gzipSync } from "node:zlib";
import {
  checkAnswer,
  codingOf,
  fieldOf,
  getRequest,
  type OctetStream,
  readAnswer,
  readAnswers,
  repeated,
  writeAll,
} from "./http_answer.ts";

const ANSWER = "HTTP/1.1 200 OK\r\nX-A: b\r\ncontent-length: 5\r\n\r\nhello";

/** A connection that gives the pieces one read after another, then ends. */
function streamOf(...pieces: string[]): OctetStream {
  const rest = pieces.map((piece) => new TextEncoder().encode(piece));
  return {
    read(buffer) {
      const piece = rest.shift();
      if (piece === undefined) return Promise.resolve(null);
      const count = Math.min(piece.length, buffer.length);
      buffer.set(piece.subarray(0, count));
      if (count < piece.length) rest.unshift(piece.subarray(count));
      return Promise.resolve(count);
    },
    write: () => Promise.reject(new Error("Not for writing")),
  };
}

const octets = (text: string) => new TextEncoder().encode(text);

Deno.test("getRequest is a request-line, Host and an empty line", () => {
  assertEquals(getRequest("/a", "h:1"), octets("GET /a HTTP/1.1\r\nHost: h:1\r\n\r\n"));
});

Deno.test("repeated gives the octets so many times", () => {
  assertEquals(repeated(octets("ab"), 3), octets("ababab"));
  assertEquals(repeated(octets("ab"), 0), octets(""));
});

Deno.test("writeAll goes on after a partial write", async () => {
  let written = "";
  await writeAll({
    read: () => Promise.resolve(null),
    write(part) {
      written += new TextDecoder().decode(part.subarray(0, 2));
      return Promise.resolve(Math.min(2, part.length));
    },
  }, octets("abcde"));
  assertEquals(written, "abcde");
});

Deno.test("readAnswer reads an answer whole and one octet at a time", async () => {
  for (const pieces of [[ANSWER], [...ANSWER]]) {
    const answer = await readAnswer(streamOf(...pieces));
    assertEquals(answer.status, 200);
    assertEquals(answer.head, "HTTP/1.1 200 OK\r\nX-A: b\r\ncontent-length: 5");
    assertEquals(answer.content, octets("hello"));
    assertEquals(answer.sizeBytes, ANSWER.length);
  }
});

Deno.test("readAnswer reads a content that is larger than its first buffer, and an empty one", async () => {
  const content = "x".repeat(100_000);
  const long = await readAnswer(streamOf(`HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n${content}`));
  assertEquals(new TextDecoder().decode(long.content), content);
  assertEquals((await readAnswer(streamOf("HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n"))).status, 404);
});

Deno.test("readAnswer reads a head that is larger than its first buffer", async () => {
  const answer = await readAnswer(
    streamOf(`HTTP/1.1 200 OK\r\nX-Long: ${"y".repeat(4000)}\r\nContent-Length: 5\r\n\r\nhello`),
  );
  assertEquals(answer.content, octets("hello"));
});

Deno.test("readAnswers reads pipelined answers in order, wherever they are cut", async () => {
  const text = ANSWER + ANSWER.replace("200", "404").replace("hello", "there") + ANSWER;
  const expected = [[200, "hello"], [404, "there"], [200, "hello"]];
  for (const pieces of [[text], [...text], [text.slice(0, 60), text.slice(60, 61), text.slice(61)]]) {
    const answers = await readAnswers(streamOf(...pieces), 3);
    assertEquals(answers.map(({ status, content }) => [status, new TextDecoder().decode(content)]), expected);
  }
});

Deno.test("readAnswer fails on an early end, on a surplus, on a missing length, on garbage", async () => {
  await assertRejects(() => readAnswer(streamOf(ANSWER.slice(0, -1))), Error, "cut short");
  await assertRejects(() => readAnswer(streamOf(`${ANSWER}!`)), Error, "after the answer: 1");
  await assertRejects(() => readAnswer(streamOf("HTTP/1.1 200 OK\r\n\r\n")), Error, "without a Content-Length");
  await assertRejects(() => readAnswer(streamOf("hello\r\n\r\n")), Error, "bad status line");
  await assertRejects(() => readAnswer(streamOf("z".repeat(20_000))), Error, "no end of its head");
});

Deno.test("checkAnswer says what is wrong", async () => {
  const answer = await readAnswer(streamOf(ANSWER));
  checkAnswer(answer, octets("hello"));
  assertThrows(() => checkAnswer(answer, octets("hell")), Error, "5 octets of content, not 4");
  assertThrows(() => checkAnswer(answer, octets("hellO")), Error, "differs at octet 4");
  assertThrows(() => checkAnswer({ ...answer, status: 500 }, octets("hello")), Error, "status 500");
});

Deno.test("readAnswers reads chunks and answers without content in between", async () => {
  const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
  const text = `${chunked}HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n${ANSWER}`;
  for (const pieces of [[text], [...text]]) {
    const answers = await readAnswers(streamOf(...pieces), 3);
    const seen = answers.map(({ status, content }) => [status, new TextDecoder().decode(content)]);
    assertEquals(seen, [[200, "hello"], [304, ""], [200, "hello"]]);
  }
});

Deno.test("readAnswer fails on chunks that are none", async () => {
  const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  await assertRejects(() => readAnswer(streamOf(`${head}x\r\n`)), Error, "bad chunk size");
  await assertRejects(() => readAnswer(streamOf(`${head}1\r\nabc\r\n`)), Error, "does not end");
});

Deno.test("checkAnswer undoes the coding, and refuses one that it does not know", () => {
  const codings = { gzip: gzipSync("hello"), br: brotliCompressSync("hello"), identity: octets("hello") };
  for (const [coding, content] of Object.entries(codings)) {
    const head = coding === "identity" ? "HTTP/1.1 200 OK" : `HTTP/1.1 200 OK\r\nContent-Encoding: ${coding}`;
    const answer = { status: 200, head, content: new Uint8Array(content), sizeBytes: 0 };
    assertEquals(codingOf(answer), coding);
    checkAnswer(answer, octets("hello"));
    assertThrows(() => checkAnswer(answer, octets("hellO")), Error, "differs at octet 4");
  }
  const head = "HTTP/1.1 200 OK\r\ncontent-encoding: lzma";
  assertThrows(() => checkAnswer({ status: 200, head, content: octets(""), sizeBytes: 0 }, octets("")), Error, "lzma");
});

Deno.test("fieldOf finds a field whatever its case, and nothing in another's value", () => {
  const head = 'HTTP/1.1 200 OK\r\nVia: etag: x\r\nETag:  "a"';
  assertEquals(fieldOf(head, "etag"), '"a"');
  assertEquals(fieldOf(head, "date"), undefined);
});
