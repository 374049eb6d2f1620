/**
 * TLS that can be broken off: Node's, on a socket of ours, which is closed when it is to be.
 *
 * A request costs three times the CPU time of one by `Deno.listenTls`, so this is for when peers make use of what that
 * cannot do (see `unended_tls.ts`).
 */
import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import { createSecureContext, type SecureContext, TLSSocket } from "node:tls";
import type { Socket } from "./socket.ts";

/** Octets that are read from a socket at once: a record of TLS and some more. */
const READ_BYTES = 32_768;

/**
 * Makes what turns TCP connections into TLS ones; the peer's handshake is waited for by whoever reads.
 *
 * @throws when the certificate cannot be used
 */
export function tlsGuard(pem: { cert: string; key: string }): (conn: Socket) => Socket {
  const context = createSecureContext(pem);
  return (conn) => new GuardedTls(conn, context);
}

class GuardedTls implements Socket {
  readonly remoteAddr: Deno.Addr;
  readonly #conn: Socket;
  readonly #tls: TLSSocket;
  readonly #pieces: AsyncIterator<Buffer>;
  #rest: Uint8Array = new Uint8Array(0);
  #isClosed = false;

  constructor(conn: Socket, secureContext: SecureContext) {
    this.remoteAddr = conn.remoteAddr;
    this.#conn = conn;
    const options = { isServer: true, secureContext, ALPNProtocols: ["http/1.1"], allowHalfOpen: true };
    this.#tls = new TLSSocket(duplexOf(conn), options);
    this.#tls.on("error", () => {}); // whoever reads or writes is told
    this.#pieces = this.#tls.iterator({ destroyOnReturn: false });
  }

  handshake(): Promise<unknown> {
    return Promise.resolve();
  }

  async read(into: Uint8Array): Promise<number | null> {
    if (this.#rest.length === 0) {
      const { done, value } = await this.#pieces.next().catch((error) => this.#fail(error));
      if (this.#isClosed) throw new Deno.errors.BadResource("The connection is closed");
      if (done) return null;
      this.#rest = value;
    }
    const count = Math.min(into.length, this.#rest.length);
    into.set(this.#rest.subarray(0, count));
    this.#rest = this.#rest.subarray(count);
    return count;
  }

  write(octets: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      const gone = () => reject(new Deno.errors.ConnectionReset("The connection ended"));
      this.#tls.once("close", gone);
      this.#tls.write(octets, (error) => {
        this.#tls.off("close", gone);
        if (error) gone();
        else resolve(octets.length);
      });
    });
  }

  closeWrite(): Promise<void> {
    return new Promise((resolve) => {
      this.#tls.once("close", resolve);
      this.#tls.end(resolve);
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#conn.close();
    this.#tls.destroy();
  }

  /** What goes wrong here is the peer's: it left, or speaks no TLS. */
  #fail(error: unknown): never {
    throw new Deno.errors.ConnectionReset(error instanceof Error ? error.message : String(error));
  }
}

/** A socket as a stream of Node's. */
function duplexOf(conn: Socket): Duplex {
  const room = new Uint8Array(READ_BYTES);
  return new Duplex({
    allowHalfOpen: true,
    read() {
      conn.read(room).then(
        (count) => void this.push(count === null ? null : Buffer.from(room.subarray(0, count))),
        (error) => void this.destroy(error),
      );
    },
    write(chunk: Uint8Array, _encoding, callback) {
      writeAll(conn, chunk).then(() => callback(), callback);
    },
    final(callback) {
      conn.closeWrite().then(() => callback(), callback);
    },
  }).on("error", () => {}); // TLS above it ends, too
}

async function writeAll(conn: Socket, octets: Uint8Array): Promise<void> {
  for (let sent = 0; sent < octets.length;) sent += await conn.write(octets.subarray(sent));
}
