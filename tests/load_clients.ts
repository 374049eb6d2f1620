/** Clients that ask without a pause, each over its connection, and count what goes wrong. */
import { octets } from "./raw_client.ts";

/** What became of the requests of all clients. */
export interface LoadResult {
  answered: number;
  /** What went wrong, by its message. */
  failures: Record<string, number>;
}

/** Clients at work. */
export interface LoadClients {
  readonly answered: number;
  /** Resolves when so many more requests are answered. */
  more(count: number): Promise<void>;
  /** Stops, and returns what became of all. */
  stop(): Promise<LoadResult>;
}

/**
 * Starts clients of a port of loopback. A request counts as failed when its answer is no 200 or is cut short; a
 * connection that the server closes between two answers is opened anew.
 */
export function startLoad(port: number, clients: number, target = "/"): LoadClients {
  const request = octets(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`), failures: Record<string, number> = {};
  let answered = 0, isOver = false;
  const waiting: { at: number; resolve: () => void }[] = [];
  const count = () => {
    answered++;
    for (let i = waiting.length - 1; i >= 0; i--) if (answered >= waiting[i].at) waiting.splice(i, 1)[0].resolve();
  };
  const fail = (message: string) => failures[message] = (failures[message] ?? 0) + 1;
  const client = async () => {
    while (!isOver) {
      try {
        using conn = await Deno.connect({ hostname: "127.0.0.1", port });
        let mayAsk = true;
        while (mayAsk && !isOver) mayAsk = await ask(conn, request, count);
      } catch (error) {
        fail(String(error));
      }
    }
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  return {
    get answered() {
      return answered;
    },
    more: (more) => new Promise((resolve) => waiting.push({ at: answered + more, resolve })),
    async stop() {
      isOver = true;
      await all;
      return { answered, failures };
    },
  };
}

/** Asks once. Returns whether the connection goes on. */
async function ask(conn: Deno.Conn, request: Uint8Array, count: () => void): Promise<boolean> {
  let text = "";
  const into = new Uint8Array(16_384), decoder = new TextDecoder("latin1");
  await conn.write(request);
  for (;;) {
    const length = await conn.read(into);
    if (length === null) throw new Error(text === "" ? "No answer" : "Answer is cut short");
    text += decoder.decode(into.subarray(0, length));
    const end = text.indexOf("\r\n\r\n");
    if (end < 0) continue;
    const head = text.slice(0, end);
    if (!head.startsWith("HTTP/1.1 200")) throw new Error(head.slice(0, 40));
    if (text.length < end + 4 + Number(/content-length: ([0-9]+)/i.exec(head)?.[1])) continue;
    count();
    return !/connection: close/i.test(head);
  }
}
