import { assertEquals, assertMatch } from "@std/assert";
import { AccessLog } from "./access_log.ts";
import { Clock } from "./clock.ts";
import { EXCHANGE } from "./testing/exchange.ts";

function lineOf(options: Partial<ConstructorParameters<typeof AccessLog>[0]>, exchange = EXCHANGE): string {
  const clock = new Clock();
  clock.advance(0, Date.UTC(2026, 1, 3, 4, 5, 6));
  let line = "";
  new AccessLog({ format: "combined", clock, writer: { push: (it) => void (line += it) }, ...options })
    .answered(exchange, 10);
  return line;
}

Deno.test("AccessLog writes who asked: the peer, whom a proxy names, or a unix socket", () => {
  assertMatch(lineOf({}), /^192\.0\.2\.1 - - \[03\/Feb\/2026:04:05:06 /);
  assertMatch(lineOf({ clientOf: () => "198.51.100.7" }), /^198\.51\.100\.7 - - /);
  assertMatch(lineOf({}, { ...EXCHANGE, peer: { address: "", port: 0, secure: false } }), /^unix - - /);
});

Deno.test("AccessLog wants the time only for formats that tell it, and colours only when asked", () => {
  const options = { clock: new Clock(), writer: { push: () => {} } };
  assertEquals(new AccessLog({ ...options, format: "combined" }).wantsTime, false);
  assertEquals(new AccessLog({ ...options, format: "json" }).wantsTime, true);
  assertEquals(lineOf({ format: "pretty" }).includes("\x1b"), false);
  assertEquals(lineOf({ format: "pretty", isColoured: true }).includes("\x1b"), true);
});
