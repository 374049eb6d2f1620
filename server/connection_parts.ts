/**
 * What the parts of a connection that work for the whole of it see of one another: `responder.ts` answers,
 * `peer_presence.ts` looks after the peer meanwhile, `ending.ts` ends it.
 */
import type { Limits } from "../http1/message.ts";
import type { Incoming } from "./incoming.ts";
import type { Outgoing } from "./outgoing.ts";
import type { Progress } from "./progress.ts";
import type { Socket } from "./socket.ts";

/** A connection, to the parts of it. */
export interface ConnectionParts {
  /** What it reads from and writes to. */
  readonly socket: Socket;
  /** Upper bounds of everything. */
  readonly limits: Limits;
  /** What it is at. */
  readonly progress: Progress;
  /** Its reading half. */
  readonly incoming: Incoming;
  /** Its writing half. */
  readonly outgoing: Outgoing;
  /** Closes the socket. */
  cut(): void;
}
