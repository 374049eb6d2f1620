import { assertEquals, assertThrows } from "@std/assert";
import { octetsOf } from "./cases/play.ts";
import { ContentDecoder } from "./content_decoder.ts";
import { DEFAULT_LIMITS, ProtocolError } from "./message.ts";

Deno.test("ContentDecoder takes sixteen digits of a size and no more, even where content has no bound", () => {
  const decode = (size: string) => {
    const decoder = new ContentDecoder({ ...DEFAULT_LIMITS, contentBytesMax: Infinity });
    decoder.begin(undefined);
    return decoder.decode(octetsOf(size), 0, size.length);
  };
  assertEquals(decode("ffffffffffffffff\r\n"), 18);
  const { status } = assertThrows(() => decode("1ffffffffffffffff\r\n"), ProtocolError);
  assertEquals(status, 400);
});
