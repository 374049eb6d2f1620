/**
 * Loads the program for a while with all kinds of visitors, and looks whether anything grows that should not.
 *
 *     deno task soak --seconds 600
 *
 * Visitors ask for pages, sleep, download, leave in the middle, send nonsense and stay idle. Resident memory and open
 * descriptors of the program are looked at all the time; after a warm-up of a fifth they must not grow. In less than half
 * a minute a start is still going on, and is taken for growth.
 *
 * @module
 */

import { parseFlags, runAndExit } from "../bench/command_line.ts";
import { figuresOf } from "../tests/process_figures.ts";

/** How a soak went. */
export interface SoakResult {
  readonly visits: number;
  /** Errors of visitors that had behaved. */
  readonly failures: number;
  /** Highest resident memory after the warm-up, in its first and in its second half, in bytes. */
  readonly residentBytes: readonly [first: number, second: number];
  /** Open descriptors when no visitor was there: after the warm-up and at the end. */
  readonly descriptors: readonly [first: number, last: number];
}

/** What a visitor does. Resolves with whether all was well. */
type Visit = (port: number) => Promise<boolean>;

async function ask(port: number, text: string, until: (received: string) => boolean): Promise<string> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await conn.write(new TextEncoder().encode(text));
  const into = new Uint8Array(65_536), decoder = new TextDecoder("latin1");
  let received = "";
  while (!until(received)) {
    const count = await conn.read(into);
    if (count === null) break;
    received += decoder.decode(into.subarray(0, count));
  }
  return received;
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const last = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
const never = () => false;

const sleep: Visit = async (port) => (await ask(port, last("/sleep?ms=20"), never)).startsWith("HTTP/1.1 200");
const sleepAndLeave: Visit = (port) => ask(port, get("/sleep?ms=60000"), () => true).then(() => true);

const VISITS: readonly Visit[] = [
  async (port) => (await ask(port, get("/").repeat(20) + last("/"), never)).match(/HTTP\/1\.1 200/g)?.length === 21,
  async (port) => (await ask(port, last("/nowhere"), never)).startsWith("HTTP/1.1 404"),
  sleep,
  async (port) => (await ask(port, "NONSENSE\r\n\r\n", never)).startsWith("HTTP/1.1 400"),
  // These leave: while it sleeps, in the middle of an answer, in the middle of a head.
  sleepAndLeave,
  (port) => ask(port, get("/").repeat(200), (received) => received.length > 0).then(() => true),
  (port) => ask(port, "GET / HT", () => true).then(() => true),
];

const VISITORS = 16;

/** Settings of {@linkcode visitAll}. */
export interface VisitOptions {
  readonly port: number;
  readonly seconds: number;
  /** Whether the server has `/sleep`; by default it has. */
  readonly hasSleep?: boolean;
  /** Called now and then. */
  look?(): Promise<void>;
}

/** Sends visitors of all kinds for a while; returns how often they came, and how often one that behaved was failed. */
export async function visitAll(
  { port, seconds, hasSleep = true, look = () => Promise.resolve() }: VisitOptions,
): Promise<{ visits: number; failures: number }> {
  const kinds = hasSleep ? VISITS : VISITS.filter((visit) => visit !== sleep && visit !== sleepAndLeave);
  const endMs = performance.now() + 1_000 * seconds;
  let visits = 0, failures = 0;
  const visitor = async (number: number) => {
    for (let i = number; performance.now() < endMs; i++) {
      visits++;
      if (!await kinds[i % kinds.length](port).catch(() => false)) failures++;
      if (number === 0 && i % 20 === 0) await look();
    }
  };
  await Promise.all(Array.from({ length: VISITORS }, (_, number) => visitor(number)));
  return { visits, failures };
}

/** Loads a server that runs. */
export async function soak(port: number, pid: number, seconds: number): Promise<SoakResult> {
  const resident: [number, number] = [0, 0];
  const warm = await visitAll({ port, seconds: 0.2 * seconds });
  const first = await quietDescriptors(pid);
  const halves: { visits: number; failures: number }[] = [];
  for (const half of [0, 1]) {
    const look = async () => {
      resident[half] = Math.max(resident[half], (await figuresOf(pid)).residentBytes);
    };
    halves.push(await visitAll({ port, seconds: 0.4 * seconds, look }));
  }
  const sum = (of: "visits" | "failures") => [warm, ...halves].reduce((total, part) => total + part[of], 0);
  return {
    visits: sum("visits"),
    failures: sum("failures"),
    residentBytes: resident,
    descriptors: [first, await quietDescriptors(pid)],
  };
}

/** Counts descriptors until their number has stayed the same for as long as a connection may linger. */
async function quietDescriptors(pid: number): Promise<number> {
  let count = -1;
  for (let sameCount = 0; sameCount < 12;) {
    const { descriptors: now } = await figuresOf(pid);
    sameCount = now === count ? sameCount + 1 : 0;
    count = now;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return count;
}

/** Memory that may be there more after the second half: what a runtime keeps differs by so much from moment to moment. */
const GROWN_BYTES_MAX = 20e6;

/** Returns what a soak has shown that should not be, in words. */
export function problemsOf({ failures, residentBytes, descriptors }: SoakResult): string[] {
  const problems: string[] = [], [first, second] = residentBytes;
  if (failures > 0) problems.push(`${failures} visitors who behaved were not served`);
  if (second >= first + GROWN_BYTES_MAX) problems.push(`memory grew by ${((second - first) / 1e6).toFixed(0)} MB`);
  if (descriptors[1] > descriptors[0]) problems.push(`descriptors that stay open: ${descriptors[1] - descriptors[0]}`);
  return problems;
}

async function runSoak(args: string[]): Promise<number> {
  const { seconds } = parseFlags(args, { seconds: 600 });
  const main = new URL("../main.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net", "--allow-read", main, "--port", "0", "--log=json", "--admin=127.0.0.1:0"],
    stdout: "piped",
  }).spawn();
  const { promise, resolve } = Promise.withResolvers<number>();
  const reading = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const [, port] = /on http:\/\/127\.0\.0\.1:([0-9]+)\//.exec(text) ?? [];
      if (port !== undefined) resolve(Number(port));
    }
  })();
  const result = await soak(await promise, child.pid, seconds);
  child.kill("SIGTERM");
  const { code } = await child.status;
  await reading;
  const problems = problemsOf(result);
  if (code !== 0) problems.push(`it ended with ${code}`);
  console.log({ ...result, code });
  for (const problem of problems) console.error(problem);
  return problems.length > 0 ? 1 : 0;
}

if (import.meta.main) await runAndExit(runSoak);
