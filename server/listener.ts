/**
 * Turns a listener into a stream of connections that does not end before it is meant to.
 *
 * A bare `for await` over a listener ends with the first error of `accept`, be it a peer that left too early. Here every
 * error has its answer: go on at once, or after a pause.
 */
import { delay } from "@std/async/delay";
import { ACCEPT_BACK_OFF_MS, nextPause } from "./back_off.ts";
import type { Server } from "./server.ts";

/** What is needed of a listener; `Deno.Listener` has it. */
export interface Acceptor<Conn> {
  /** Waits for the next connection. */
  accept(): Promise<Conn>;
}

/** Pause when no descriptor is left: retrying at once burns a whole core, this 1 to 2 % of one. */
const DESCRIPTORS_PAUSE_MS = 50;
/** Share of the descriptors that connections may use, so that files can still be opened. */
const DESCRIPTORS_SHARE = 0.75;
/** Connections that are taken in any case: with so few open it is not they that hold the descriptors. */
const DESCRIPTORS_CONNECTIONS_MIN = 16;
/** How long a shortage counts. Then the next one is looked for: descriptors may be free that were not. */
const DESCRIPTORS_SHORTAGE_MS = 10_000;

/**
 * Yields connections until the listener is closed.
 *
 * At most `connectionsMax` are open at once: with more, the oldest idle one gives way, or else the next one waits.
 *
 * @param listener gives a connection for each call of `accept`
 * @param server whose connections they become
 * @param pause waits; tests give one that does not
 */
export async function* accepted<Conn extends object>(
  listener: Acceptor<Conn>,
  { connections, limits, clock, observer, report }: Pick<
    Server,
    "connections" | "limits" | "clock" | "observer" | "report"
  >,
  pause: (ms: number) => Promise<void> = delay,
): AsyncGenerator<Conn> {
  const { connectionsMax } = limits;
  let shortageMax = Infinity, shortageEndMs = -Infinity, hasPaused = false, backOffMs = 0;
  while (!connections.isDraining) {
    const isShort = clock.nowMs < shortageEndMs;
    if (connections.size >= connectionsMax) await connections.room(connectionsMax);
    else if (isShort && connections.size >= shortageMax) await connections.room(shortageMax, shortageEndMs);
    try {
      const conn = await listener.accept();
      backOffMs = 0;
      hasPaused = false;
      setNoDelay(conn);
      yield conn;
    } catch (error) {
      if (isListenerClosed(error)) return;
      // A pause here would let one peer that resets throttle everybody.
      if (isPeerReset(error)) continue;
      observer?.acceptFailed?.();
      if (isOutOfDescriptors(error)) {
        if (isShort && !hasPaused) {
          // Those of connections that have just given way are free after the pause.
          hasPaused = true;
        } else {
          // How many there are cannot be asked without a permission, but here it shows.
          shortageMax = Math.max(DESCRIPTORS_CONNECTIONS_MIN, Math.floor(connections.size * DESCRIPTORS_SHARE));
          hasPaused = false;
        }
        shortageEndMs = clock.nowMs + DESCRIPTORS_SHORTAGE_MS;
        await pause(DESCRIPTORS_PAUSE_MS);
        continue;
      }
      report(error);
      backOffMs = nextPause(backOffMs, ACCEPT_BACK_OFF_MS);
      await pause(backOffMs);
    }
  }
}

/** Without it the second of two small writes waits for the peer's delayed acknowledgement, 40 ms. */
export function setNoDelay(conn: object): void {
  if (!("setNoDelay" in conn)) return;
  try {
    (conn as Deno.TcpConn).setNoDelay();
  } catch {
    // The peer has gone already; whoever reads finds out, and closes.
  }
}

function isListenerClosed(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted;
}

function isPeerReset(error: unknown): boolean {
  return error instanceof Deno.errors.NotConnected || error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted;
}

/** Whether an error says that the process, or the system, has no descriptor left. */
export function isOutOfDescriptors(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === "EMFILE" || code === "ENFILE" || /too many open files/i.test(String(error));
}
