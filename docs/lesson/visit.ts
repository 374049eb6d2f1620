/**
 * The visitors of the lesson: each kind prints one line of what it has seen.
 *
 *     deno run --allow-net=127.0.0.1 docs/lesson/visit.ts PORT two|leave|pieces
 */
import { connect } from "node:net";

const [port, kind] = Deno.args;
const url = `http://127.0.0.1:${port}`;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Seconds until an answer is there, whole. */
async function seconds(path: string): Promise<string> {
  const startMs = performance.now();
  await (await fetch(url + path)).text();
  return `${((performance.now() - startMs) / 1_000).toFixed(2)} s`;
}

/** One sleeps; another one comes while he does. */
async function two(): Promise<string> {
  const sleeper = seconds("/sleep?ms=1000");
  await pause(100);
  const visitor = seconds("/");
  return `sleeper ${await sleeper}, visitor ${await visitor}`;
}

/** One asks for a sleep and hangs up, rudely; another one comes later. */
async function leave(): Promise<string> {
  const rude = connect(Number(port), "127.0.0.1");
  rude.on("error", () => {});
  rude.write("GET /sleep?ms=1000 HTTP/1.1\r\nHost: a\r\n\r\n");
  await pause(200);
  rude.resetAndDestroy();
  await pause(1_300);
  return await seconds("/").then((time) => `visitor ${time}`, () => "visitor: there is no server any more");
}

/** A request for a sleep whose octets come in two pieces, as networks like to deliver them. */
async function pieces(): Promise<string> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  const startMs = performance.now(), encoder = new TextEncoder();
  await conn.write(encoder.encode("GET /sl"));
  await pause(300);
  await conn.write(encoder.encode("eep?ms=1000 HTTP/1.1\r\nHost: a\r\n\r\n"));
  await conn.read(new Uint8Array(4_096)).catch(() => {});
  const time = (performance.now() - startMs) / 1_000;
  conn.close();
  return `asked for a sleep of 1 s, was answered after ${time.toFixed(2)} s`;
}

/** Waits until somebody listens: a server that was started a moment ago. */
async function untilListening(): Promise<void> {
  for (let i = 0; i < 200; i++) {
    try {
      return (await Deno.connect({ hostname: "127.0.0.1", port: Number(port) })).close();
    } catch {
      await pause(50);
    }
  }
}

const KINDS: Record<string, () => Promise<string>> = { two, leave, pieces };
await untilListening();
console.log(await KINDS[kind]());
