/**
 * How a connection ends on our side: a last answer when there is something to say, half-close, then a moment in which
 * what still comes is read away.
 *
 * A socket that is closed with octets unread resets the connection, and the last answer may be lost with it
 * (RFC 9112 9.6).
 */
import { ProtocolError } from "../http1/message.ts";
import { plainResponse } from "../http1/response.ts";
import type { ConnectionParts } from "./connection_parts.ts";
import { Phase } from "./progress.ts";

/** Ends one connection; whichever end begins first is the one. */
export class Ending {
  readonly #connection: ConnectionParts;
  /** Resolves when our side is closed. */
  #ourSide: Promise<void> | undefined;

  /** Ends the connection that has these parts. */
  constructor(connection: ConnectionParts) {
    this.#connection = connection;
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
    await this.#connection.incoming.discardRest();
  }

  /** From here on nothing that comes in is looked at; whoever waits for octets at this moment finds it so. */
  #begin(last: () => Promise<void>): void {
    const { progress, outgoing } = this.#connection;
    if (this.#ourSide !== undefined) return;
    progress.isEnding = true;
    outgoing.answer.persistent = false;
    this.#ourSide = last();
    this.#ourSide.catch(() => this.#connection.cut());
  }

  async #sayLast(error: ProtocolError): Promise<void> {
    const { incoming, outgoing } = this.#connection;
    outgoing.answer.isHead = incoming.parser.isHead;
    const rest = outgoing.append(plainResponse(error.status, `${error.message} (${error.rule})`));
    await outgoing.flush();
    if (rest instanceof Uint8Array) await outgoing.write(rest);
    await this.#closeOurSide();
  }

  async #closeOurSide(): Promise<void> {
    const { socket, progress, limits } = this.#connection;
    progress.enter(Phase.Linger, limits.lingerMs);
    await socket.closeWrite();
  }
}
