import { assertEquals } from "@std/assert";
import { TextLineStream } from "./text_lines.ts";

Deno.test("TextLineStream joins and splits chunks at LF", async () => {
  const lines = await Array.fromAsync(
    ReadableStream.from(["one\ntw", "o", "\n\nthr", "ee\n", "four"]).pipeThrough(new TextLineStream()),
  );
  assertEquals(lines, ["one", "two", "", "three", "four"]);
});

Deno.test("TextLineStream gives no empty line after a last LF", async () => {
  assertEquals(await Array.fromAsync(ReadableStream.from(["one\n"]).pipeThrough(new TextLineStream())), ["one"]);
});
