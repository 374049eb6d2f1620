/**
 * Sends every wire transcript to this server, to Node's `http` and to nginx, and tells where they differ.
 *
 *     deno task differential            prints the table that stands in docs/wire.md
 *
 * An outcome is what a peer sees: each answer is either "answered" (the request was taken for one, whatever became of
 * it) or "refused NNN"; then the connection is open or closed. Servers that are not installed are left out with a line.
 *
 * @module
 */
import { parseFlags, runAndExit } from "../bench/command_line.ts";
import { octetsOf } from "../http1/cases/play.ts";
import { GROUPS } from "../http1/cases/all.ts";
import type { WireCase } from "../http1/cases/wire_case.ts";
import { type Opponent, startOpponents } from "./differential_opponents.ts";

/** Connections open at once; more would make the quiet time of one the work of another. */
const PARALLEL = 16;
/** A server that has sent nothing for this long has said what it has to say. */
const QUIET_MS = 400;

/** What one server made of one transcript. */
async function outcomeOf(wireCase: WireCase, port: number): Promise<string> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  let received = "", isClosed = false, lastMs = performance.now();
  const reading = (async () => {
    const into = new Uint8Array(65_536);
    for (;;) {
      const count = await conn.read(into).catch(() => null);
      if (count === null) return void (isClosed = true);
      for (const octet of into.subarray(0, count)) received += String.fromCharCode(octet);
      lastMs = performance.now();
    }
  })();
  const octets = octetsOf(wireCase.octets);
  try {
    for (let sent = 0; sent < octets.length;) sent += await conn.write(octets.subarray(sent));
    lastMs = performance.now();
  } catch {
    // It did not want to hear the rest; what it said counts.
  }
  while (!isClosed && performance.now() - lastMs < QUIET_MS) await new Promise((resolve) => setTimeout(resolve, 20));
  const ending = isClosed ? "closed" : "open";
  try {
    conn.close();
  } catch {
    // Closed already.
  }
  await reading;
  return [...answersIn(received, wireCase), ending].join(", ");
}

/** The answers in what was received, each reduced to whether the request was taken for one. */
function answersIn(received: string, wireCase: WireCase): string[] {
  const answers: string[] = [];
  let rest = received;
  for (let i = 0; rest !== ""; i++) {
    const head = /^HTTP\/1\.[01] ([0-9]{3})[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n/.exec(rest);
    if (head === null) return [...answers, "no HTTP"];
    rest = rest.slice(head[0].length);
    const status = Number(head[1]);
    if (status === 100) continue;
    const isHead = wireCase.requests[i]?.method === "HEAD";
    const length = /\r\ncontent-length: *([0-9]+)/i.exec(head[0])?.[1];
    if (!isHead) rest = rest.slice(length === undefined ? endOfChunks(head[0], rest) : Number(length));
    // 501 is an answer to a method, and a refusal of a coding.
    const isTaken = TAKEN.has(status) && !(status === 501 && /\r\ntransfer-encoding:/i.test(wireCase.octets));
    answers.push(isTaken ? "answered" : `refused ${status}`);
  }
  return answers;
}

/** What an intact request may be answered with; 400 is an answer to a path that is malformed, and counts as refused. */
const TAKEN = new Set([200, 204, 301, 403, 404, 405, 501]);

function endOfChunks(head: string, content: string): number {
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return /\r\nconnection: *close/i.test(head) ? content.length : 0;
  const end = content.indexOf("\r\n0\r\n\r\n");
  return end < 0 ? content.length : end + 7;
}

interface Row {
  group: string;
  wireCase: WireCase;
  outcomes: string[];
}

async function play(opponents: Opponent[]): Promise<Row[]> {
  const rows: Row[] = GROUPS.flatMap(({ group, cases }) =>
    cases.map((wireCase) => ({ group, wireCase, outcomes: [] }))
  );
  let next = 0;
  await Promise.all(Array.from({ length: PARALLEL }, async () => {
    for (let row = rows[next++]; row !== undefined; row = rows[next++]) {
      const { wireCase } = row;
      row.outcomes = await Promise.all(opponents.map(({ port }) => outcomeOf(wireCase, port)));
    }
  }));
  return rows;
}

/** A difference about which the section leaves a choice. */
interface Choice {
  /** What is left to choose. */
  readonly why: string;
  /** Whether another outcome than ours is right too; by default every one is. */
  isRight?(theirs: string, ours: string): boolean;
}

const isRefusal = (outcome: string) => /^refused [0-9]+, closed$/.test(outcome);
const LIMIT: Choice = { why: "each its own limit" };
const SINGLETON: Choice = { why: "a second line may not be sent; refusing it is the safe choice" };
const EXPECTATION: Choice = { why: "an unread expectation may end the connection" };
const VERSION_STATUS: Choice = { why: "505 says more than 400", isRight: isRefusal };

/**
 * Sections in which more than one behaviour is allowed, so that a difference is a matter of choice; in every other one
 * the transcript expects what its section asks for, and who differs from it is wrong by it.
 */
const CHOICES: Record<string, Choice> = {
  "RFC 6585 5": LIMIT,
  "RFC 9110 15.5.14": { why: "each its own limit; content that is too long need not be read" },
  "RFC 9110 15.5.15": { why: "each its own limit, from 8,000 octets up" },
  "RFC 9110 15.6.2": LIMIT,
  "RFC 9110 10.1.1": EXPECTATION,
  "RFC 9110 6.3": EXPECTATION,
  "RFC 9110 9.1": { why: "an unknown method should be 501, may be 400, and TRACE may be refused" },
  "RFC 9110 9.3.8": { why: "TRACE may be refused" },
  "RFC 9110 15.6.6": VERSION_STATUS,
  "RFC 9110 15.5.18": { why: "an unknown expectation may be refused, or passed over" },
  "RFC 9112 2.2": {
    why: "a lone LF may be taken for a line end, and empty lines have no upper bound; refusing is the safe choice",
  },
  "RFC 9112 3": { why: "other white space may be taken for a separator; refusing is the safe choice" },
  "RFC 9110 5.5": { why: "control octets but CR, LF and NUL may be kept in a value; refusing is the safe choice" },
  "RFC 9112 6.1": {
    why: "a coding that is not spoken is 501 or 400; who answers the request is wrong (RFC 9112 6.3)",
    isRight: (theirs, ours) => isRefusal(ours) && isRefusal(theirs),
  },
  "RFC 9112 7.1.1": {
    why: "one that is only long may be taken; who takes a malformed one takes an end that others do not see",
    isRight: isRefusal,
  },
  "RFC 9112 8": { why: "how to end after half a request" },
  ...Object.fromEntries(
    ["RFC 6454 7.3", "RFC 9110 7.6.2", "RFC 9110 10.1.2", "RFC 9110 10.1.3", "RFC 9110 10.1.5", "RFC 9110 11.6.2"]
      .concat(["RFC 9110 13.1.3", "RFC 9110 13.1.4", "RFC 9110 13.1.5", "RFC 9110 14.2"])
      .map((rule) => [rule, SINGLETON]),
  ),
};

/** Transcripts to which the choice of their section does not apply: what has another one, or none. */
const EXCEPTIONS: Record<string, Choice | null> = {
  "other protocols: HTTP/2 connection preface": VERSION_STATUS,
  "other protocols: RTSP": null,
  "smuggling: HTTP/0.9 and then the canary": null,
  "pipelining: space between requests": null,
  "pipelining: NUL between requests": null,
  "fields: NUL in the value": null,
};

/** Rows in which somebody differs from us, put together by section and by what came out. */
function report(rows: Row[], opponents: Opponent[]): string {
  const differing = rows.filter(({ outcomes }) => outcomes.some((outcome) => outcome !== outcomes[0]));
  const classes = new Map<string, { rule: string; outcomes: string[]; names: string[]; verdict: string }>();
  for (const { wireCase, outcomes, group } of differing) {
    const name = `${group}: ${wireCase.name}`, choice = name in EXCEPTIONS ? EXCEPTIONS[name] : CHOICES[wireCase.rule];
    const verdict = right(choice ?? undefined, opponents, outcomes);
    const key = [wireCase.rule, ...outcomes, verdict].join("|");
    const entry = classes.get(key) ?? { rule: wireCase.rule, outcomes, names: [], verdict };
    entry.names.push(name);
    classes.set(key, entry);
  }
  const lines = [...classes.values()]
    .sort((a, b) => a.rule.localeCompare(b.rule, "en", { numeric: true }))
    .map(({ rule, outcomes, names, verdict }) => `| ${[rule, escaped(names), ...outcomes, verdict].join(" | ")} |`);
  const heads = ["section", "transcripts", ...opponents.map(({ name }) => name), "right"];
  return [
    `${rows.length} transcripts; ${rows.length - differing.length} have the same outcome everywhere.`,
    ...opponents.slice(1).map(({ name }, i) =>
      `${name} differs in ${rows.filter(({ outcomes }) => outcomes[i + 1] !== outcomes[0]).length}.`
    ),
    "",
    `| ${heads.join(" | ")} |`,
    `| ${heads.map(() => "---").join(" | ")} |`,
    ...lines,
  ].join("\n");
}

/** Names of those who do what the section asks for or allows, and what it allows when that is more than one thing. */
function right(choice: Choice | undefined, opponents: Opponent[], outcomes: string[]): string {
  const [ours] = outcomes;
  const isRight = (outcome: string) =>
    outcome === ours || choice !== undefined && (choice.isRight?.(outcome, ours) ?? true);
  const names = opponents.filter((_, i) => isRight(outcomes[i])).map(({ name }) => name);
  const who = names.length === opponents.length ? "all" : names.join(", ");
  return choice === undefined || outcomes.every((it) => it === ours || !isRight(it)) ? who : `${who}: ${choice.why}`;
}

/** Names of transcripts hold what Markdown would take for its own. */
function escaped(names: string[]): string {
  return names.join("; ").replace(/[|*_<>\\`]/g, "\\$&");
}

async function main(args: string[]): Promise<number> {
  parseFlags(args, {});
  await using running = await startOpponents();
  console.log(report(await play(running.opponents), running.opponents));
  return 0;
}

if (import.meta.main) await runAndExit(main);
