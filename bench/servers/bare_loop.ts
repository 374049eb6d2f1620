/**
 * The floor of every comparison: read, write, nothing else. It answers every read with the same prepared octets, never
 * looks at the request (beyond what a mode needs, see below) and so shows what the two socket operations cost.
 *
 * Run: `deno run --allow-net --allow-read bench/servers/bare_loop.ts PORT FILE [MODE]`. Modes:
 *
 * - `plain` (default): one answer a read. Right only for a client that waits for each answer.
 * - `pipelined`: one answer for each CRLFCRLF, all answers of a read in one write.
 * - `sleep`: as `plain`, but `GET /sleep` waits 5,000 ms first, or the number in `GET /sleep?ms=`.
 *
 * @module
 */

/** Ends of request heads counted over the reads of one connection. */
export class HeadCounter {
  /** Three octets carried over from the read before, then the octets of this read. */
  readonly #buffer: Uint8Array<ArrayBuffer>;
  /** Where to read to. */
  readonly space: Uint8Array<ArrayBuffer>;

  constructor(spaceBytes: number) {
    this.#buffer = new Uint8Array(3 + spaceBytes);
    this.space = this.#buffer.subarray(3);
  }

  /**
   * Counts each CRLFCRLF that ends within the given number of octets that were read to `space`. Looks at every fourth
   * octet only, as long as that octet is neither CR nor LF: no CRLFCRLF can lie around it.
   */
  count(readBytes: number): number {
    const buffer = this.#buffer;
    const end = 3 + readBytes;
    let count = 0;
    for (let last = 3; last < end;) {
      const octet = buffer[last];
      if (octet === 13) last += 1;
      else if (octet !== 10) last += 4;
      else if (buffer[last - 1] !== 13) last += 4;
      else if (buffer[last - 2] === 10 && buffer[last - 3] === 13) {
        count++;
        last += 4;
      } else last += 2;
    }
    buffer.copyWithin(0, end - 3, end);
    return count;
  }
}

async function writeAll(conn: Deno.TcpConn, octets: Uint8Array): Promise<void> {
  for (let written = 0; written < octets.length;) written += await conn.write(octets.subarray(written));
}

async function plain(conn: Deno.TcpConn, answer: Uint8Array): Promise<void> {
  const buffer = new Uint8Array(2048);
  while (await conn.read(buffer) !== null) {
    const written = await conn.write(answer);
    if (written < answer.length) await writeAll(conn, answer.subarray(written));
  }
}

async function pipelined(conn: Deno.TcpConn, answer: Uint8Array): Promise<void> {
  const heads = new HeadCounter(4096);
  let answers = answer;
  for (let read = await conn.read(heads.space); read !== null; read = await conn.read(heads.space)) {
    const octetCount = heads.count(read) * answer.length;
    if (octetCount > answers.length) answers = repeated(answer, octetCount / answer.length);
    await writeAll(conn, answers.subarray(0, octetCount));
  }
}

async function sleep(conn: Deno.TcpConn, answer: Uint8Array): Promise<void> {
  const buffer = new Uint8Array(2048);
  const decoder = new TextDecoder("latin1");
  for (let read = await conn.read(buffer); read !== null; read = await conn.read(buffer)) {
    const match = /^GET \/sleep(?:\?ms=([0-9]+))? /.exec(decoder.decode(buffer.subarray(0, Math.min(read, 40))));
    if (match !== null) await new Promise((resolve) => setTimeout(resolve, Number(match[1] ?? 5000)));
    await writeAll(conn, answer);
  }
}

function repeated(octets: Uint8Array, times: number): Uint8Array {
  const result = new Uint8Array(octets.length * times);
  for (let time = 0; time < times; time++) result.set(octets, time * octets.length);
  return result;
}

const MODES: Record<string, (conn: Deno.TcpConn, answer: Uint8Array) => Promise<void>> = { plain, pipelined, sleep };

async function main(port: number, file: string, mode: string): Promise<void> {
  const content = await Deno.readFile(file);
  const head = new TextEncoder().encode(
    `HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: ${content.length}\r\n\r\n`,
  );
  const answer = new Uint8Array([...head, ...content]);
  const serve = MODES[mode];
  // A variable, because Deno 2.4 knows no tcpBacklog and would refuse it in a literal.
  const options = { hostname: "127.0.0.1", port, tcpBacklog: 4096 };
  const listener = Deno.listen(options);
  Deno.addSignalListener("SIGTERM", () => Deno.exit(0));
  console.log(`Bare loop on http://127.0.0.1:${listener.addr.port}/`);
  for await (const conn of listener) {
    conn.setNoDelay();
    serve(conn, answer).catch(() => {/* the peer went away */}).finally(() => conn.close());
  }
}

if (import.meta.main) await main(Number(Deno.args[0]), Deno.args[1], Deno.args[2] ?? "plain");
