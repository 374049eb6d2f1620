/** What all connections of a server share. */
import type { Handler, Limits } from "../http1/message.ts";
import type { Clock } from "./clock.ts";
import type { Observer } from "./observer.ts";
import type { OpenConnections } from "./open_connections.ts";
import type { Socket } from "./socket.ts";

/** A server, as each of its connections sees it. */
export interface Server {
  /** Answers requests. */
  readonly handler: Handler;
  /** Upper bounds of what a peer may cost. */
  readonly limits: Limits;
  /** Tells the time and the date. */
  readonly clock: Clock;
  /** All that are open. */
  readonly connections: OpenConnections;
  /** Reads what a proxy says before the client's first octet; `undefined` closes the connection. */
  readonly proxied?: (socket: Socket) => Promise<Socket | undefined>;
  /** Whether a trusted proxy is at an address: its connections are those of many. */
  isProxy?(address: string): boolean;
  /** Told of everything that happens; nobody when absent. */
  readonly observer?: Observer;
  /** Told of errors that are ours, never of those of a peer; must not throw. */
  report(error: unknown): void;
}
