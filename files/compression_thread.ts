/**
 * A thread that compresses, so that the event loop serves everybody else meanwhile.
 *
 * It is started when there is work and ended when there was none for a while: it takes some 15 MB. Its program is the
 * text of a function in a `data:` URL, which needs no permission to read anything, and is there in the compiled binary.
 */
import type * as zlib from "node:zlib";

/** What is done to content. */
export interface CompressionJob {
  /** What to compress to. */
  readonly coding: "br" | "gzip";
  /** Quality of brotli, 0 to 11, or level of gzip, 1 to 9. */
  readonly level: number;
}

/** Compresses here and now. Its text runs in the thread as well, so it may use nothing but its arguments. */
export function compressNow(
  { brotliCompressSync, gzipSync, constants }: typeof zlib,
  content: Uint8Array,
  { coding, level }: CompressionJob,
): Uint8Array {
  if (coding === "gzip") return gzipSync(content, { level });
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
  return brotliCompressSync(content, {
    params: { [BROTLI_PARAM_QUALITY]: level, [BROTLI_PARAM_SIZE_HINT]: content.length },
  });
}

const PROGRAM = `import * as zlib from "node:zlib";
const compressNow = ${compressNow};
onmessage = ({ data: { content, job } }) => postMessage(new Uint8Array(compressNow(zlib, content, job)));`;

/** How long the thread waits for more work: it takes 40 to 90 ms to start one. */
const IDLE_MS = 10_000;

interface Waiting {
  readonly content: Uint8Array;
  readonly job: CompressionJob;
  resolve(octets: Uint8Array | undefined): void;
}

/** Compresses one content after the other in a thread; each is copied only when its turn has come. */
export class CompressionThread {
  readonly #program: string;
  readonly #idleMs: number;
  #worker: Worker | undefined;
  #waiting: Waiting[] = [];
  #idle: ReturnType<typeof setTimeout> | undefined;

  /**
   * Starts no thread yet.
   *
   * @param options what the thread runs, and how long it waits for more; tests have their own
   */
  constructor({ program = PROGRAM, idleMs = IDLE_MS }: { program?: string; idleMs?: number } = {}) {
    this.#program = program;
    this.#idleMs = idleMs;
  }

  /** Whether there is a thread. */
  get isRunning(): boolean {
    return this.#worker !== undefined;
  }

  /**
   * Compresses a copy of some octets.
   *
   * @returns `undefined` when the thread failed; the next job has another one
   */
  compress(content: Uint8Array, job: CompressionJob): Promise<Uint8Array | undefined> {
    clearTimeout(this.#idle);
    const { promise, resolve } = Promise.withResolvers<Uint8Array | undefined>();
    this.#waiting.push({ content, job, resolve });
    if (this.#waiting.length === 1) this.#next();
    return promise;
  }

  /** Ends the thread; what it had to do comes to nothing. */
  stop(): void {
    clearTimeout(this.#idle);
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const { resolve } of this.#waiting.splice(0)) resolve(undefined);
  }

  #next(): void {
    const { content, job } = this.#waiting[0];
    (this.#worker ??= this.#start()).postMessage({ content, job });
  }

  #start(): Worker {
    const worker = new Worker(`data:text/javascript,${encodeURIComponent(this.#program)}`, { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<Uint8Array>) => {
      this.#waiting.shift()?.resolve(data);
      if (this.#waiting.length > 0) this.#next();
      else this.#idle = setTimeout(() => this.stop(), this.#idleMs);
    };
    worker.onerror = (event) => {
      event.preventDefault(); // else it ends this thread, too
      if (worker === this.#worker) this.stop();
    };
    return worker;
  }
}
