/** What can be wrong at the start: a port in use, and roots that cannot be served. */
import { deadline } from "@std/async/deadline";
import { freePort } from "../../bench/server_process.ts";
import { runProgram } from "../program.ts";
import { runTool, temporaryFolder } from "../tools.ts";
import { Findings, type Outcome, type Scenario, type Stage } from "./scenario.ts";
import { ALL } from "./scenario.ts";
import { launch, type ServerName, started } from "./servers.ts";
import { writeSite } from "./site.ts";

/** A server that cannot serve has to say so within this time. */
const END_MS = 5_000;

/** Problems at the start. */
export const startProblems: Scenario = {
  name: "start_problems",
  title: "port in use; roots that are missing, files or FIFOs; an address of another machine",
  servers: ALL,
  async run({ server }: Stage): Promise<Outcome> {
    const findings = new Findings();
    await using folder = await temporaryFolder();
    await writeSite(`${folder.path}/root`);
    await Deno.writeTextFile(`${folder.path}/file`, "");
    await runTool("mkfifo", [`${folder.path}/fifo`]);
    if (server === "siesta") await ownProblems(folder.path, findings);
    else await othersProblems(server, folder.path, findings);
    return findings.outcome();
  },
};

/** One line on standard error that names the trouble, and an exit code. */
async function ownProblems(folder: string, findings: Findings): Promise<void> {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = ["--port", "0"];
  const cases: Record<string, [args: string[], message: RegExp]> = {
    "port in use": [[`${folder}/root`, "--port", `${taken.addr.port}`], /Cannot listen on ".+": the address is in use/],
    "no such root": [[`${folder}/missing`, ...port], /Cannot serve ".+missing": /],
    "a file as root": [[`${folder}/file`, ...port], /Cannot serve ".+file": it is not a folder/],
    "a FIFO as root": [[`${folder}/fifo`, ...port], /Cannot serve ".+fifo": it is not a folder/],
    // 192.0.2.0/24 is for documentation; no machine has an address of it.
    "another's address": [[`${folder}/root`, "--host", "192.0.2.1", ...port], /Cannot listen on "192\.0\.2\.1:0": /],
  };
  for (const [what, [args, message]] of Object.entries(cases)) {
    const { code, stdout, stderr } = await deadline(runProgram(args), END_MS);
    const isOneLine = stdout === "" && /^siesta: [^\n]+\n$/.test(stderr);
    findings.demand(code === 1 && isOneLine && message.test(stderr), `${what}: exit code ${code}, "${stderr.trim()}"`);
  }
  findings.note(`${Object.keys(cases).length} problems: exit code 1 and one line each`);
}

/** Others have to end, with any code but 0, and leave the one alone that serves. */
async function othersProblems(server: ServerName, folder: string, findings: Findings): Promise<void> {
  const good = { port: freePort(), root: `${folder}/root`, scratch: folder };
  const first = await started(server, good);
  try {
    const cases = { "port in use": good, "no such root": { ...good, port: freePort(), root: `${folder}/missing` } };
    for (const [what, settings] of Object.entries(cases)) {
      const second = await launch(server, settings);
      const status = await deadline(second.status, END_MS).catch(() => undefined);
      findings.demand(status !== undefined && status.code !== 0, `${what}: it runs on all the same`);
      await second.stop();
    }
  } finally {
    await first.stop();
  }
}
