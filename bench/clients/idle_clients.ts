/**
 * Many visitors who ask once, get their answer and stay, in one process.
 *
 * Prints `open` and how many are when all have been answered; ends, and closes them, with stdin. Fails if one of them
 * is not answered with 200.
 *
 * Run: `deno run --allow-net bench/clients/idle_clients.ts HOST PORT TARGET COUNT`
 *
 * @module
 */

import { getRequest, readAnswer, writeAll } from "../http_answer.ts";

/** How many connect at the same time: less than any server's backlog. */
const AT_A_TIME = 100;

const [hostname, port, target, count] = Deno.args;
const request = getRequest(target, `${hostname}:${port}`);
const conns: Deno.TcpConn[] = [];

async function visit(): Promise<void> {
  const conn = await Deno.connect({ hostname, port: Number(port) });
  conns.push(conn);
  await writeAll(conn, request);
  const { status } = await readAnswer(conn);
  if (status !== 200) throw new Error(`Wrong answer: status ${status}`);
}

while (conns.length < Number(count)) {
  const missing = Math.min(AT_A_TIME, Number(count) - conns.length);
  await Promise.all(Array.from({ length: missing }, visit));
}
console.log(`open ${conns.length}`);
for await (const _ of Deno.stdin.readable) { /* until it ends */ }
Deno.exit(0);
