/** What a request tells by a comparison of octets must be what the octets say. */
import { assertEquals } from "@std/assert";
import { octetsOf } from "./cases/play.ts";
import { DEFAULT_LIMITS, FIELD } from "./message.ts";
import type { RequestSource } from "./parsed_request.ts";
import { RequestParser } from "./request_parser.ts";

const SOURCE: RequestSource = {
  peer: { address: "192.0.2.1", port: 50_000, secure: false },
  signal: new AbortController().signal,
  readContent: () => Promise.resolve(undefined),
};

function fed(text: string): RequestParser {
  const parser = new RequestParser(DEFAULT_LIMITS, SOURCE), octets = octetsOf(text);
  parser.space().set(octets);
  parser.commit(octets.length);
  return parser;
}

const methodOf = (method: string) => fed(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`).next()?.method;

Deno.test("A method is what came: none that differs from GET or HEAD in one octet is taken for it", () => {
  const octets = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~";
  for (const usual of ["GET", "HEAD"]) {
    for (let at = 0; at < usual.length; at++) {
      for (const octet of octets) {
        const method = usual.slice(0, at) + octet + usual.slice(at + 1);
        assertEquals(methodOf(method), method);
      }
    }
    assertEquals([methodOf(`${usual}S`), methodOf(usual.slice(1))], [`${usual}S`, usual.slice(1)]);
  }
});

Deno.test("A method is not mixed up with the octets before it", () => {
  for (const [content, method] of [["TE", "GOT"], ["TE", "GEM"], ["xG", "ET"]]) {
    const head = (method: string, length: number) =>
      `${method} / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`;
    const parser = fed(head("POST", content.length) + content + head(method, 0));
    assertEquals([parser.next()?.method, parser.content(), parser.next()?.method], [
      ...["POST", octetsOf(content), method],
    ]);
  }
});

Deno.test("HttpRequest.has tells for each recognised field whether it came, and for no other", () => {
  for (const name of Object.keys(FIELD) as (keyof typeof FIELD)[]) {
    if (name === "transfer-encoding" || name === "expect") continue;
    const value = name === "content-length" ? "0" : "x";
    const request = fed(`GET / HTTP/1.0\r\n${name}: ${value}\r\n\r\n`).next()!;
    const there = Object.values(FIELD).filter((id) => request.has(id));
    assertEquals(there, [FIELD[name]], name);
  }
});

Deno.test("RequestParser says what it has not looked at, whether it is empty, and whether a head is asked for", () => {
  const parser = fed("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET /");
  assertEquals([parser.isEmpty, parser.pendingBytes, parser.isHead], [false, 33, false]);
  parser.next();
  assertEquals([parser.isEmpty, parser.pendingBytes, parser.isHead], [false, 5, true]);
  assertEquals([parser.next(), parser.isEmpty, parser.pendingBytes, parser.isHead], [undefined, false, 0, false]);
  const blank = fed("\r\n");
  assertEquals([blank.next(), blank.isEmpty], [undefined, true]);
  const half = fed("\r");
  assertEquals([half.next(), half.isEmpty], [undefined, false]);
});

Deno.test("RequestParser refuses to go on before the content of the last request is read", () => {
  const parser = fed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na");
  parser.next();
  let message = "";
  try {
    parser.next();
  } catch (error) {
    message = (error as Error).message;
  }
  assertEquals(message, "Cannot parse a request before the content of the last one is read");
});

Deno.test("RequestParser.content gives pieces that have octets, and nothing while there are none", () => {
  const parser = fed("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n");
  parser.next();
  assertEquals([parser.content(), parser.contentDone], [undefined, false]);
  parser.space().set(octetsOf("hello\r\n0\r\n\r\n"));
  parser.commit(12);
  assertEquals([parser.content(), parser.contentDone], [octetsOf("hello"), false]);
  assertEquals([parser.content(), parser.contentDone], [undefined, true]);
});

Deno.test("A CONNECT ends its connection whatever it says of that, and may come with an empty Host", () => {
  const connect = (fields: string) => fed(`CONNECT a.example:443 HTTP/1.1\r\n${fields}\r\n`).next()!;
  assertEquals(connect("Host: a.example:443\r\nConnection: keep-alive\r\n").persistent, false);
  assertEquals(connect("Host:\r\n").path.length > 0, true);
  assertEquals(fed("OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n").next()?.path, "*");
});
