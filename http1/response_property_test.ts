/** What we write is parsed back by a parser that is not ours, the client of `node:http`, to the same status, fields and octets. */
import { assertEquals } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { Agent, type IncomingMessage, request } from "node:http";
import type { HttpResponse } from "./message.ts";
import { DEFAULT_LIMITS } from "./message.ts";
import { prepareResponse } from "./response.ts";
import { type Answer, isChunked, ResponseWriter } from "./response_writer.ts";

const SEED = Date.now() | 0;
const COMMON_FIELDS = new TextEncoder().encode("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: siesta\r\n");

interface Sample {
  status: number;
  fields: Record<string, string>;
  pieces: Uint8Array[];
  isStream: boolean;
  isHead: boolean;
  persistent: boolean;
}

const fieldName = fc.stringMatching(/^x-[a-z0-9]{1,12}$/);
// No blanks at the ends: they are not part of a value (RFC 9110 5.5).
const fieldValue = fc.stringMatching(/^[!-~]([ -~]{0,30}[!-~])?$/);
const sample: fc.Arbitrary<Sample> = fc.record({
  status: fc.constantFrom(200, 204, 206, 301, 304, 400, 404, 405, 408, 412, 416, 431, 500, 501, 503, 505),
  fields: fc.dictionary(fieldName, fieldValue, { maxKeys: 5 }),
  pieces: fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 5 }),
  isStream: fc.boolean(),
  isHead: fc.boolean(),
  persistent: fc.boolean(),
});

/** The octets of one answer, as a connection would write them. */
function written({ status, fields, pieces, isStream, isHead, persistent }: Sample): Uint8Array<ArrayBuffer> {
  const writer = new ResponseWriter(DEFAULT_LIMITS);
  const answer: Answer = { isHead, minorVersion: 1, persistent, commonFields: COMMON_FIELDS };
  const stream: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => pieces[Symbol.iterator]() as never };
  const response: HttpResponse = prepareResponse(status, { fields, content: isStream ? stream : joined(pieces) });
  const content = writer.append(response, answer);
  if (content !== null && isChunked(response, answer)) {
    for (const piece of pieces) writer.appendChunk(piece);
    writer.appendLastChunk();
  }
  const octets = writer.take().slice() as Uint8Array<ArrayBuffer>;
  writer.release();
  return octets;
}

function joined(pieces: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

Deno.test({
  name: `ResponseWriter writes what another HTTP client reads back (seed ${SEED}; RFC 9112 4, 5, 6, 7)`,
  // Node's client closes its sockets a turn of the event loop after it has told of the end.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    let next: Sample | undefined;
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const serving = (async () => {
      for await (const conn of listener) {
        const into = new Uint8Array(4096);
        await conn.read(into);
        const octets = written(next!);
        for (let sent = 0; sent < octets.length;) sent += await conn.write(octets.subarray(sent));
        conn.close();
      }
    })();
    const agent = new Agent({ keepAlive: false });
    await fc.assert(
      fc.asyncProperty(sample, async (made) => {
        next = made;
        const { message, content } = await asked(listener.addr.port, agent, made.isHead ? "HEAD" : "GET");
        const hasContent = !made.isHead && made.status !== 204 && made.status !== 304;
        assertEquals(message.statusCode, made.status);
        assertEquals(content, hasContent ? joined(made.pieces) : new Uint8Array());
        for (const [name, value] of Object.entries(made.fields)) {
          assertEquals(message.headers[name.toLowerCase()], value);
        }
        assertEquals(message.headers["server"], "siesta");
        assertEquals(message.headers["connection"], made.persistent ? undefined : "close");
      }),
      { seed: SEED, numRuns: 150 },
    );
    listener.close();
    await serving;
    agent.destroy();
  },
});

function asked(
  port: number,
  agent: Agent,
  method: string,
): Promise<{ message: IncomingMessage; content: Uint8Array }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ message: IncomingMessage; content: Uint8Array }>();
  const sent = request({ host: "127.0.0.1", port, agent, method, path: "/" }, (message) => {
    const pieces: Uint8Array[] = [];
    message.on("data", (piece: Uint8Array) => pieces.push(new Uint8Array(piece)));
    message.on("end", () => resolve({ message, content: joined(pieces) }));
    message.on("error", reject);
  });
  sent.on("error", reject);
  sent.end();
  return promise;
}
