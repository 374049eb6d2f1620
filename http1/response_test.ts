import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { octetsOf, textOf } from "./cases/play.ts";
import type { FileSlice } from "./message.ts";
import { fieldProblem, plainResponse, prepareResponse, withContent } from "./response.ts";

const STREAM: AsyncIterable<Uint8Array> = {
  async *[Symbol.asyncIterator]() {},
};

function slice(remaining: number): FileSlice {
  return { remaining, read: () => Promise.resolve(0), isUnchanged: () => Promise.resolve(true), close: () => {} };
}

Deno.test("prepareResponse makes a head of status, fields in their order, and the content's length", () => {
  const { status, head, contentLength, content } = prepareResponse(200, {
    fields: { "Content-Type": "text/html", "ETag": '"1"', "X-Tab": "a\tb", "X-Latin": "caf\xe9" },
    content: octetsOf("hello"),
  });
  assertEquals(
    textOf(head),
    'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: "1"\r\nX-Tab: a\tb\r\nX-Latin: caf\xe9\r\nContent-Length: 5\r\n',
  );
  assertEquals([status, contentLength, textOf(content as Uint8Array)], [200, 5, "hello"]);
});

Deno.test("prepareResponse knows the length of what it is given, but for a stream", () => {
  const cases = [[null, 0], [octetsOf(""), 0], [octetsOf("abc"), 3], [slice(5), 5], [STREAM, undefined]] as const;
  for (const [content, length] of cases) {
    const response = prepareResponse(200, { content });
    assertEquals(response.contentLength, length);
    const field = length === undefined ? "" : `Content-Length: ${length}\r\n`;
    assertEquals(textOf(response.head), `HTTP/1.1 200 OK\r\n${field}`);
  }
});

Deno.test("prepareResponse gives 204 and 304 no Content-Length (RFC 9110 8.6)", () => {
  for (const [status, line] of [[204, "204 No Content"], [304, "304 Not Modified"]] as const) {
    assertEquals(textOf(prepareResponse(status, { content: octetsOf("x") }).head), `HTTP/1.1 ${line}\r\n`);
  }
});

Deno.test("prepareResponse keeps the space behind a status code without a name (RFC 9112 4)", () => {
  assertEquals(textOf(prepareResponse(299).head), "HTTP/1.1 299 \r\nContent-Length: 0\r\n");
});

Deno.test("prepareResponse lets no control character, and nothing but Latin-1, into a field's value", () => {
  const CONTROLS = Array.from({ length: 32 }, (_, i) => String.fromCharCode(i)).filter((char) => char !== "\t");
  for (const char of [...CONTROLS, "\x7f", "\u0100", "\u010d\u010a", "\u{1f600}", "\ud800"]) {
    for (const value of [char, `a${char}`, `${char}a`, `a${char}Set-Cookie: b`]) {
      assertThrows(() => prepareResponse(200, { fields: { Location: value } }), TypeError, "Cannot send");
    }
  }
  assertThrows(() => prepareResponse(200, { fields: { Location: "/a\r\nSet-Cookie: b=c" } }), TypeError);
});

Deno.test("prepareResponse lets nothing but tokens be field names", () => {
  for (const name of ["", " ", "a b", "a:", "a\r\n", "a\n", "\x00", "caf\xe9", "(a)", "\u212a"]) {
    assertThrows(() => prepareResponse(200, { fields: { [name]: "x" } }), TypeError, "Cannot send a field named");
  }
});

Deno.test("plainResponse says status, name and reason as UTF-8, and is not sniffed", () => {
  const { head, content } = plainResponse(405, "caf\u00e9", { Allow: "GET, HEAD" });
  assertEquals(textOf(content as Uint8Array), "405 Method Not Allowed: caf\xc3\xa9\n");
  assertEquals(
    textOf(head),
    "HTTP/1.1 405 Method Not Allowed\r\nContent-Type: text/plain; charset=utf-8\r\n" +
      "X-Content-Type-Options: nosniff\r\nAllow: GET, HEAD\r\nContent-Length: 30\r\n",
  );
  assertEquals(textOf(plainResponse(404).content as Uint8Array), "404 Not Found\n");
});

Deno.test("withContent shares the head, and takes content of the announced length only", () => {
  const prepared = prepareResponse(200, { contentLength: 5 });
  for (const content of [octetsOf("hello"), slice(5)]) {
    const response = withContent(prepared, content);
    assertStrictEquals(response.head, prepared.head);
    assertEquals([response.status, response.contentLength], [200, 5]);
    assertStrictEquals(response.content, content);
  }
  for (const content of [octetsOf("hell"), slice(6)]) assertThrows(() => withContent(prepared, content), RangeError);
});

Deno.test("fieldProblem says why a field cannot be added, and nothing of one that can", () => {
  assertEquals(fieldProblem("X-A", "b"), undefined);
  assertEquals(fieldProblem("Date", "b"), '"Date" is set by the server itself');
  assertEquals(fieldProblem("content-length", "1"), '"content-length" is set by the server itself');
  assertEquals(fieldProblem("X A", "b"), '"X A: b" is no field');
  assertEquals(fieldProblem("X-A", "a\nb"), '"X-A: a\nb" is no field');
  assertEquals(fieldProblem("Content-Length-X", "1"), undefined);
});
