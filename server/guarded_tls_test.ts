import { assertEquals, assertRejects } from "@std/assert";
import { makeCertificate, temporaryFolder, toolTest } from "../tests/tools.ts";
import { tlsGuard } from "./guarded_tls.ts";
import type { Socket } from "./socket.ts";

/** Deno 2.4 has no TLS of Node's on other streams. */
const tools = Deno.version.deno.startsWith("2.4.") ? ["deno-2.9"] : ["openssl"];

/** Runs a test with the server's side of a TCP connection and, unless told otherwise, the peer's of TLS. */
async function connected(test: (socket: Socket, tls: Deno.TlsConn) => Promise<void>): Promise<void> {
  await using folder = await temporaryFolder();
  const paths = await makeCertificate(folder.path, "a");
  const cert = await Deno.readTextFile(paths.cert), key = await Deno.readTextFile(paths.key);
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname, port } = listener.addr;
  const [conn, tcp] = await Promise.all([listener.accept(), Deno.connect({ hostname, port })]);
  const socket = tlsGuard({ cert, key })(conn);
  using tls = await Deno.startTls(tcp, { hostname, caCerts: [cert], alpnProtocols: ["http/1.1"] });
  assertEquals((await tls.handshake()).alpnProtocol, "http/1.1");
  await test(socket, tls);
}

async function readAll(from: { read(into: Uint8Array): Promise<number | null> }, count = Infinity): Promise<number[]> {
  const all: number[] = [], into = new Uint8Array(10_000);
  for (let got; all.length < count && (got = await from.read(into)) !== null;) all.push(...into.subarray(0, got));
  return all;
}

toolTest(tools, "tlsGuard gives each octet of both sides once, and the ends of both", async () => {
  await connected(async (socket, tls) => {
    const octets = Uint8Array.from({ length: 300_000 }, (_, at) => at * at >> 3 & 255);
    const asking = (async () => {
      for (let sent = 0; sent < octets.length;) sent += await tls.write(octets.subarray(sent));
      await tls.closeWrite();
    })();
    assertEquals(await readAll(socket), [...octets]);
    await asking;
    // The peer has closed its side, and still reads.
    const answering = (async () => {
      for (let at = 0; at < octets.length; at += 30_000) await socket.write(octets.subarray(at, at + 30_000));
      await socket.closeWrite();
    })();
    assertEquals(await readAll(tls), [...octets]);
    await answering;
    socket.close();
  });
});

toolTest(tools, "tlsGuard breaks off what waits when it is closed, also for a peer that does not read", async () => {
  await connected(async (socket, tls) => {
    const reading = assertRejects(() => socket.read(new Uint8Array(1)));
    let written = 0;
    const writing = assertRejects(async () => {
      for (;;) written += await socket.write(new Uint8Array(65_536));
    }, Deno.errors.ConnectionReset);
    for (let before = -1; before < written; await new Promise((resolve) => setTimeout(resolve, 100))) before = written;
    socket.close();
    await Promise.all([reading, writing]);
    await assertRejects(() => readAll(tls), Error); // cut short, which the peer can see
  });
});

toolTest(tools, "tlsGuard tells of a peer that speaks no TLS as of one that is gone", async () => {
  await using folder = await temporaryFolder();
  const paths = await makeCertificate(folder.path, "a");
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname, port } = listener.addr;
  const [conn, tcp] = await Promise.all([listener.accept(), Deno.connect({ hostname, port })]);
  const pem = { cert: await Deno.readTextFile(paths.cert), key: await Deno.readTextFile(paths.key) };
  const socket = tlsGuard(pem)(conn);
  await tcp.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  await assertRejects(() => socket.read(new Uint8Array(1)), Deno.errors.ConnectionReset);
  try {
    socket.close();
  } catch { /* it is closed */ }
  tcp.close();
});
