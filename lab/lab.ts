/** The server side of the lab: where its routes lead, who is told what the server does, and what ends with it. */
import type { Handler } from "../http1/message.ts";
import { openResetPort } from "./reset_port.ts";
import { ServerEvents } from "./server_events.ts";

/** Settings of {@linkcode openLab}. */
export interface LabOptions {
  /** Mode that the server runs in. */
  readonly mode: string;
  /** Address of the port for `/reset`. */
  readonly host: string;
}

/** The lab of a server. */
export interface Lab {
  /** Routes beside the page itself, which is a file. */
  readonly routes: ReadonlyMap<string, Handler>;
  /** To be told of everything, and of the server's end. */
  readonly events: ServerEvents;
  /** Ends all of it. */
  stop(): void;
}

/** Opens the lab. */
export async function openLab({ mode, host }: LabOptions): Promise<Lab> {
  const events = new ServerEvents({ mode, isInTurn: mode === "sequential" });
  const resetPort = await openResetPort(host.replace(/^\[|\]$/g, ""));
  const stop = () => {
    events.stopping();
    resetPort.close();
  };
  return { events, stop, routes: new Map([["/lab/events", events.handler], ["/reset", resetPort.handler]]) };
}
