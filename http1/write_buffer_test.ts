import { assertEquals } from "@std/assert";
import { octetsOf } from "./cases/play.ts";
import { DEFAULT_LIMITS } from "./message.ts";
import { type Answer, ResponseWriter } from "./response_writer.ts";

const ANSWER: Answer = { isHead: false, minorVersion: 1, persistent: true, commonFields: octetsOf("Date: x\r\n") };

Deno.test("At most 64 batches of a size wait for the next connection", () => {
  const full = { ...ANSWER, commonFields: octetsOf("Date: y\r\n") };
  const writers = Array.from({ length: 66 }, () => new ResponseWriter(DEFAULT_LIMITS));
  const batches = new Set(writers.map((writer) => {
    writer.append({ status: 200, head: octetsOf("HTTP/1.1 200 OK\r\n"), contentLength: 0, content: null }, full);
    return writer.take().buffer;
  }));
  assertEquals(batches.size, 66);
  for (const writer of writers) writer.release();
  const again = writers.map((writer) => {
    writer.append({ status: 200, head: octetsOf("HTTP/1.1 200 OK\r\n"), contentLength: 0, content: null }, full);
    return writer.take().buffer;
  });
  assertEquals(again.filter((buffer) => batches.has(buffer)).length, 64);
  for (const writer of writers) writer.release();
});
