/**
 * How a connection ends on our side: a last answer when there is something to say, half-close, then a moment in which
 * what still comes is read away.
 *
 * A socket that is closed with octets unread resets the connection, and the last answer may be lost with it
 * (RFC 9112 9.6).
 */
import { type Limits, ProtocolError } from "../http1/message.ts";
import { plainResponse } from "../http1/response.ts";
import type { Incoming } from "./incoming.ts";
import type { Outgoing } from "./outgoing.ts";
import { Phase, type Progress } from "./progress.ts";
import type { Socket } from "./socket.ts";

/** What {@linkcode Ending} needs of its connection. */
export interface EndingOptions {
  /** The connection's socket. */
  readonly socket: Socket;
  /** How long, and for how many octets, the end is drawn out. */
  readonly limits: Limits;
  /** What the connection is at. */
  readonly progress: Progress;
  /** Its reading half. */
  readonly incoming: Incoming;
  /** Its writing half. */
  readonly outgoing: Outgoing;
  /** Closes the socket. */
  cut(): void;
}

/** Ends one connection; whichever end begins first is the one. */
export class Ending {
  readonly #options: EndingOptions;
  /** Resolves when our side is closed. */
  #ourSide: Promise<void> | undefined;

  /** Ends the connection that has these parts. */
  constructor(options: EndingOptions) {
    this.#options = options;
  }

  /** Answers what breaks the protocol or is late, and closes our side. */
  refuse(error: ProtocolError): void {
    this.#begin(() => this.#sayLast(error));
  }

  /** Says that a request or its content is late, and closes our side. */
  refuseLate(what: "Request" | "Content"): void {
    this.refuse(new ProtocolError(408, "RFC 9110 15.5.9", `${what} is late`));
  }

  /** Closes our side without a word. */
  close(): void {
    this.#begin(() => this.#closeOurSide());
  }

  /** Reads away what still comes, until the peer closes its side too, or for a bounded while. */
  async linger(): Promise<void> {
    await this.#ourSide;
    await this.#options.incoming.discardRest();
  }

  /** From here on nothing that comes in is looked at; whoever waits for octets at this moment finds it so. */
  #begin(last: () => Promise<void>): void {
    const { progress, outgoing, cut } = this.#options;
    if (this.#ourSide !== undefined) return;
    progress.isEnding = true;
    outgoing.answer.persistent = false;
    this.#ourSide = last();
    this.#ourSide.catch(cut);
  }

  async #sayLast(error: ProtocolError): Promise<void> {
    const { incoming, outgoing } = this.#options;
    outgoing.answer.isHead = incoming.parser.isHead;
    const rest = outgoing.append(plainResponse(error.status, `${error.message} (${error.rule})`));
    await outgoing.flush();
    if (rest instanceof Uint8Array) await outgoing.write(rest);
    await this.#closeOurSide();
  }

  async #closeOurSide(): Promise<void> {
    const { socket, progress, limits } = this.#options;
    progress.enter(Phase.Linger, limits.lingerMs);
    await socket.closeWrite();
  }
}
