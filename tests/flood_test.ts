/** What never ends must end: endless heads, targets, fields, chunks, trailers and pipelines cost the limits and no more. */
import { assert, assertLess } from "@std/assert";
import { mayRunPrograms, startProgram } from "./program.ts";
import { octets } from "./raw_client.ts";

const FLOOD_BYTES = 32 * 1_048_576;
/** Growth that is noise of the runtime: its heap takes some megabytes more or less at any time. */
const NOISE_BYTES = 24 * 1_048_576;
const HEAD = "Host: a\r\n";
const CHUNKED = `POST / HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n`;

/** How each flood begins, and what comes again and again behind it. */
const FLOODS: Record<string, [beginning: string, again: string]> = {
  "a method": ["", "A"],
  "a target": ["GET /", "a"],
  "a query": ["GET /?", "a=b&"],
  "a field name": ["GET / HTTP/1.1\r\n", "a"],
  "a field value": [`GET / HTTP/1.1\r\n${HEAD}A: `, "a"],
  "white space in a field": [`GET / HTTP/1.1\r\n${HEAD}A:`, " "],
  "field lines": [`GET / HTTP/1.1\r\n${HEAD}`, "A: b\r\n"],
  "empty lines": ["", "\r\n"],
  "empty lines behind an answer": [`GET / HTTP/1.1\r\n${HEAD}\r\n`, "\r\n"],
  "a chunk size": [CHUNKED, "0"],
  "a chunk extension": [`${CHUNKED}5;a=`, "b"],
  "chunks of one octet": [CHUNKED, "1\r\na\r\n"],
  "content in one chunk": [`${CHUNKED}fffff0\r\n`, "a"],
  "a trailer": [`${CHUNKED}0\r\nA: `, "b"],
  "trailers": [`${CHUNKED}0\r\n`, "A: b\r\n"],
  "content of a length": [`POST / HTTP/1.1\r\n${HEAD}Content-Length: 16000000\r\n\r\n`, "a"],
};

Deno.test({
  name: "A flood of octets does not make the server grow beyond its limits",
  // Linux tells a process's peak of memory.
  ignore: !mayRunPrograms || Deno.build.os !== "linux",
  async fn(t) {
    await using program = await startProgram();
    // The first ones warm the runtime up.
    for (const flood of Object.values(FLOODS)) await pour(program.port, flood, 1_048_576);
    const before = await peakBytes(program.child.pid);
    for (const [what, flood] of Object.entries(FLOODS)) {
      await t.step(`${what} without end`, async () => {
        await pour(program.port, flood, FLOOD_BYTES);
        assertLess(await peakBytes(program.child.pid) - before, NOISE_BYTES);
      });
    }
    await t.step("pipelined requests without end, of a peer that never reads", async () => {
      const conn = await Deno.connect({ hostname: "127.0.0.1", port: program.port });
      const requests = octets(`GET / HTTP/1.1\r\n${HEAD}\r\n`.repeat(1_000));
      let isHeld = false;
      for (let sent = 0; sent < 1_000 && !isHeld; sent++) isHeld = !await written(conn, requests);
      if (!isHeld) conn.close();
      assert(isHeld, "the server stops reading from a peer that does not read");
      assertLess(await peakBytes(program.child.pid) - before, NOISE_BYTES);
    });
  },
});

/** Sends a flood until the server has had enough or all of it went out. */
async function pour(port: number, [beginning, again]: [string, string], bytes: number): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const piece = octets(again.repeat(Math.ceil(65_536 / again.length)));
  try {
    await conn.write(octets(beginning));
    for (let sent = 0; sent < bytes;) sent += await conn.write(piece);
  } catch {
    // Refused and closed: what the flood is for.
  }
}

/** Writes all of the octets; gives up, and returns false, when the other side has taken none for a second. */
async function written(conn: Deno.Conn, all: Uint8Array<ArrayBuffer>): Promise<boolean> {
  for (let sent = 0; sent < all.length;) {
    const { promise: stalled, resolve } = Promise.withResolvers<0>();
    const timer = setTimeout(resolve, 1_000, 0);
    const writing = conn.write(all.subarray(sent)).catch(() => 0);
    const count = await Promise.race([writing, stalled]);
    clearTimeout(timer);
    if (count === 0) {
      conn.close();
      await writing;
      return false;
    }
    sent += count;
  }
  return true;
}

/** The most memory that a process ever held, in octets. */
async function peakBytes(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("grep", { args: ["VmHWM", `/proc/${pid}/status`] }).output();
  return 1_024 * Number(/[0-9]+/.exec(new TextDecoder().decode(stdout)));
}
