/** Stopping: SIGTERM under downloads and sleepers, and kill -9 with a restart on the same port. */
import { delay } from "@std/async/delay";
import { freePort } from "../../bench/server_process.ts";
import { figuresOf } from "../process_figures.ts";
import { startProgram } from "../program.ts";
import { RawClient } from "../raw_client.ts";
import { temporaryFolder } from "../tools.ts";
import { counted, Download } from "./download.ts";
import { startVisitors } from "./honest_visitors.ts";
import { ALL, Findings, type Outcome, OWN, type Scenario, type Stage } from "./scenario.ts";
import { started } from "./servers.ts";
import { numberedContent, writeSite } from "./site.ts";

const COUNT = 50;
const BIG = numberedContent(8_000_000);

/** Both signals that stop, and the exit code when the same comes again. */
const SECOND_CODES = { SIGTERM: 143, SIGINT: 130 };
type StopSignal = keyof typeof SECOND_CODES;

/** Both signals in the three ways. */
export const stopping: Scenario = {
  name: "stopping",
  title: "SIGTERM or SIGINT under 50 downloads and 50 sleepers: with time, with too little, with a second signal",
  servers: OWN,
  async run() {
    const findings = new Findings();
    await using folder = await temporaryFolder();
    await Deno.writeFile(`${folder.path}/big`, BIG);
    await Deno.writeTextFile(`${folder.path}/index.html`, "page");
    for (const signal of Object.keys(SECOND_CODES) as StopSignal[]) {
      await patientStop(folder.path, signal, findings);
      await hastyStop(folder.path, signal, ["--grace=1"], findings);
      await hastyStop(folder.path, signal, [], findings);
    }
    return findings.outcome();
  },
};

/** With time enough everything ends whole. */
async function patientStop(root: string, signal: StopSignal, findings: Findings): Promise<void> {
  await using program = await startProgram([root, "--lesson"]);
  const { downloads, sleepers } = await busy(program.port);
  program.child.kill(signal);
  const outcomes = counted(await Promise.all(downloads.map((download) => download.outcome([BIG]))));
  const { whole, wrong } = outcomes;
  let awake = 0;
  findings.wrong += wrong;
  for (const sleeper of sleepers) if ((await sleeper.answer())?.content === "page") awake++;
  for (const sleeper of sleepers) sleeper[Symbol.dispose]();
  const { code, stdout } = await program.end("SIGCONT");
  findings.note(`${signal}: with time ${whole} downloads and ${awake} sleepers ended whole, exit code ${code}`);
  findings.demand(whole === COUNT && awake === COUNT && code === 0, "a stop with time enough lost answers");
  findings.demand(/, 0 cut\n$/.test(stdout), "it says that it has cut some");
}

/** With too little time, or a second signal, the end comes quickly, and is told. */
async function hastyStop(root: string, signal: StopSignal, flags: string[], findings: Findings): Promise<void> {
  await using program = await startProgram([root, "--lesson", ...flags]);
  const { downloads, sleepers } = await busy(program.port);
  const startMs = performance.now();
  program.child.kill(signal);
  const isSecond = flags.length === 0;
  const { code, stdout } = await (isSecond ? program.endAtOnce(signal) : program.end("SIGCONT"));
  const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
  for (const client of [...downloads, ...sleepers]) client[Symbol.dispose]();
  findings.note(`${isSecond ? "with a second signal" : "with a second of grace"} exit code ${code} after ${seconds} s`);
  findings.demand(
    code === (isSecond ? SECOND_CODES[signal] : 1) && Number(seconds) < 4,
    "a hasty stop ended otherwise",
  );
  if (!isSecond) findings.demand(/, 100 cut\n$/.test(stdout), "it does not say that it has cut 100");
}

/** Downloads of which only the beginning was read, and sleepers. */
async function busy(port: number): Promise<{ downloads: Download[]; sleepers: RawClient[] }> {
  const downloads = await Promise.all(Array.from({ length: COUNT }, () => Download.start(port, "/big")));
  const sleepers = await Promise.all(Array.from({ length: COUNT }, async () => {
    const client = await RawClient.connect(port);
    await client.get("/sleep?ms=2000");
    return client;
  }));
  using last = await RawClient.connect(port);
  await last.get("/");
  await last.answer(); // all that was sent before has come
  return { downloads, sleepers };
}

/** The same of servers that promise less: only downloads. */
export const stoppingDownloads: Scenario = {
  name: "stopping_downloads",
  title: "SIGTERM under 50 downloads",
  servers: ALL,
  async run({ server: name }) {
    const findings = new Findings();
    await using folder = await temporaryFolder();
    const root = `${folder.path}/root`, port = freePort();
    await writeSite(root);
    await Deno.writeFile(`${root}/big`, BIG);
    const server = await started(name, { port, root, scratch: folder.path });
    try {
      const downloads = await Promise.all(Array.from({ length: COUNT }, () => Download.start(port, "/big")));
      Deno.kill(server.pid, "SIGTERM");
      const { whole, wrong } = counted(await Promise.all(downloads.map((download) => download.outcome([BIG]))));
      findings.wrong = wrong;
      const { code } = await server.status;
      findings.note(`${whole} of ${COUNT} ended whole, exit code ${code}`);
      findings.demand(whole === COUNT, `${COUNT - whole} downloads were cut`);
    } finally {
      await server.stop();
    }
    return findings.outcome();
  },
};

/** How long a server may take from its start to its first answer. */
const RESTART_MS = 3_000;

/** kill -9 and a restart on the same port. */
export const killed: Scenario = {
  name: "killed",
  title: "kill -9 under load, and a restart on the same port, three times",
  servers: ALL,
  async run({ server: name, isShort }: Stage): Promise<Outcome> {
    const findings = new Findings();
    await using folder = await temporaryFolder();
    const root = `${folder.path}/root`, port = freePort(), settings = { port, root, scratch: folder.path };
    await writeSite(root);
    let server = await started(name, settings);
    const visitors = await startVisitors(port, root);
    const before = await figuresOf(server.pid);
    for (let round = 0; round < 3; round++) {
      await delay(isShort ? 200 : 1_000);
      for (const pid of (await figuresOf(server.pid)).pids) Deno.kill(pid, "SIGKILL");
      await server.stop();
      const startMs = performance.now();
      server = await started(name, settings);
      const tookMs = performance.now() - startMs;
      findings.demand(tookMs < RESTART_MS * (isShort ? 3 : 1), `the restart took ${tookMs.toFixed(0)} ms`);
      if (round === 2) findings.note(`it listens again after ${tookMs.toFixed(0)} ms`);
    }
    await delay(isShort ? 500 : 2_000);
    const honest = await visitors.report(), after = await figuresOf(server.pid);
    await server.stop();
    const failed = Object.values(honest.failures).reduce((sum, count) => sum + count, 0);
    findings.note(`${failed} visits failed while it was away, ${honest.answers} were answered`);
    findings.wrong = honest.wrong;
    findings.demand(honest.answers > 50, "it has not come back");
    const residentBytes = { before: before.residentBytes, after: after.residentBytes };
    return { ...findings.outcome(), honest, residentBytes };
  },
};
