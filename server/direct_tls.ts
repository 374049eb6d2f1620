/** A connection of `Deno.listenTls`, which can be closed at every time: what Deno then would keep is counted. */
import type { Socket } from "./socket.ts";
import type { UnendedTls } from "./unended_tls.ts";

/** What is used of `Deno.TlsConn`. */
export type TlsConn = Pick<Deno.TlsConn, "remoteAddr" | "handshake" | "read" | "write" | "closeWrite" | "close">;

/** A TLS connection as the server's other parts want it. */
export class DirectTls implements Socket {
  readonly remoteAddr: Deno.Addr;
  readonly #conn: TlsConn;
  readonly #unended: UnendedTls;
  /** The end of the handshake, or of the wait for it. */
  readonly #ready: PromiseWithResolvers<void> = Promise.withResolvers();
  #isReady = false;
  #isClosed = false;
  /** Whether all is out that was to be sent, so that a close takes nothing away. */
  #isOver = false;

  /** Takes over a connection that was just accepted. */
  constructor(conn: TlsConn, unended: UnendedTls) {
    this.remoteAddr = conn.remoteAddr;
    this.#conn = conn;
    this.#unended = unended;
    this.#ready.promise.catch(() => {}); // who reads is told
    const handshake = conn.handshake();
    unended.during(handshake);
    handshake.then(() => {
      this.#isReady = true;
      this.#ready.resolve();
      if (this.#isClosed) conn.close();
    }, (error) => {
      this.#isOver = true; // there is nothing left to be said
      this.#ready.reject(error);
      if (this.#isClosed) conn.close();
    });
  }

  handshake(): Promise<unknown> {
    return this.#ready.promise;
  }

  // Before its handshake is over nothing is read or written: a read that nobody waits for any more would fill its buffer
  // when that is another's.

  read(into: Uint8Array): Promise<number | null> {
    return this.#mayGoOn() ? this.#conn.read(into) : this.#later(() => this.#conn.read(into));
  }

  write(octets: Uint8Array): Promise<number> {
    return this.#mayGoOn() ? this.#conn.write(octets) : this.#later(() => this.#conn.write(octets));
  }

  async closeWrite(): Promise<void> {
    if (!this.#mayGoOn()) return await this.#later(() => this.closeWrite());
    await this.#conn.closeWrite();
    this.#isOver = true;
  }

  #mayGoOn(): boolean {
    return this.#isReady && !this.#isClosed;
  }

  async #later<T>(operation: () => Promise<T>): Promise<T> {
    await this.#ready.promise;
    if (this.#isClosed) throw closed();
    return await operation();
  }

  close(): void {
    if (this.#isClosed) throw closed();
    this.#isClosed = true;
    if (this.#isOver) return this.#conn.close();
    if (!this.#isReady) return this.#ready.reject(closed());
    const end = this.#conn.closeWrite();
    this.#unended.during(end);
    const close = () => this.#conn.close();
    end.then(close, close);
  }
}

function closed(): Error {
  return new Deno.errors.BadResource("The connection is closed");
}
