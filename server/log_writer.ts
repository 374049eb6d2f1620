/**
 * Writes log lines to a stream that may be slow, full, stalled or closed, and never lets any of that hold up the server.
 *
 * Lines are collected in memory and written on the clock's tick, or as soon as there are many; one write at a time is on
 * its way. Memory is bounded: when the stream does not keep up, lines are dropped, counted, and the count is told.
 */
import type { Clock } from "./clock.ts";

/** What is needed of a stream; `Deno.stdout` has it. */
export interface LogStream {
  write(octets: Uint8Array): Promise<number>;
}

/** Settings of {@linkcode LogWriter}. */
export interface LogWriterOptions {
  readonly stream: LogStream;
  readonly clock: Clock;
  /** Told in a sentence of lines that were lost, of each trouble once. */
  tell(message: string): void;
  /** Characters that wait at most. */
  readonly charsMax?: number;
}

/** Waiting characters that are worth a write before the tick. */
const WRITE_CHARS = 65_536;
const encoder = new TextEncoder();

/** Collects lines and writes them. */
export class LogWriter {
  /** Lines that were not written. */
  lostCount = 0;
  readonly #stream: LogStream;
  readonly #tell: (message: string) => void;
  readonly #charsMax: number;
  #text = "";
  #untoldCount = 0;
  #isBroken = false;
  #isFailing = false;
  #writing: Promise<void> | undefined;

  constructor({ stream, clock, tell, charsMax = 4_194_304 }: LogWriterOptions) {
    this.#stream = stream;
    this.#tell = tell;
    this.#charsMax = charsMax;
    clock.onTick(() => this.#onTick());
  }

  /** Takes whole lines, with their line ends; each of them counts when they are lost. */
  push(lines: string): void {
    if (this.#isBroken || this.#text.length + lines.length > this.#charsMax) return this.#lose(lines);
    this.#text += lines;
    if (this.#text.length >= WRITE_CHARS) this.#write();
  }

  /** Writes what waits, for the last time; a stream that is stalled has to be left after a while by who waits. */
  async end(): Promise<void> {
    while (this.#text !== "" && !this.#isBroken) {
      this.#write();
      await this.#writing;
      if (this.#isFailing) return;
    }
    await this.#writing;
  }

  #onTick(): void {
    if (this.#text !== "") this.#write();
    if (this.#untoldCount === 0 || this.#writing !== undefined && this.#isFailing) return;
    // Once for all that were lost since the last tick on which there was room again.
    if (this.#text.length > this.#charsMax / 2) return;
    const count = this.#untoldCount;
    this.#untoldCount = 0;
    if (!this.#isBroken && !this.#isFailing) this.#tell(`Lost ${count} lines of the log: standard output is too slow`);
  }

  #lose(lines: string): void {
    let count = 0;
    for (let at = lines.indexOf("\n"); at >= 0; at = lines.indexOf("\n", at + 1)) count++;
    this.lostCount += count;
    this.#untoldCount += count;
  }

  #write(): void {
    if (this.#writing !== undefined) return;
    const text = this.#text;
    this.#text = "";
    this.#writing = this.#writeAll(encoder.encode(text)).then(() => this.#isFailing = false, (error) => {
      this.#lose(text);
      this.#fail(error);
    }).then(() => {
      this.#writing = undefined;
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
    this.#text = "";
  }
}
