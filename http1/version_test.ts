import { assertEquals } from "@std/assert";
import { ProtocolError } from "./message.ts";
import { checkedVersion, VERSION_BYTES } from "./version.ts";

/** The minor version, the status of the refusal, or `undefined` when octets are missing. */
function outcome(text: string): number | undefined {
  const octets = new TextEncoder().encode(`??${text}`);
  try {
    return checkedVersion(octets, 2, Math.min(VERSION_BYTES, octets.length - 2));
  } catch (error) {
    if (error instanceof ProtocolError) return error.status;
    throw error;
  }
}

Deno.test("checkedVersion takes each minor version of 1, refuses other versions with 505 and what is none with 400", () => {
  const outcomes: [string, number][] = [
    ["HTTP/1.1\r\n", 1],
    ["HTTP/1.0\r\n", 0],
    ["HTTP/1.9\r\n", 1],
    ["HTTP/1.2\r\nHost", 1],
    ["HTTP/2.0\r\n", 505],
    ["HTTP/9.9\r\n", 505],
    ["HTTP/0.9\r\n", 400],
    ["HTTP/1.1\n\n", 400],
    ["HTTP/1.1 \r\n", 400],
    ["HTTP/1.01\r\n", 400],
    ["HTTP/01.1\r\n", 400],
    ["http/1.1\r\n", 400],
    ["HTTP/1,1\r\n", 400],
    ["HTTP/:.1\r\n", 400],
    ["HTTP/1./\r\n", 400],
  ];
  for (const [text, expected] of outcomes) assertEquals(outcome(text), expected, text);
});

Deno.test("checkedVersion waits for more where octets are missing, and for no more than it takes to refuse", () => {
  const version = "HTTP/1.1\r\n";
  for (let end = 0; end < version.length; end++) assertEquals(outcome(version.slice(0, end)), undefined);
  assertEquals(outcome("HTTX"), 400);
});

Deno.test("checkedVersion looks at each octet", () => {
  const version = "HTTP/1.1\r\n";
  for (let at = 0; at < version.length; at++) {
    assertEquals(outcome(`${version.slice(0, at)}~${version.slice(at + 1)}`), 400, `octet ${at}`);
  }
});
