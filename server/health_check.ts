/** Asks a server's admin port whether it is ready: the health check of an image that has no other program in it. */
import type { HostPort } from "./config.ts";
import { inUrl } from "./open_listener.ts";
import { demand, reasonOf, StartError } from "./start_error.ts";

/** Time for the answer. */
const ANSWER_MS = 2_000;

/**
 * Asks for `/readyz`.
 *
 * @returns whether the answer is 200
 * @throws {StartError} when nobody may ask or nobody is there
 */
export async function isReady({ host: hostname, port }: HostPort): Promise<boolean> {
  const address = `${inUrl(hostname)}:${port}`;
  demand({ name: "net", host: address }, `ask "${address}"`, `--allow-net=${address}`);
  try {
    using conn = await Deno.connect({ hostname, port });
    const timer = setTimeout(() => conn.close(), ANSWER_MS);
    try {
      await conn.write(
        new TextEncoder().encode("GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
      );
      const first = new Uint8Array(12), count = await conn.read(first);
      return count === first.length && new TextDecoder().decode(first) === "HTTP/1.1 200";
    } finally {
      clearTimeout(timer);
    }
  } catch (error) {
    throw new StartError(`Cannot ask "${address}": ${reasonOf(error)}`);
  }
}
