/** The server side of the lab: where its routes lead, who is told what the server does, and what ends with it. */
import type { Handler } from "../http1/message.ts";
import { openResetPort } from "./reset_port.ts";
import { ServerEvents, unwatched } from "./server_events.ts";

/** Settings of {@linkcode openLab}. */
export interface LabOptions {
  /** Mode that the server runs in. */
  readonly mode: string;
  /** Address of the port for `/reset`, IPv6 without brackets. */
  readonly host: string;
  /** Ports of the same host whose pages may listen, since labs in other modes are there. */
  readonly ports?: readonly number[];
}

/** The lab of a server. */
export interface Lab {
  /** Routes beside the page itself, which is a file. */
  readonly routes: ReadonlyMap<string, Handler>;
  /** To be told of everything, and of the server's stop, with which all of the lab ends. */
  readonly events?: ServerEvents;
}

/** Opens the lab. */
export async function openLab({ mode, host, ports = [] }: LabOptions): Promise<Lab> {
  const resetPort = await openResetPort(host);
  const atEnd = () => resetPort.close();
  const events = new ServerEvents({ mode, isInTurn: mode === "sequential", ports, atEnd });
  return { events, routes: new Map([["/lab/events", events.handler], ["/reset", resetPort.handler]]) };
}

/** What is there of the lab without `--lab`: the page can be told that there is no more. */
export function closedLab(mode: string): Lab {
  return { routes: new Map([["/lab/events", unwatched(mode)]]) };
}
