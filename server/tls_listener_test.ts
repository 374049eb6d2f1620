/** What TLS peers that do not come to an end can do, and what they cannot; the peers are real, time is moved by hand. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { makeCertificate, temporaryFolder, toolTest } from "../tests/tools.ts";
import type { Socket } from "./socket.ts";
import { TlsListener } from "./tls_listener.ts";
import { UnendedTls } from "./unended_tls.ts";

/** A listener, and connections to it in their order on both sides. */
class Stage implements AsyncDisposable {
  nowMs = 0;
  readonly unended = new UnendedTls(() => this.nowMs);
  readonly reports: unknown[] = [];
  readonly listener: TlsListener;
  readonly #caCerts: string[];
  readonly #ends: { close(): void }[] = [];

  private constructor(pem: { cert: string; key: string }) {
    this.#caCerts = [pem.cert];
    const report = (error: unknown) => void this.reports.push(error);
    const tcp = { hostname: "127.0.0.1", port: 0 };
    this.listener = new TlsListener({ tcp, pem, unended: this.unended, report });
  }

  static async open(): Promise<Stage> {
    await using folder = await temporaryFolder();
    const { cert, key } = await makeCertificate(folder.path, "a");
    return new Stage({ cert: await Deno.readTextFile(cert), key: await Deno.readTextFile(key) });
  }

  /** A peer that says nothing. */
  async silent(): Promise<{ conn: Deno.Conn; socket: Socket }> {
    const accepted = this.listener.accept();
    const conn = await this.#connect(accepted);
    return { conn, socket: this.#kept(await accepted) };
  }

  /** A peer that does as it should: what it sends comes back. */
  async honest(): Promise<{ conn: Deno.Conn; socket: Socket }> {
    const accepted = this.listener.accept();
    const tcp = await this.#connect(accepted);
    const [socket, conn] = await Promise.all([
      accepted,
      Deno.startTls(tcp, { hostname: "127.0.0.1", caCerts: this.#caCerts }),
    ]);
    this.#kept(conn);
    await conn.write(new TextEncoder().encode("ask"));
    const into = new Uint8Array(9);
    assertEquals(await socket.read(into), 3);
    assertEquals(await socket.write(into.subarray(0, 3)), 3);
    assertEquals(await conn.read(into), 3);
    return { conn, socket: this.#kept(socket) };
  }

  /** A listener that begins anew is not there for a moment; what it was asked for before comes from the new one. */
  async #connect(accepted: Promise<Socket>): Promise<Deno.TcpConn> {
    const { hostname, port } = this.listener.addr;
    let isAccepted = false;
    accepted.then(() => isAccepted = true, () => {});
    for (;;) {
      const conn = await Deno.connect({ hostname, port }).catch(() => undefined);
      if (conn === undefined) continue;
      // One in the line of the listener that was closed is reset.
      for (let turns = 0; turns < 200 && !isAccepted; turns++) await new Promise((resolve) => setTimeout(resolve, 10));
      if (isAccepted) return this.#kept(conn);
      conn.close();
    }
  }

  #kept<T extends { close(): void }>(end: T): T {
    this.#ends.push(end);
    return end;
  }

  /** Waits until so many are unended. */
  async untilUnended(count: number): Promise<void> {
    while (this.unended.size > count) await this.unended.oneLess();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.listener.close();
    for (const end of this.#ends) {
      try {
        end.close();
      } catch { /* it is closed */ }
    }
    await this.untilUnended(0);
  }
}

/** Deno 2.4 has nothing to take the place of what it cannot break off. */
const tools = Deno.version.deno.startsWith("2.4.") ? ["deno-2.9"] : ["openssl"];

toolTest(tools, "TlsListener counts a connection that is closed in its handshake until its peer goes", async () => {
  await using stage = await Stage.open();
  (await stage.honest()).socket.close();
  await stage.untilUnended(0);
  const { conn, socket } = await stage.silent();
  const reading = assertRejects(() => socket.read(new Uint8Array(1)), Deno.errors.BadResource);
  socket.close();
  await reading;
  await stage.honest();
  assertEquals(stage.unended.size, 1);
  conn.close();
  await stage.untilUnended(0);
});

toolTest(tools, "TlsListener counts a connection that is closed with octets unread until its peer goes", async () => {
  await using stage = await Stage.open();
  const { socket, conn } = await stage.honest();
  let written = 0;
  const writing = assertRejects(async () => {
    for (;;) written += await socket.write(new Uint8Array(65_536));
  });
  // More than fits the buffers of both sides: it comes to rest.
  for (let before = -1; before < written; await new Promise((resolve) => setTimeout(resolve, 100))) before = written;
  socket.close();
  await stage.honest();
  assertEquals(stage.unended.size, 1);
  conn.close();
  await writing;
  await stage.untilUnended(0);
});

toolTest(
  tools,
  "TlsListener is guarded when 128 handshakes do not end: who comes then is served, and closed",
  async () => {
    await using stage = await Stage.open();
    const peers = [];
    for (let count = 0; count < 128; count++) peers.push(await stage.silent());
    assertEquals([stage.listener.isGuarded, stage.reports], [false, []]);
    await stage.honest();
    assertEquals([stage.listener.isGuarded, stage.unended.size, stage.reports.length], [true, 128, 1]);
    assertMatch(`${stage.reports[0]}`, /^128 TLS connections do not come to their end: /);
    const { conn, socket } = await stage.silent();
    const reading = assertRejects(() => socket.read(new Uint8Array(1)));
    socket.close();
    await reading;
    assertEquals(await conn.read(new Uint8Array(1)).catch(() => null), null, "It is closed, and not kept");
    assertEquals(stage.unended.size, 128);

    stage.nowMs += 301_000;
    await stage.honest();
    assertEquals(stage.listener.isGuarded, true, "They are still there");
    for (const peer of peers) peer.conn.close();
    await stage.untilUnended(0);
    stage.nowMs -= 2_000;
    await stage.honest();
    assertEquals(stage.listener.isGuarded, true, "It is too early");
    stage.nowMs += 2_000;
    await stage.honest();
    assertEquals([stage.listener.isGuarded, stage.reports.length], [false, 1]);
  },
);

toolTest(tools, "TlsListener is guarded when 32 connections are late, and not for a crowd that is not", async () => {
  await using stage = await Stage.open();
  for (let count = 0; count < 31; count++) await stage.silent();
  stage.nowMs += 2_001;
  await stage.silent();
  await stage.honest();
  assertEquals(stage.listener.isGuarded, false, "31 are late, one is not");
  stage.nowMs += 2_000;
  await stage.honest();
  assertEquals(stage.listener.isGuarded, false, "It is not late yet");
  stage.nowMs += 1;
  await stage.honest();
  assertEquals(stage.listener.isGuarded, true);
});

toolTest(tools, "TlsListener with 128 in their handshake takes the next as soon as one comes to its end", async () => {
  await using stage = await Stage.open();
  const peers = [];
  for (let count = 0; count < 128; count++) peers.push(await stage.silent());
  const next = stage.silent();
  peers[0].conn.close();
  await next;
  assertEquals([stage.listener.isGuarded, stage.unended.size], [false, 128]);
});

toolTest(tools, "TlsListener ends a pending accept when it is closed, and takes nobody afterwards", async () => {
  await using stage = await Stage.open();
  const accepting = assertRejects(() => stage.listener.accept());
  stage.listener.close();
  await accepting;
  await assertRejects(() => stage.listener.accept(), Deno.errors.BadResource);
});
