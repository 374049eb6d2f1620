/**
 * Writes log lines to a stream that may be slow, full, stalled or closed, and never lets any of that hold up the server.
 *
 * Lines are collected in memory and written on the clock's tick, or as soon as there are many; one write at a time is on
 * its way. Memory is bounded: when the stream does not keep up, lines are dropped, counted, and the count is told.
 */
import type { Clock } from "./clock.ts";

/** What is needed of a stream; `Deno.stdout` has it. */
export interface LogStream {
  /** Writes some of the octets, and says how many. */
  write(octets: Uint8Array): Promise<number>;
}

/** Settings of {@linkcode LogWriter}. */
export interface LogWriterOptions {
  /** Where the lines go. */
  readonly stream: LogStream;
  /** Its tick writes what waits. */
  readonly clock: Clock;
  /** Told in a sentence of lines that were lost, of each trouble once. */
  tell(message: string): void;
  /** Octets that wait at most. Default 4 MiB: half a minute of a busy server's lines. */
  readonly bytesMax?: number;
}

/** Waiting octets that are worth a write before the tick. */
const WRITE_BYTES = 65_536;
/** Octets of a buffer: those, and one line or a worker's lines more. */
const BUFFER_BYTES = 2 * WRITE_BYTES;
/** Characters that are made octets at once: some twenty lines. */
const TEXT_CHARS = 2_048;
const LINE_END = 0x0a;
const encoder = new TextEncoder();

/**
 * Collects lines and writes them. Lines soon become octets: seven hundred strings that wait for one write would be
 * copied again and again by the garbage collector, which cost more than all the rest of the log. But not each by itself,
 * since a call of the encoder costs as much as a dozen lines in it.
 */
export class LogWriter {
  /** Lines that were not written. */
  lostCount = 0;
  readonly #stream: LogStream;
  readonly #tell: (message: string) => void;
  readonly #bytesMax: number;
  /** Lines that are no octets yet, and come behind those that are. */
  #text = "";
  #buffer = new Uint8Array(BUFFER_BYTES);
  /** The other buffer, while nothing is being written. */
  #spare: Uint8Array<ArrayBuffer> | undefined;
  /** Octets that wait there. */
  #length = 0;
  #untoldCount = 0;
  #isBroken = false;
  #isFailing = false;
  #writing: Promise<void> | undefined;

  /** Writes on the ticks of the clock. */
  constructor({ stream, clock, tell, bytesMax = 4_194_304 }: LogWriterOptions) {
    this.#stream = stream;
    this.#tell = tell;
    this.#bytesMax = bytesMax;
    clock.onTick(() => this.#onTick());
  }

  /** Takes whole lines, with their line ends; each of them counts when they are lost. */
  push(lines: string): void {
    if (!this.#takes(lines.length)) return this.#lose(encoder.encode(lines));
    this.#text += lines;
    if (this.#text.length >= TEXT_CHARS) this.#encode();
    if (this.#length >= WRITE_BYTES) this.#write();
  }

  /** As {@linkcode push}, of lines that are octets already; they are copied. */
  pushOctets(lines: Uint8Array): void {
    if (!this.#takes(lines.length)) return this.#lose(lines);
    this.#encode();
    this.#makeRoom(lines.length);
    this.#buffer.set(lines, this.#length);
    this.#length += lines.length;
    if (this.#length >= WRITE_BYTES) this.#write();
  }

  #takes(count: number): boolean {
    return !this.#isBroken && this.#length + this.#text.length + count <= this.#bytesMax;
  }

  #makeRoom(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }

  #encode(): void {
    // No character takes more than three octets for each of its code units.
    this.#makeRoom(3 * this.#text.length);
    this.#length += encoder.encodeInto(this.#text, this.#buffer.subarray(this.#length)).written;
    this.#text = "";
  }

  /** Writes what waits, for the last time; a stream that is stalled has to be left after a while by who waits. */
  async end(): Promise<void> {
    while (this.#isWaiting && !this.#isBroken) {
      this.#write();
      await this.#writing;
      if (this.#isFailing) return;
    }
    await this.#writing;
  }

  get #isWaiting(): boolean {
    return this.#length > 0 || this.#text !== "";
  }

  #onTick(): void {
    if (this.#isWaiting) this.#write();
    if (this.#untoldCount === 0 || this.#writing !== undefined && this.#isFailing) return;
    // Once for all that were lost since the last tick on which there was room again.
    if (this.#length > this.#bytesMax / 2) return;
    const count = this.#untoldCount;
    this.#untoldCount = 0;
    if (!this.#isBroken && !this.#isFailing) this.#tell(`Lost ${count} lines of the log: standard output is too slow`);
  }

  #lose(lines: Uint8Array): void {
    let count = 0;
    for (const octet of lines) if (octet === LINE_END) count++;
    this.lostCount += count;
    this.#untoldCount += count;
  }

  #write(): void {
    if (this.#writing !== undefined) return;
    this.#encode();
    const buffer = this.#buffer, lines = buffer.subarray(0, this.#length);
    this.#buffer = this.#spare ?? new Uint8Array(BUFFER_BYTES);
    this.#spare = undefined;
    this.#length = 0;
    this.#writing = this.#writeAll(lines).then(() => this.#isFailing = false, (error) => {
      this.#lose(lines);
      this.#fail(error);
    }).then(() => {
      this.#writing = undefined;
      // One that grew while the stream was stalled is given back.
      if (buffer.length === BUFFER_BYTES) this.#spare = buffer;
    });
  }

  async #writeAll(octets: Uint8Array): Promise<void> {
    for (let sent = 0; sent < octets.length;) sent += await this.#stream.write(octets.subarray(sent));
  }

  /** A disk may have room again; a pipe that is closed is closed for good. */
  #fail(error: unknown): void {
    const isClosed = error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.BadResource;
    const reason = isClosed ? "standard output is closed" : error instanceof Error ? error.message : String(error);
    if (!this.#isFailing) this.#tell(`Cannot write the log: ${reason}`);
    this.#isFailing = true;
    if (!isClosed) return;
    this.#isBroken = true;
    this.#length = 0;
    this.#text = "";
  }
}
