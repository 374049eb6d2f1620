import { assertEquals, assertMatch } from "@std/assert";
import { print, textOf } from "./report.ts";
import { StartError } from "./start_error.ts";

Deno.test("print writes on when the stream takes a part", async () => {
  let written = "";
  const write = (octets: Uint8Array) => {
    written += new TextDecoder().decode(octets.subarray(0, 2));
    return Promise.resolve(Math.min(2, octets.length));
  };
  assertEquals([await print("help", { write }), written], [0, "help\n"]);
});

Deno.test("print says by its exit code that a pipe is closed", async () => {
  const write = () => Promise.reject(new Deno.errors.BrokenPipe("closed"));
  assertEquals(await print("help", { write }), 1);
});

Deno.test("textOf gives a stack only where it is ours, and a text for whatever was thrown", () => {
  assertEquals(textOf(new StartError("No such folder")), "No such folder");
  assertMatch(textOf(new Error("Oops")), /^Error: Oops\n +at /);
  assertEquals(textOf("thrown"), "thrown");
  assertEquals(textOf(Object.create(null)), "Something was thrown that cannot be told");
});
