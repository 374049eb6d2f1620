/** A download that begins at once, and goes on when somebody wants the rest; its octets are compared as they come. */
import { Buffer } from "node:buffer";
import { deadline } from "@std/async/deadline";
import { type AnswerHead, parseAnswerHead } from "../../bench/http_answer.ts";
import { octets } from "../raw_client.ts";

/**
 * How a download ended: as one of the versions it may be, with fewer octets than were announced, without any (another
 * status, or no answer), with the announced length and other octets, or not in time.
 */
export type DownloadOutcome = "whole" | "cut" | "refused" | "wrong" | "late";

const HEAD_BYTES_MAX = 8_192, LATE_MS = 10_000;

/** One download over a connection of its own. */
export class Download implements Disposable {
  readonly #conn: Deno.TcpConn;
  #into = new Uint8Array(HEAD_BYTES_MAX);
  #filled = 0;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Asks, and does not wait for the answer. */
  static async ask(port: number, path: string): Promise<Download> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    await conn.write(octets(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`));
    return new Download(conn);
  }

  /** Asks, and waits until the answer begins. */
  static async start(port: number, path: string): Promise<Download> {
    const download = await Download.ask(port, path);
    await download.#more();
    return download;
  }

  async #more(): Promise<boolean> {
    const count = await this.#conn.read(this.#into.subarray(this.#filled)).catch(() => null);
    this.#filled += count ?? 0;
    return count !== null && count > 0;
  }

  /**
   * Reads to the end.
   *
   * @param versions what the content may be, each as a whole
   */
  async outcome(versions: readonly Uint8Array[]): Promise<DownloadOutcome> {
    try {
      return await deadline(this.#outcome(versions), LATE_MS);
    } catch (error) {
      if (error instanceof DOMException) return "late";
      throw error;
    } finally {
      this[Symbol.dispose]();
    }
  }

  async #outcome(versions: readonly Uint8Array[]): Promise<DownloadOutcome> {
    let head: AnswerHead | undefined;
    while ((head = parseAnswerHead(this.#into.subarray(0, this.#filled))) === undefined) {
      if (!await this.#more()) return "refused";
    }
    if (head.status !== 200) return "refused";
    const length = head.contentLength!;
    let left = versions.filter((version) => version.length === length), at = 0;
    let piece = this.#into.subarray(head.contentStart, this.#filled);
    this.#into = new Uint8Array(262_144);
    do {
      left = left.filter((version) => Buffer.compare(piece, version.subarray(at, at + piece.length)) === 0);
      at += piece.length;
      this.#filled = 0;
      if (at >= length || !await this.#more()) break;
      piece = this.#into.subarray(0, this.#filled);
    } while (true);
    if (at < length) return "cut";
    return at === length && left.length > 0 ? "whole" : "wrong";
  }

  [Symbol.dispose](): void {
    try {
      this.#conn.close();
    } catch { /* it is closed */ }
  }
}

/** How often each outcome is among some. */
export function counted(outcomes: readonly DownloadOutcome[]): Record<DownloadOutcome, number> {
  const counts = { whole: 0, cut: 0, refused: 0, wrong: 0, late: 0 };
  for (const outcome of outcomes) counts[outcome]++;
  return counts;
}
