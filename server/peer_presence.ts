/**
 * What a connection does while a handler is at work: it reads on, to see whether the peer is still there, and where that
 * cannot be seen it finds out.
 *
 * The end of a peer's octets says only that it sends no more. So an octet of the answer goes out ahead: a peer that is
 * gone answers it with a reset, which the next octet, a moment later, meets.
 */
import type { ConnectionParts } from "./connection_parts.ts";
import { Phase } from "./progress.ts";

/** Pause between two octets of the probe when the peer has closed its side: longer than a round trip. */
const PROBE_MS = 1_000;
/** The same when nothing can be seen of the peer, since no more fits the buffer: it is probably there. */
const BLIND_PROBE_MS = 5_000;

/** Looks after the peer of one connection while its handlers work. */
export class PeerPresence {
  readonly #connection: ConnectionParts;
  #isReading = false;
  /** Whether so much has come behind the request that no more can be read, so that the peer's end cannot be seen. */
  #isBlind = false;
  #handlerEndMs = 0;

  /** Looks after the connection that has these parts. */
  constructor(connection: ConnectionParts) {
    this.#connection = connection;
  }

  /** A handler begins, or goes on: its time runs from now. */
  begin(): void {
    const { progress, limits } = this.#connection;
    progress.enter(Phase.Handler, limits.handlerMs);
    this.#handlerEndMs = progress.deadlineMs;
    this.#isBlind = false;
  }

  /**
   * Reads while a handler is at work, as far as there is room. While the handler itself reads content this is left to
   * it, since a piece may still be in use.
   */
  async readOn(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    const { incoming, progress } = this.#connection, { parser } = incoming;
    try {
      while (progress.phase === Phase.Handler || progress.phase === Phase.Stream) {
        if (incoming.isContentInUse) break;
        if (incoming.reading === undefined && parser.space().length === 0) {
          this.#isBlind = true;
          if (progress.phase === Phase.Handler) progress.deadlineMs = progress.nowMs + BLIND_PROBE_MS;
          break;
        }
        if (!await incoming.read()) {
          if (progress.phase === Phase.Handler) this.#probe();
          break;
        }
      }
    } catch {
      this.#connection.cut();
    }
    this.#isReading = false;
  }

  /** Called when the handler's deadline has passed: sends the next octet if it was one of the probe's. */
  probes(): boolean {
    const { incoming, progress } = this.#connection;
    const isProbing = (incoming.hasEnded || this.#isBlind) && progress.nowMs < this.#handlerEndMs;
    if (isProbing) this.#probe();
    return isProbing;
  }

  /** Looks whether a peer that closed its side, or cannot be seen, still reads, and again in a moment. */
  #probe(): void {
    const { incoming, outgoing, progress } = this.#connection;
    const pauseMs = incoming.hasEnded ? PROBE_MS : BLIND_PROBE_MS;
    const wasSent = outgoing.probe(() => this.#connection.cut()), againMs = progress.nowMs + pauseMs;
    progress.deadlineMs = wasSent ? Math.min(this.#handlerEndMs, againMs) : this.#handlerEndMs;
  }
}
