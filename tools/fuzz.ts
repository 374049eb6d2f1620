/**
 * Feeds the parser octets that once were transcripts, and says when something holds that must not.
 *
 *     deno run --allow-read=http1/corpus --allow-write=http1/corpus tools/fuzz.ts --seconds 600 --seed 7
 *
 * 1. Take a transcript, or one kept for the new outcome it had, and change it: bits, cuts, copies, stones to stumble on
 * 2. Play it with large or small limits, in any cuts, and check every invariant of `http1/cases/invariants.ts`
 * 3. Keep it when its outcome is of a new kind
 * 4. Make a finding as short as it still is one, and save it in `http1/corpus/`; the next run begins with these
 *
 * One seed gives one sequence of inputs, however fast the machine is. Exit code 1 when there was a finding.
 */
import { encodeHex } from "@std/encoding/hex";
import { parseFlags, runAndExit } from "../bench/command_line.ts";
import { GROUPS } from "../http1/cases/all.ts";
import { assertInvariants } from "../http1/cases/invariants.ts";
import { octetsOf, type Outcome, textOf } from "../http1/cases/play.ts";
import { DEFAULT_LIMITS, type Limits } from "../http1/message.ts";
import { Chance } from "./chance.ts";

const CORPUS = new URL("../http1/corpus/", import.meta.url);
/** Beyond this, inputs only cost time. */
const INPUT_BYTES_MAX = 40_000;
/** Inputs kept for their new outcomes. */
const KEPT_MAX = 4_000;
const FINDINGS_MAX = 10;
/** Refusals are fixed text; more kinds than this would mean that octets of the peer got into it. */
const MESSAGES_MAX = 64;

/** Limits so small that short inputs reach all of them. */
const SMALL_LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  headBytesMax: 400,
  emptyLinesMax: 2,
  targetBytesMax: 60,
  fieldCountMax: 6,
  contentBytesMax: 100,
  chunkExtensionBytesMax: 20,
  trailerBytesMax: 40,
};
const LIMITS = { default: DEFAULT_LIMITS, small: SMALL_LIMITS };

/** What parsers stumble over. */
const STONES = [
  ...'\r\n \t\0:;,"/?*%\x0b\x0c\x7f\x80\x85\xa0\xff0159aAfFgG_-',
  ...[
    "\r\n",
    "\r\n\r\n",
    "\n\n",
    "\r\r\n",
    "\r\n ",
    " :",
    "0\r\n\r\n",
    "1\r\na\r\n",
    "5;a=b\r\n",
    "0".repeat(16),
    "f".repeat(17),
  ],
  ...["chunked", "gzip, ", "close", "keep-alive, ", "100-continue", "HTTP/1.1", "HTTP/1.0", "http://", "[::1]", "*"],
  ...["GET /canary HTTP/1.1\r\nHost: a\r\n\r\n", "Host: b\r\n", "Content-Length: 5\r\n", "Content-Length: 0\r\n"],
  ...[
    "Transfer-Encoding: chunked\r\n",
    "Connection: close\r\n",
    "Expect: 100-continue\r\n",
    "Accept: a\r\n",
    "\xe2\x84\xaa",
  ],
].map(octetsOf);

/** Replaces `removed` octets from `at` on. */
function spliced(octets: Uint8Array, at: number, removed: number, inserted: Uint8Array): Uint8Array {
  const behind = Math.min(octets.length, at + removed);
  const result = new Uint8Array(at + inserted.length + octets.length - behind);
  result.set(octets.subarray(0, at));
  result.set(inserted, at);
  result.set(octets.subarray(behind), at + inserted.length);
  return result;
}

const NOTHING = new Uint8Array(0);

/** Changes octets in one way or another; `other` is material to take parts from. */
export function changed(octets: Uint8Array, other: Uint8Array, chance: Chance): Uint8Array {
  const at = chance.below(octets.length + 1);
  const some = 1 + chance.below(chance.of([4, 30, 300]));
  const part = (of: Uint8Array, from: number) => of.subarray(from, from + some);
  switch (chance.below(9)) {
    case 0: { // One bit.
      const flipped = octets.slice();
      if (at < flipped.length) flipped[at] ^= 1 << chance.below(8);
      return flipped;
    }
    case 1: // One octet.
      return spliced(octets, at, 1, Uint8Array.of(chance.below(256)));
    case 2:
      return spliced(octets, at, 0, chance.of(STONES));
    case 3: {
      const stone = chance.of(STONES);
      return spliced(octets, at, stone.length, stone);
    }
    case 4:
      return spliced(octets, at, some, NOTHING);
    case 5: // A part once more, right behind itself or elsewhere.
      return spliced(octets, chance.of([at, chance.below(octets.length + 1)]), 0, part(octets, at));
    case 6: // Many times more, to reach a limit.
      return spliced(octets, at, 0, octetsOf(textOf(part(octets, at)).repeat(1 + chance.below(60))));
    case 7: // A part of another.
      return spliced(octets, at, chance.of([0, some]), part(other, chance.below(other.length + 1)));
    default: // A whole other one, to make a pipeline.
      return spliced(octets, chance.of([octets.length, at]), 0, other);
  }
}

/** What kind of outcome this is: inputs of a new kind are worth changing further. */
function kindOf({ requests, refusal, contentDone }: Outcome): string {
  const kinds = requests.slice(0, 3).map((request) => [
    ...[request.method.length > 8, request.path === request.target, request.persistent, request.minorVersion],
    ...[request.content === null, request.contentLength === undefined, Math.min(request.lines.length, 8)],
  ]);
  return JSON.stringify([refusal?.message, contentDone, Math.min(requests.length, 6), kinds]);
}

/** Cuts that a number repeats, so that a finding can be made shorter with the same ones. */
function cutter(cutSeed: number): () => number {
  const chance = new Chance(cutSeed);
  const longest = chance.of([2, 10, 100, 3000]);
  return () => 1 + chance.below(longest);
}

interface Finding {
  error: string;
  limits: keyof typeof LIMITS;
  cutSeed: number;
  /** One character for each octet. */
  octets: string;
}

/** Returns the outcome of the octets, or what is wrong with them. */
function outcomeOf(octets: Uint8Array, limits: keyof typeof LIMITS, cutSeed: number): Outcome | string {
  try {
    return assertInvariants(octets, cutter(cutSeed), LIMITS[limits]);
  } catch (error) {
    return String(error);
  }
}

/** Leaves out pieces, large ones first, as long as there is still a problem. */
function shortened(octets: Uint8Array, limits: keyof typeof LIMITS, cutSeed: number): Uint8Array {
  let size = octets.length >> 1;
  while (size >= 1) {
    for (let at = 0; at < octets.length;) {
      const shorter = spliced(octets, at, size, NOTHING);
      if (typeof outcomeOf(shorter, limits, cutSeed) === "string") octets = shorter;
      else at += size;
    }
    size >>= 1;
  }
  return octets;
}

async function save(finding: Finding): Promise<URL> {
  await Deno.mkdir(CORPUS, { recursive: true });
  const hash = await crypto.subtle.digest("SHA-256", octetsOf(finding.octets));
  const file = new URL(`${encodeHex(hash).slice(0, 16)}.json`, CORPUS);
  await Deno.writeTextFile(file, JSON.stringify(finding, undefined, 2) + "\n");
  return file;
}

/** Reads what earlier runs found. */
async function readCorpus(): Promise<Finding[]> {
  const findings: Finding[] = [];
  try {
    for await (const { name } of Deno.readDir(CORPUS)) {
      if (name.endsWith(".json")) findings.push(JSON.parse(await Deno.readTextFile(new URL(name, CORPUS))));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return findings;
}

/** What a run has seen. */
class Run {
  inputs = 0;
  accepted = 0;
  findings = 0;
  readonly messages: Set<string> = new Set();
  readonly #kinds = new Set<string>();
  readonly #pool: Uint8Array[];
  readonly #chance: Chance;

  constructor(pool: Uint8Array[], chance: Chance) {
    this.#pool = pool;
    this.#chance = chance;
  }

  get kept(): number {
    return this.#kinds.size;
  }

  /** Makes one input and checks it. */
  async step(): Promise<void> {
    const chance = this.#chance;
    let octets = chance.of(this.#pool);
    for (let changes = 1 + chance.below(5); changes > 0; changes--) {
      octets = changed(octets, chance.of(this.#pool), chance);
    }
    if (octets.length > INPUT_BYTES_MAX) octets = octets.slice(0, INPUT_BYTES_MAX);
    await this.check(octets, chance.below(2) === 0 ? "default" : "small", chance.below(2 ** 31));
  }

  async check(octets: Uint8Array, limits: keyof typeof LIMITS, cutSeed: number): Promise<void> {
    this.inputs++;
    const outcome = outcomeOf(octets, limits, cutSeed);
    if (typeof outcome === "string") return await this.#report(octets, limits, cutSeed, outcome);
    this.accepted += outcome.requests.length;
    if (outcome.refusal !== undefined) this.messages.add(outcome.refusal.message);
    if (this.messages.size > MESSAGES_MAX) await this.#report(octets, limits, cutSeed, "Refusals are no fixed text");
    const kind = kindOf(outcome);
    if (this.#kinds.has(kind) || this.#kinds.size >= KEPT_MAX) return;
    this.#kinds.add(kind);
    if (octets.length <= 4000) this.#pool.push(octets);
  }

  async #report(octets: Uint8Array, limits: keyof typeof LIMITS, cutSeed: number, error: string): Promise<void> {
    this.findings++;
    const shortest = shortened(octets, limits, cutSeed);
    const outcome = outcomeOf(shortest, limits, cutSeed);
    if (typeof outcome === "string") error = outcome;
    const file = await save({ error, limits, cutSeed, octets: textOf(shortest) });
    console.log(`Finding: ${error}\n  ${JSON.stringify(textOf(shortest))}\n  saved as ${file.pathname}`);
  }
}

async function main(args: string[]): Promise<number> {
  const defaults = { seconds: 60, seed: crypto.getRandomValues(new Uint32Array(1))[0] };
  const { seconds, seed } = parseFlags(args, defaults);
  console.log(`Seed ${seed}, ${seconds} s`);
  const run = new Run(GROUPS.flatMap(({ cases }) => cases.map((one) => octetsOf(one.octets))), new Chance(seed));
  for (const { octets, limits, cutSeed } of await readCorpus()) await run.check(octetsOf(octets), limits, cutSeed);
  const endMs = performance.now() + seconds * 1000;
  while (performance.now() < endMs && run.findings < FINDINGS_MAX) await run.step();
  console.log(
    `${run.inputs} inputs, ${run.accepted} requests accepted, ${run.kept} kinds of outcome, ` +
      `${run.messages.size} kinds of refusal, ${run.findings} findings`,
  );
  return run.findings > 0 ? 1 : 0;
}

if (import.meta.main) await runAndExit(main);
