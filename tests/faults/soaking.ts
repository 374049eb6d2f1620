/** Much of everything: a soak, ten thousand idle connections, ten thousand paths, a million query strings. */
import { Buffer } from "node:buffer";
import { startScript } from "../../bench/child_lines.ts";
import { type Answer, parseAnswer } from "../../bench/http_answer.ts";
import { figuresOf } from "../process_figures.ts";
import { visitAll } from "../../tools/soak.ts";
import { attacked, GIVEN_BACK_MS, type Target } from "./attacked.ts";
import { ALL, type Scenario } from "./scenario.ts";
import { numberedContent } from "./site.ts";

/** A soak. */
export const soaking: Scenario = {
  name: "soaking",
  title: "a soak: 16 visitors who ask, leave in the middle, talk nonsense",
  servers: ALL,
  run: (stage) => {
    const settings = { seconds: stage.isShort ? 2 : 8, hasSleep: stage.server === "siesta" };
    return attacked(stage, async ({ port, findings }) => {
      const { visits, failures } = await visitAll({ port, ...settings });
      findings.note(`${visits} visits, ${failures} failed`);
      findings.demand(failures === 0, `${failures} visits failed`);
    }, {
      flags: ["--lesson"],
      // The first crowd grows the C library's heap, and the next ones find the room there.
      rehearse: async ({ port }) => void await visitAll({ port, ...settings }),
      restMs: GIVEN_BACK_MS,
    });
  },
};

/** Ten thousand idle connections. */
export const tenThousandIdle: Scenario = {
  name: "ten_thousand_idle",
  title: "10,000 connections that have had an answer and stay",
  servers: ALL,
  run: (stage) =>
    attacked(stage, async (target) => {
      await using _clients = await idleClients(target);
      const { residentBytes } = await figuresOf(target.pid);
      target.findings.note(`${(residentBytes / 1e6).toFixed(0)} MB while they were there`);
    }, {
      // As with the soak, the first crowd grows the C library's heap.
      rehearse: async (target) => void await (await idleClients(target))[Symbol.asyncDispose](),
      restMs: GIVEN_BACK_MS,
    }),
};

/** Opens the connections, in a process of their own. */
async function idleClients({ port, isShort, findings }: Target): Promise<AsyncDisposable> {
  const count = isShort ? 1_000 : 10_000, script = new URL("../../bench/clients/idle_clients.ts", import.meta.url);
  const clients = startScript(script, ["127.0.0.1", `${port}`, "/", `${count}`], undefined);
  const line = await clients.hear(OPEN_MS).catch(() => "none were");
  findings.demand(line === `open ${count}`, `not all of ${count} could be opened`);
  return { [Symbol.asyncDispose]: () => clients.stop() };
}

const OPEN_MS = 15_000;

/** Requests of one connection: less than any server's own limit. */
const BATCH = 500;
const ATTACKERS = 4;

/** Ten thousand paths and a million query strings. */
export const manyTargets: Scenario = {
  name: "many_targets",
  title: "10,000 files, 10,000 absent paths and 1,000,000 query strings",
  servers: ALL,
  run: (stage) => {
    const count = stage.isShort ? 1_000 : 10_000;
    const contents = Array.from({ length: 10 }, (_, index) => numberedContent(160 + 160 * index));
    const content = (i: number) => contents[i % contents.length];
    const attack = async (target: Target) => {
      const { port, findings, isShort } = target;
      findings.wrong += await askedAll(port, count, (i) => [`/many/${i}.txt`, 200, content(i)]);
      findings.wrong += await askedAll(port, count, (i) => [`/absent/${i}`, 404, undefined]);
      findings.wrong += await askedAll(port, isShort ? 20_000 : 1e6, (i) => [`/many/1.txt?${i}`, 200, content(1)]);
    };
    return attacked(stage, attack, {
      async prepare(root) {
        await Deno.mkdir(`${root}/many`);
        for (let i = 0; i < count; i++) await Deno.writeFile(`${root}/many/${i}.txt`, content(i));
      },
      // The cache is full of what was asked for, before and after.
      rehearse: async ({ port }) => void await askedAll(port, count, (i) => [`/many/${i}.txt`, 200, content(i)]),
    });
  },
};

/** What is asked for, and what has to come. */
type Asked = (index: number) => [target: string, status: number, content: Uint8Array | undefined];

/** Asks for all of so many targets, in batches; returns how many answers were wrong. */
async function askedAll(port: number, count: number, asked: Asked): Promise<number> {
  let next = 0, wrong = 0;
  const attacker = async () => {
    while (next < count) {
      const first = next, end = Math.min(count, next += BATCH);
      wrong += await askedBatch(port, first, end, asked);
    }
  };
  await Promise.all(Array.from({ length: ATTACKERS }, attacker));
  return wrong;
}

async function askedBatch(port: number, first: number, end: number, asked: Asked): Promise<number> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  let requests = "";
  for (let i = first; i < end - 1; i++) requests += `GET ${asked(i)[0]} HTTP/1.1\r\nHost: a\r\n\r\n`;
  requests += `GET ${asked(end - 1)[0]} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
  const sending = sendAll(conn, new TextEncoder().encode(requests));
  let buffer = new Uint8Array(65_536), filled = 0, start = 0, wrong = 0, last: Answer | undefined;
  for (let i = first; i < end;) {
    const [, status, content] = asked(i);
    if (last !== undefined && isAgain(last, buffer.subarray(start, filled), content)) {
      start += last.sizeBytes;
      i++;
      continue;
    }
    const answer = parseAnswer(buffer.subarray(start, filled));
    if (answer !== undefined) {
      const isRight = answer.status === status && (content === undefined || isSame(answer.content, content));
      last = isRight ? { ...answer, content: answer.content.slice() } : undefined;
      if (!isRight) wrong++;
      start += answer.sizeBytes;
      i++;
      continue;
    }
    if (start > 0) buffer.copyWithin(0, start, filled);
    filled -= start;
    start = 0;
    if (filled === buffer.length) buffer = grown(buffer);
    const count = await conn.read(buffer.subarray(filled)).catch(() => null);
    if (count === null) return wrong + end - i;
    filled += count;
  }
  await sending;
  return wrong;
}

async function sendAll(conn: Deno.Conn, octets: Uint8Array<ArrayBuffer>): Promise<void> {
  for (let sent = 0; sent < octets.length;) sent += await conn.write(octets.subarray(sent)).catch(() => Infinity);
}

function grown(buffer: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(2 * buffer.length);
  larger.set(buffer);
  return larger;
}

/**
 * Whether the octets begin with an answer as long as the last one, which was right, with the same status, and the right
 * content in the same place. Taking all of a million answers apart would take longer than making them.
 */
function isAgain(last: Answer, octets: Uint8Array, content: Uint8Array | undefined): boolean {
  if (octets.length < last.sizeBytes || content?.length !== last.content.length) return false;
  for (let i = 0; i < STATUS_END; i++) if (octets[i] !== last.head.charCodeAt(i)) return false;
  return isSame(octets.subarray(last.sizeBytes - content.length, last.sizeBytes), content);
}

/** Where a status ends: `HTTP/1.1 200`. */
const STATUS_END = 12;

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
