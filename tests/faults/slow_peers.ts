/** Peers that are there, and take their time: slow heads, slow content, slow readers, idle ones, and those that vanish. */
import { delay } from "@std/async/delay";
import { figuresOf } from "../process_figures.ts";
import { octets } from "../raw_client.ts";
import { attacked, type Target } from "./attacked.ts";
import { Crowd } from "./crowd.ts";
import { ALL, type Scenario } from "./scenario.ts";
import { numberedContent } from "./site.ts";

/** A server has to let go of peers that keep it waiting for so long. */
const PATIENCE_SECONDS = 24;

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const SLOW_POST = "POST / HTTP/1.1\r\nHost: a\r\n";

/** Waits until the server has let go of a crowd that sends an octet a second, or nothing. */
async function demandLetGo(target: Target, crowd: Crowd, what: string, octet?: string): Promise<void> {
  const drip = octet === undefined ? undefined : octets(octet);
  const seconds = await crowd.untilLetGo(PATIENCE_SECONDS, () => drip && void crowd.send(drip));
  const { members: { length: count }, letGo } = crowd;
  target.findings.note(`${letGo} of ${count} ${what} let go in ${seconds.toFixed(0)} s`);
  target.findings.demand(letGo === count, `${count - letGo} ${what} are still there after ${PATIENCE_SECONDS} s`);
}

/** Slow heads. */
export const slowHeads: Scenario = {
  name: "slow_heads",
  waits: true,
  title: "500 peers send a head, one octet a second",
  servers: ALL,
  run: (stage) =>
    attacked(stage, async (target) => {
      await using crowd = await Crowd.connect(target.port, target.isShort ? 100 : 500);
      crowd.read();
      await crowd.send(octets("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "));
      await demandLetGo(target, crowd, "slow heads", "a");
    }),
};

/** Slow content. */
export const slowContent: Scenario = {
  name: "slow_content",
  waits: true,
  title: "200 peers send content, one octet a second",
  servers: ALL,
  run: (stage) =>
    attacked(stage, async (target) => {
      await using crowd = await Crowd.connect(target.port, target.isShort ? 50 : 200);
      crowd.read();
      const heads = [
        `${SLOW_POST}Content-Length: 100000\r\n\r\n`,
        `${SLOW_POST}Transfer-Encoding: chunked\r\n\r\nfff\r\n`,
      ];
      await Promise.all(crowd.members.map((member, index) => member.send(octets(heads[index % 2]))));
      await demandLetGo(target, crowd, "slow contents", "a");
    }),
};

/** Slow readers. */
export const slowReaders: Scenario = {
  name: "slow_readers",
  title: "200 peers read 10 MB at 1 KB/s",
  servers: ALL,
  run: (stage) => {
    const content = numberedContent(10_000_000);
    const read = async (target: Target) => {
      await using crowd = await Crowd.connect(target.port, target.isShort ? 50 : 200);
      await crowd.send(octets("GET /ten_megabytes.bin HTTP/1.1\r\nHost: a\r\n\r\n"));
      const heads = new Map<Deno.TcpConn, number>(), into = new Uint8Array(1_024);
      for (let second = 0; second < (target.isShort ? 4 : 8); second++) {
        const pause = delay(1_000);
        for (const member of crowd.members) {
          const count = await member.conn.read(into).catch(() => null) ?? 0;
          if (second === 0) heads.set(member.conn, endOfHead(into));
          // Where the content is that has come, each time.
          const start = member.received - heads.get(member.conn)!, first = Math.max(0, -start);
          const expected = content.subarray(start + first, start + count);
          if (!expected.every((octet, index) => octet === into[first + index])) target.findings.wrong++;
          member.received += count;
        }
        await pause;
      }
    };
    return attacked(stage, read, {
      prepare: (root) => Deno.writeFile(`${root}/ten_megabytes.bin`, content),
    });
  },
};

function endOfHead(bytes: Uint8Array): number {
  return new TextDecoder("latin1").decode(bytes).indexOf("\r\n\r\n") + 4;
}

/** Idle connections. */
export const idleKeepAlive: Scenario = {
  name: "idle_keep_alive",
  waits: true,
  title: "1,000 peers ask once and stay",
  servers: ALL,
  run: (stage) =>
    attacked(stage, async (target) => {
      await using crowd = await Crowd.connect(target.port, target.isShort ? 200 : 1_000);
      crowd.read();
      await crowd.send(octets(GET));
      await demandLetGo(target, crowd, "idle peers");
      const answered = crowd.members.filter(({ text }) => text.startsWith("HTTP/1.1 200")).length;
      target.findings.demand(answered === crowd.members.length, `${answered} of ${crowd.members.length} were answered`);
    }),
};

/** What peers have sent when they vanish. */
export const LAST_WORDS: Record<string, string> = {
  "that said nothing": "",
  "in a head": "GET / HTTP/1.1\r\nHo",
  "in content": `${SLOW_POST}Content-Length: 1000\r\n\r\nabc`,
  "after an answer": GET,
  "in an answer": "GET /ten_megabytes.bin HTTP/1.1\r\nHost: a\r\n\r\n",
};

/** Peers that vanish. */
export const vanishedPeers: Scenario = {
  name: "vanished_peers",
  waits: true,
  title: "peers vanish without a FIN, in five phases",
  servers: ALL,
  run: (stage) =>
    attacked(stage, async (target) => {
      const { descriptors } = await figuresOf(target.pid);
      await using crowd = await Crowd.connect(target.port, target.isShort ? 50 : 250);
      // They send and read nothing more, so that they hear nothing of the end either: the server's descriptors tell.
      const words = Object.values(LAST_WORDS).map(octets);
      await Promise.all(crowd.members.map((member, index) => member.send(words[index % words.length])));
      await demandForgotten(target, crowd.members.length, descriptors);
    }, { prepare: prepareLongAnswer }),
};

/** Writes the file whose answer is longer than what kernels take at once. */
export const prepareLongAnswer = (root: string): Promise<void> =>
  Deno.writeFile(`${root}/ten_megabytes.bin`, numberedContent(10_000_000));

/**
 * Waits until the server has let go of peers that cannot hear it.
 *
 * @param descriptors what it held before they came
 */
export async function demandForgotten({ pid, findings }: Target, count: number, descriptors: number): Promise<void> {
  const held = async () => Math.max(0, (await figuresOf(pid)).descriptors - descriptors - HONEST_CONNECTIONS);
  const startMs = performance.now();
  let left = await held();
  while (left > 0 && performance.now() - startMs < 1_000 * PATIENCE_SECONDS) {
    await delay(500);
    left = await held();
  }
  // One in the middle of an answer may hold two descriptors.
  left = Math.min(left, count);
  findings.note(`${count - left} of ${count} let go in ${((performance.now() - startMs) / 1_000).toFixed(0)} s`);
  findings.demand(left === 0, `${left} that vanished are still there after ${PATIENCE_SECONDS} s`);
}

/** Descriptors that honest visitors may have come to hold meanwhile. */
const HONEST_CONNECTIONS = 4;
