import { assert, assertEquals } from "@std/assert";
import { Clock } from "./clock.ts";
import { LogWriter } from "./log_writer.ts";
import { turn } from "./testing/test_server.ts";

/** A stream that does what the test says. */
class FakeStream {
  text = "";
  error: Error | undefined;
  acceptMax = Infinity;
  gate: Promise<void> | undefined;

  async write(octets: Uint8Array): Promise<number> {
    if (this.gate !== undefined) await this.gate;
    if (this.error !== undefined) throw this.error;
    const taken = octets.subarray(0, this.acceptMax);
    this.text += new TextDecoder().decode(taken);
    return taken.length;
  }
}

function setUp(bytesMax = 1_000) {
  const stream = new FakeStream(), clock = new Clock(), told: string[] = [];
  const writer = new LogWriter({ stream, clock, bytesMax, tell: (message) => told.push(message) });
  let nowMs = clock.nowMs;
  const tick = async () => {
    clock.advance(nowMs += 250, 0);
    await turn();
  };
  return { stream, writer, told, tick };
}

Deno.test("LogWriter writes all lines of a tick at once", async () => {
  const { stream, writer, tick, told } = setUp();
  writer.push("a\n");
  writer.push("b\n");
  assertEquals(stream.text, "");
  await tick();
  assertEquals([stream.text, told, writer.lostCount], ["a\nb\n", [], 0]);
});

Deno.test("LogWriter writes on when the stream takes a part", async () => {
  const { stream, writer, tick } = setUp();
  stream.acceptMax = 3;
  writer.push("0123456789\n");
  await tick();
  assertEquals(stream.text, "0123456789\n");
});

Deno.test("LogWriter drops, counts and tells when the stream is stalled, and goes on", async () => {
  const { stream, writer, tick, told } = setUp(10);
  const gate = Promise.withResolvers<void>();
  stream.gate = gate.promise;
  writer.push("first\n");
  await tick();
  for (let i = 0; i < 100; i++) writer.push(`line${i % 10}\n`);
  await tick();
  assertEquals([stream.text, writer.lostCount], ["", 99]);
  stream.gate = undefined;
  gate.resolve();
  await turn();
  await tick();
  assertEquals(stream.text, "first\nline0\n");
  await tick();
  assertEquals(told, ["Lost 99 lines of the log: standard output is too slow"]);
});

Deno.test("LogWriter tells of a full disk once, and writes again when there is room", async () => {
  const { stream, writer, tick, told } = setUp();
  stream.error = new Error("No space left on device (os error 28)");
  for (const line of ["a\n", "b\n"]) {
    writer.push(line);
    await tick();
  }
  assertEquals([told, writer.lostCount], [["Cannot write the log: No space left on device (os error 28)"], 2]);
  stream.error = undefined;
  writer.push("c\n");
  await tick();
  assertEquals(stream.text, "c\n");
});

Deno.test("LogWriter gives up a closed pipe for good", async () => {
  const { stream, writer, tick, told } = setUp();
  stream.error = new Deno.errors.BrokenPipe("Broken pipe");
  writer.push("a\n");
  await tick();
  for (let i = 0; i < 1_000; i++) writer.push("b\n");
  await tick();
  assertEquals([told, writer.lostCount], [["Cannot write the log: standard output is closed"], 1_001]);
  await writer.end();
});

Deno.test("LogWriter.end writes what waits", async () => {
  const { stream, writer } = setUp();
  writer.push("a\n");
  await writer.end();
  assertEquals(stream.text, "a\n");
  stream.error = new Error("No space");
  writer.push("b\n");
  await writer.end();
  assert(writer.lostCount === 1);
});

Deno.test("LogWriter keeps every line and its order when lines are long, many, or not ASCII", async () => {
  const { stream, writer, tick } = setUp(4_000_000);
  let expected = "";
  for (let i = 0; i < 5_000; i++) {
    const line = `${i} ${i % 7 === 0 ? "été \u{1f600}" : "plain"} ${"x".repeat(i % 300)}\n`;
    writer.push(line);
    expected += line;
  }
  const lines = Array.from({ length: 20_000 }, (_, i) => `of a worker ${i}\n`).join("");
  writer.push(lines);
  await tick();
  await tick();
  assertEquals(stream.text === expected + lines, true);
  assertEquals(writer.lostCount, 0);
});

Deno.test("LogWriter takes octets of a worker between its own lines, in order, and counts those that it loses", async () => {
  const { stream, writer, tick } = setUp(20);
  const octets = new TextEncoder().encode("b\nc\n");
  writer.push("a\n");
  writer.pushOctets(octets);
  octets.fill(0x78); // they were copied
  writer.push("é\n");
  await tick();
  assertEquals(stream.text, "a\nb\nc\né\n");
  writer.pushOctets(new TextEncoder().encode("too\nmuch\nfor twenty octets\n"));
  await tick();
  assertEquals([stream.text, writer.lostCount], ["a\nb\nc\né\n", 3]);
});
