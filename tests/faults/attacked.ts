/**
 * The frame of most scenarios: a server that is attacked while honest visitors use it.
 *
 * 1. write a site and start the server
 * 2. warm it up, and take its memory and descriptors
 * 3. send honest visitors, and attack
 * 4. let the honest visitors go, and take the figures again until they are back, or time is up
 */
import { delay } from "@std/async/delay";
import { freePort, type LaunchedServer } from "../../bench/server_process.ts";
import { startLoad } from "../load_clients.ts";
import { figuresOf, type ProcessFigures } from "../process_figures.ts";
import { temporaryFolder } from "../tools.ts";
import { type HonestReport, startVisitors } from "./honest_visitors.ts";
import { Findings, type Outcome, type Stage } from "./scenario.ts";
import { type ServerName, type ServerSettings, started } from "./servers.ts";
import { writeSite } from "./site.ts";

/** Who is attacked. */
export interface Target {
  readonly server: ServerName;
  readonly port: number;
  readonly pid: number;
  /** Folder that is served. */
  readonly root: string;
  readonly isShort: boolean;
  /** Notes what is found. */
  readonly findings: Findings;
}

/** What differs from the usual attack. */
export interface AttackSettings extends Partial<Pick<ServerSettings, "flags" | "shell" | "preload">> {
  /** Adds to the site before the server is started. */
  prepare?(root: string): Promise<void>;
  /** A command in front of the server's own. */
  under?(root: string): string[];
  /** Milliseconds that one honest visit of a hundred may take longer than. Default 1,000. */
  readonly p99MsMax?: number;
  /** A small dose of the attack before the figures are taken, so that what the server does only once is in both. */
  rehearse?(target: Target): Promise<void>;
  /** Milliseconds of rest after it. Default 0. */
  readonly restMs?: number;
}

/** When the memory of a crowd that has left has been given back, for a rest after a rehearsal. */
export const GIVEN_BACK_MS = 6_500;

const WARM_UP_CLIENTS = 8;
/** How long figures may take to be back: a lingering close takes two seconds, and memory is given back every ten. */
const BACK_MS = 12_000;
const MEMORY_FACTOR = 1.2;
/** On machines that do other things too, short passes are generous. */
const SHORT = { memoryBytes: 24_000_000, p99Factor: 6 };

/** Attacks a server. */
export async function attacked(
  { server: name, isShort }: Stage,
  attack: (target: Target) => Promise<void>,
  settings: AttackSettings = {},
): Promise<Outcome> {
  await using folder = await temporaryFolder();
  const root = `${folder.path}/root`, scratch = `${folder.path}/scratch`, port = freePort();
  await Deno.mkdir(scratch);
  await writeSite(root);
  await settings.prepare?.(root);
  const server = await started(name, { ...settings, under: settings.under?.(root), port, root, scratch });
  try {
    const target: Target = { server: name, port, pid: server.pid, root, isShort, findings: new Findings() };
    await warmUp(port, isShort ? 300 : 2_000);
    await settings.rehearse?.(target);
    // What the dose has left behind is given back by now, and counts for neither figure.
    if (settings.rehearse !== undefined && !isShort) await delay(settings.restMs ?? 0);
    const before = await atRest(server.pid);
    const visitors = await startVisitors(port, root);
    try {
      await attack(target);
    } catch (error) {
      await visitors.stop();
      throw new Error(`${(error as Error).message} ${await lastWords(server) ?? ""}`.trim(), { cause: error });
    }
    const honest = await visitors.report();
    const memoryMax = MEMORY_FACTOR * before.residentBytes + (isShort ? SHORT.memoryBytes : 0);
    const after = await whenBack(server.pid, before, memoryMax);
    const crashes = before.pids.filter((pid) => !after.pids.includes(pid)).length;
    const outcome = summary(target.findings, { before, after, crashes, memoryMax });
    judgeHonest(honest, target.findings, (settings.p99MsMax ?? 1_000) * (isShort ? SHORT.p99Factor : 1));
    return { ...outcome, wrong: outcome.wrong + honest.wrong, honest };
  } finally {
    await server.stop();
  }
}

async function warmUp(port: number, answers: number): Promise<void> {
  for (const target of ["/", "/large.bin"]) {
    const load = startLoad(port, WARM_UP_CLIENTS, target);
    await load.more(target === "/" ? answers : WARM_UP_CLIENTS);
    await load.stop();
  }
}

async function lastWords(server: LaunchedServer): Promise<string | undefined> {
  return await Promise.race([server.ended.then(({ message }) => message), delay(100).then(() => undefined)]);
}

/** Figures when no descriptor has come or gone for half a second. */
async function atRest(pid: number): Promise<ProcessFigures> {
  let last = await figuresOf(pid);
  for (let sameCount = 0; sameCount < 2;) {
    await delay(250);
    const now = await figuresOf(pid);
    sameCount = now.descriptors === last.descriptors ? sameCount + 1 : 0;
    last = now;
  }
  return last;
}

async function whenBack(pid: number, before: ProcessFigures, memoryMax: number): Promise<ProcessFigures> {
  const endMs = performance.now() + BACK_MS;
  for (;;) {
    const now = await figuresOf(pid);
    if (now.descriptors === before.descriptors && now.residentBytes <= memoryMax) return now;
    if (performance.now() > endMs || now.pids.length === 0) return now;
    await delay(250);
  }
}

interface Figures {
  readonly before: ProcessFigures;
  readonly after: ProcessFigures;
  readonly crashes: number;
  readonly memoryMax: number;
}

function summary(findings: Findings, { before, after, crashes, memoryMax }: Figures) {
  findings.demand(crashes === 0, `${crashes} processes ended`);
  findings.demand(after.residentBytes <= memoryMax, "memory is not back");
  findings.demand(after.descriptors === before.descriptors, "descriptors are not back");
  const residentBytes = { before: before.residentBytes, after: after.residentBytes };
  const descriptors = { before: before.descriptors, after: after.descriptors };
  return { ...findings.outcome(), crashes, residentBytes, descriptors };
}

function judgeHonest({ wrong, failures, p99Ms }: HonestReport, findings: Findings, p99MsMax: number): void {
  findings.demand(wrong === 0, `${wrong} wrong answers to honest visitors`);
  for (const [what, count] of Object.entries(failures)) findings.demand(false, `${count} honest visits: ${what}`);
  findings.demand(p99Ms <= p99MsMax, `honest p99 is over ${p99MsMax} ms`);
}
