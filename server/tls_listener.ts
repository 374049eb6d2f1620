/**
 * Listens for TLS, so that peers who keep what cannot be taken from them (see `unended_tls.ts`) keep nobody else out.
 *
 * 1. `Deno.listenTls` as long as few connections are unended
 * 2. with many in their handshake: wait a moment for one of them, since a crowd is no attack
 * 3. with too many that are late: listen in plain, and end TLS by `guarded_tls.ts`, where a connection can be broken off
 * 4. after some minutes, when few are left: 1 again
 */
import { atMost } from "./at_most.ts";
import { DirectTls, type TlsConn } from "./direct_tls.ts";
import { isOutOfDescriptors, setNoDelay } from "./listener.ts";
import type { Socket } from "./socket.ts";
import { UnendedTls } from "./unended_tls.ts";

/** Handshakes at once: with some 0.4 ms of CPU time each, and peers 60 ms away, a core is busy with fewer. */
const UNENDED_MAX = 128;
/** How long one of them is waited for. */
const PATIENCE_MS = 1_000;
/** When a handshake, or an end, is late: several times what a peer on the other side of the world needs. */
const LATE_MS = 2_000;
/** How many of them may be late. */
const LATE_MAX = 32;
/** Time after which it is tried again without the guard. */
const GUARD_MS = 300_000;

/** Settings of {@linkcode TlsListener}. */
export interface TlsListenerOptions {
  /** Where to listen. */
  readonly tcp: Deno.TcpListenOptions;
  /** Certificate and key, as PEM. */
  readonly pem: { readonly cert: string; readonly key: string };
  /** Connections that are unended; those of the listener before this one, too. */
  readonly unended?: UnendedTls;
  /** Told when it begins to be guarded. */
  report(error: unknown): void;
}

/** A listener whose connections are TLS. */
export class TlsListener {
  /** Where it listens. */
  readonly addr: Deno.NetAddr;
  readonly #options: TlsListenerOptions;
  readonly #unended: UnendedTls;
  #inner: { accept(): Promise<Deno.Conn>; close(): void } | undefined;
  #guard: ((conn: Socket) => Socket) | undefined;
  #guardEndMs = 0;
  #isClosed = false;

  /**
   * Listens.
   *
   * @throws when the address or the certificate cannot be used
   */
  constructor(options: TlsListenerOptions) {
    const { tcp, unended = new UnendedTls() } = options;
    const inner = Deno.listenTls({ ...tcp, ...options.pem, alpnProtocols: ["http/1.1"] });
    this.#inner = inner;
    this.addr = inner.addr as Deno.NetAddr;
    this.#options = { ...options, tcp: { ...tcp, port: this.addr.port } };
    this.#unended = unended;
  }

  /** Whether connections can be broken off. */
  get isGuarded(): boolean {
    return this.#guard !== undefined;
  }

  /**
   * Waits for the next connection.
   *
   * @throws {Deno.errors.BadResource} when it is closed
   */
  async accept(): Promise<Socket> {
    if (this.#guard === undefined) await this.#lookAtUnended();
    else if (this.#unended.nowMs() > this.#guardEndMs && this.#unended.size < LATE_MAX) this.#setGuard(undefined);
    if (this.#isClosed) throw new Deno.errors.BadResource("The listener is closed");
    this.#inner ??= this.#listen();
    const guard = this.#guard;
    try {
      const conn = await this.#inner.accept();
      if (guard === undefined) return new DirectTls(conn as unknown as TlsConn, this.#unended);
      setNoDelay(conn);
      return guard(conn);
    } catch (error) {
      if (isOutOfDescriptors(error) && guard === undefined && this.#unended.size >= LATE_MAX) await this.#beginGuard();
      throw error;
    }
  }

  /** Listens no more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#inner?.close();
  }

  async #lookAtUnended(): Promise<void> {
    if (!IS_GUARD_THERE) return;
    const unended = this.#unended;
    if (unended.size >= UNENDED_MAX) await atMost(unended.oneLess(), PATIENCE_MS);
    const isLate = unended.size >= LATE_MAX && unended.olderThan(LATE_MS) >= LATE_MAX;
    if (isLate || unended.size >= UNENDED_MAX) await this.#beginGuard();
  }

  async #beginGuard(): Promise<void> {
    const { tlsGuard } = await import("./guarded_tls.ts");
    if (this.#isClosed) return;
    const { report, pem } = this.#options;
    this.#setGuard(tlsGuard(pem));
    this.#guardEndMs = this.#unended.nowMs() + GUARD_MS;
    report(
      `${this.#unended.size} TLS connections do not come to their end: others are taken in a slower way that has one`,
    );
  }

  /** What was in the line of the listener before is lost; the next call of `accept` listens again. */
  #setGuard(guard: ((conn: Socket) => Socket) | undefined): void {
    this.#inner?.close();
    this.#inner = undefined;
    this.#guard = guard;
  }

  #listen(): Deno.Listener | Deno.TlsListener {
    const { tcp, pem } = this.#options;
    if (this.#guard !== undefined) return Deno.listen(tcp);
    return Deno.listenTls({ ...tcp, ...pem, alpnProtocols: ["http/1.1"] });
  }
}

/** Deno 2.4 has no TLS of Node's on other streams. */
const IS_GUARD_THERE = ((version) => Number(version[1]) > 2 || Number(version[2]) >= 9)(
  /^([0-9]+)\.([0-9]+)/.exec(Deno.version.deno)!,
);
