/**
 * The floor for files that are in no cache: read a request, open the file that it names, send it in pieces, close it.
 * No checks of any kind: it is safe only on loopback, with a client that means well and waits for each answer.
 *
 * Synchronous calls, since they are the cheapest while the files are in the kernel's page cache.
 *
 * Run: `deno run --allow-net --allow-read bench/servers/bare_disk.ts PORT ROOT`.
 *
 * @module
 */

const PIECE_BYTES = 262_144;
const encoder = new TextEncoder();
const latin1 = new TextDecoder("latin1");
/** One piece for all connections cannot be: each waits in its write. Those that are done leave theirs to others. */
const spare: Uint8Array[] = [];

async function writeAll(conn: Deno.TcpConn, octets: Uint8Array): Promise<void> {
  for (let written = 0; written < octets.length;) written += await conn.write(octets.subarray(written));
}

async function sendFile(conn: Deno.TcpConn, path: string): Promise<void> {
  using file = Deno.openSync(path);
  const { size } = file.statSync();
  const piece = spare.pop() ?? new Uint8Array(PIECE_BYTES);
  // Head and first piece go out in one write.
  const { written: headLength } = encoder.encodeInto(
    `HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: ${size}\r\n\r\n`,
    piece,
  );
  let start = headLength;
  for (let rest = size; rest > 0; start = 0) {
    const read = file.readSync(piece.subarray(start));
    if (read === null) throw new Error(`The file "${path}" became shorter`);
    await writeAll(conn, piece.subarray(0, start + read));
    rest -= read;
  }
  spare.push(piece);
}

async function serve(conn: Deno.TcpConn, root: string): Promise<void> {
  const buffer = new Uint8Array(2048);
  const targetStart = "GET ".length;
  while (await conn.read(buffer) !== null) {
    const targetEnd = buffer.indexOf(0x20, targetStart);
    await sendFile(conn, root + latin1.decode(buffer.subarray(targetStart, targetEnd)));
  }
}

async function main(port: number, root: string): Promise<void> {
  // A variable, because Deno 2.4 knows no tcpBacklog and would refuse it in a literal.
  const options = { hostname: "127.0.0.1", port, tcpBacklog: 4096 };
  const listener = Deno.listen(options);
  Deno.addSignalListener("SIGTERM", () => Deno.exit(0));
  for await (const conn of listener) {
    conn.setNoDelay();
    serve(conn, root).catch(() => {/* the peer went away */}).finally(() => conn.close());
  }
}

if (import.meta.main) await main(Number(Deno.args[0]), Deno.args[1]);
