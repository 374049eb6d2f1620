/** Visitors over TLS who come again and again, each with a new connection, while the server takes up certificates. */

/** Visitors at work. */
export interface TlsVisitors {
  /** Answers so far. */
  readonly answered: number;
  /** Connections that the server's kernel has reset. */
  readonly resets: number;
  /** Resolves when so many more visits are answered. */
  more(count: number): Promise<void>;
  /** Lets the visits under way end. Rejects when one ended otherwise than with an answer or a reset. */
  stop(): Promise<void>;
}

/** How many come at the same time. */
const VISITORS = 4;
const REQUEST = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

/** Starts visitors of a port of loopback who trust some certificates. */
export function startTlsVisitors(port: number, caCerts: string[]): TlsVisitors {
  let answered = 0, resets = 0, isOver = false;
  const waiting: { at: number; resolve: () => void }[] = [];
  const visit = async () => {
    const tcp = await Deno.connect({ hostname: "127.0.0.1", port });
    tcp.setNoDelay();
    using conn = await Deno.startTls(tcp, { hostname: "127.0.0.1", caCerts });
    await conn.write(REQUEST);
    const answer = await new Response(conn.readable).text();
    if (!answer.startsWith("HTTP/1.1 200 ")) throw new Error(`Answered with "${answer}"`);
    answered++;
    while (waiting.length > 0 && answered >= waiting[0].at) waiting.shift()!.resolve();
  };
  const visitor = async () => {
    while (!isOver) {
      await visit().catch((error) => {
        if (!isReset(error)) throw error;
        resets++;
      });
    }
  };
  const all = Promise.all(Array.from({ length: VISITORS }, visitor));
  return {
    get answered() {
      return answered;
    },
    get resets() {
      return resets;
    },
    async more(count) {
      const enough = new Promise<void>((resolve) => waiting.push({ at: answered + count, resolve }));
      await Promise.race([enough, all]);
    },
    async stop() {
      isOver = true;
      await all;
    },
  };
}

/** One that was reset before TLS began has no peer any more. */
function isReset(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.NotConnected;
}
