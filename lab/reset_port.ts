/**
 * A port whose connections are reset as soon as they have asked for something: `/reset` leads there.
 *
 * It cannot be done on the server's own port. A reset wants `SO_LINGER`, which Deno does not offer for its sockets, and
 * `close()` says FIN before the kernel could reset a connection whose octets were left unread. `node:net` can.
 */
import type { Server, Socket } from "node:net";
import { type Handler, type HttpRequest } from "../http1/message.ts";
import { plainResponse } from "../http1/response.ts";

/** Connections that have not asked for anything yet are closed after this time. */
const SILENCE_MS = 10_000;
const CONNECTIONS_MAX = 64;

/** Listens on a free port of a host. */
export async function openResetPort(host: string): Promise<ResetPort> {
  // Only now: it takes a tenth of the time that the whole program needs to start.
  const { createServer } = await import("node:net");
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.once("close", () => sockets.delete(socket)));
    socket.setTimeout(SILENCE_MS, () => socket.destroy());
    socket.on("error", () => {}); // who leaves first has nothing to be told
    socket.once("data", () => socket.resetAndDestroy());
  });
  server.maxConnections = CONNECTIONS_MAX;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(0, host, resolve);
  await promise;
  return new ResetPort(server, sockets);
}

/** See {@linkcode openResetPort}. */
export class ResetPort {
  /** The port. */
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: ReadonlySet<Socket>;

  /** Takes a server over that listens, and the connections that it has at any time. */
  constructor(server: Server, sockets: ReadonlySet<Socket>) {
    this.#server = server;
    this.#sockets = sockets;
    this.port = (server.address() as { port: number }).port;
  }

  /** Leads to the port, at the name by which the client knows this machine. */
  readonly handler: Handler = (request) => {
    return plainResponse(307, "", {
      "Location": `http://${hostOf(request)}:${this.port}/`,
      "Cache-Control": "no-store",
    });
  };

  /** Gives the port back, and ends who has not asked for anything yet. */
  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** The host of a request without its port. */
function hostOf(request: HttpRequest): string {
  const [, host = "127.0.0.1"] = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]*)?$/.exec(request.field(0) ?? "") ??
    [];
  return host;
}
