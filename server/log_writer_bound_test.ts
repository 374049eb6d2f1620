import { assertEquals } from "@std/assert";
import { Clock } from "./clock.ts";
import { LogWriter } from "./log_writer.ts";

Deno.test("LogWriter holds 4 MiB of lines for a stream that takes none, and counts those that it loses", () => {
  const never = new Promise<number>(() => {});
  const writer = new LogWriter({ stream: { write: () => never }, clock: new Clock(), tell: () => {} });
  const line = `${"x".repeat(1_023)}\n`;
  // The first 64 KiB are on their way, and wait no longer.
  for (let i = 0; i < 64 + 4_096; i++) writer.push(line);
  assertEquals(writer.lostCount, 0);
  for (let i = 0; i < 10; i++) writer.push(line);
  assertEquals(writer.lostCount, 10);
});
