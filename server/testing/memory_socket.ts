/**
 * A socket in memory for tests: the test is the peer, and sees each write by itself.
 *
 * It keeps to what `Deno.Conn` does where that matters: what waits while it is closed is rejected with `Interrupted`, and
 * closing it twice throws `BadResource`. Two reads or two writes at a time throw, since a connection never means them.
 */
import type { Socket } from "../socket.ts";

/** Returns one octet for each character. */
export function octets(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Returns one character for each octet. */
export function text(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += String.fromCharCode(octet);
  return text;
}

interface Pending<T> {
  octets: Uint8Array;
  resolve(result: T): void;
  reject(error: unknown): void;
}

/** One end of a connection; the test plays the other one. */
export class MemorySocket implements Socket {
  readonly remoteAddr: Deno.NetAddr;
  /** What each write gave, in order, copied when it was taken. */
  readonly writes: string[] = [];
  /** Names of the calls `write`, `closeWrite` and `close`, in order. */
  readonly calls: string[] = [];
  /** Octets that one write takes at most. */
  acceptMax = Infinity;
  /** Whether `closeWrite` fails, as it does once the peer has reset. */
  failsToCloseWrite = false;
  /** Octets that were there and unread at the close: a kernel answers them with a reset. */
  unreadAtClose = 0;

  readonly #incoming: Uint8Array[] = [];
  #hasEnded = false;
  #readError: Error | undefined;
  #writeError: Error | undefined;
  #isStalled = false;
  #read: Pending<number | null> | undefined;
  #write: Pending<number> | undefined;

  /** @param hostname address of the peer */
  constructor(hostname = "192.0.2.1") {
    this.remoteAddr = { transport: "tcp", hostname, port: 50_000 };
  }

  // --- what the peer does ------------------------------------------------------------------------------------------

  /** Sends octets; a read gets those of one call at most. */
  send(what: string | Uint8Array): void {
    const sent = typeof what === "string" ? octets(what) : what;
    if (sent.length > 0) this.#incoming.push(sent);
    this.#settleRead();
  }

  /** Closes the peer's side (FIN). */
  end(): void {
    this.#hasEnded = true;
    this.#settleRead();
  }

  /** Is gone: what is read or written fails from now on. */
  reset(): void {
    this.#readError = new Deno.errors.ConnectionReset("Connection reset by peer");
    this.failWrites(new Deno.errors.BrokenPipe("Broken pipe"));
    this.#settleRead();
  }

  /** Takes no more octets, until {@linkcode resume}. */
  stall(): void {
    this.#isStalled = true;
  }

  /** Takes octets again. */
  resume(): void {
    this.#isStalled = false;
    this.#settleWrite();
  }

  /** Lets the write that waits, and all later ones, fail. */
  failWrites(error: Error): void {
    this.#writeError = error;
    this.#settleWrite();
  }

  // --- what the test sees ------------------------------------------------------------------------------------------

  /** All that was written, as text. */
  get written(): string {
    return this.writes.join("");
  }

  get isReading(): boolean {
    return this.#read !== undefined;
  }

  get isWriting(): boolean {
    return this.#write !== undefined;
  }

  get isWriteClosed(): boolean {
    return this.calls.includes("closeWrite");
  }

  get isClosed(): boolean {
    return this.calls.includes("close");
  }

  // --- what the connection calls -----------------------------------------------------------------------------------

  read(into: Uint8Array): Promise<number | null> {
    if (this.#read !== undefined) throw new Error("Two reads at a time");
    if (into.length === 0) throw new Error("A read without room");
    if (this.isClosed) return Promise.reject(new Deno.errors.BadResource("Bad resource ID"));
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    this.#read = { octets: into, resolve, reject };
    this.#settleRead();
    return promise;
  }

  write(octets: Uint8Array): Promise<number> {
    if (this.#write !== undefined) throw new Error("Two writes at a time");
    if (octets.length === 0) throw new Error("A write without octets");
    if (this.isClosed) return Promise.reject(new Deno.errors.BadResource("Bad resource ID"));
    if (this.isWriteClosed) return Promise.reject(new Deno.errors.BrokenPipe("Broken pipe"));
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#write = { octets, resolve, reject };
    this.#settleWrite();
    return promise;
  }

  closeWrite(): Promise<void> {
    if (this.isClosed) return Promise.reject(new Deno.errors.BadResource("Bad resource ID"));
    if (this.failsToCloseWrite) return Promise.reject(new Deno.errors.NotConnected("Transport endpoint not connected"));
    this.calls.push("closeWrite");
    return Promise.resolve();
  }

  close(): void {
    if (this.isClosed) throw new Deno.errors.BadResource("Bad resource ID");
    this.calls.push("close");
    this.unreadAtClose = this.#incoming.reduce((sum, piece) => sum + piece.length, 0);
    const error = new Deno.errors.Interrupted("operation canceled");
    this.#read?.reject(error);
    this.#write?.reject(error);
    this.#read = this.#write = undefined;
  }

  #settleRead(): void {
    const read = this.#read;
    const isReady = this.#incoming.length > 0 || this.#hasEnded || this.#readError !== undefined;
    if (read === undefined || !isReady) return;
    this.#read = undefined;
    if (this.#readError !== undefined) return read.reject(this.#readError);
    if (this.#incoming.length === 0) return read.resolve(null);
    const piece = this.#incoming[0].subarray(0, read.octets.length);
    read.octets.set(piece);
    if (piece.length === this.#incoming[0].length) this.#incoming.shift();
    else this.#incoming[0] = this.#incoming[0].subarray(piece.length);
    read.resolve(piece.length);
  }

  #settleWrite(): void {
    const write = this.#write;
    if (write === undefined || (this.#isStalled && this.#writeError === undefined)) return;
    this.#write = undefined;
    if (this.#writeError !== undefined) return write.reject(this.#writeError);
    const taken = write.octets.subarray(0, this.acceptMax);
    this.writes.push(text(taken));
    this.calls.push("write");
    write.resolve(taken.length);
  }
}
