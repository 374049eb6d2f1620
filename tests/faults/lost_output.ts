/** Standard output that is closed, full, or never read. */
import { freePort } from "../../bench/server_process.ts";
import { figuresOf } from "../process_figures.ts";
import { RawClient } from "../raw_client.ts";
import { Findings, OWN, type Scenario } from "./scenario.ts";

/** What a shell does before it becomes the server. */
const OUTPUTS: Record<string, string> = {
  "full": "exec >/dev/full",
  "closed": "exec >&-",
  "never read": "", // its pipe is ours, and we leave it alone
};
const BATCH = 200, PATH = `/${"x".repeat(2_000)}`;
/** Lines wait for a stream that is slow, but not without bounds. */
const GROWN_BYTES_MAX = 100e6;

/** Standard output is lost. */
export const lostOutput: Scenario = {
  name: "lost_output",
  title: "standard output closed, full, or never read, with 5 MB of log lines each",
  servers: OWN,
  async run({ isShort }) {
    const findings = new Findings();
    for (const [what, shell] of Object.entries(OUTPUTS)) await logTo(what, shell, isShort ? 4 : 12, findings);
    return findings.outcome();
  },
};

async function logTo(what: string, shell: string, batches: number, findings: Findings): Promise<void> {
  // The line with the port does not come through, so the port is chosen here.
  const port = freePort(), main = new URL("../../main.ts", import.meta.url).pathname;
  const child = new Deno.Command("sh", {
    args: ["-c", `${shell}\nexec "$@"`, "sh", Deno.execPath(), "run", "-q", "--allow-all", main].concat(
      ["--port", `${port}`, "--log=json"],
    ),
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(child.stderr).text();
  try {
    await untilAnswered(port);
    const before = await figuresOf(child.pid);
    using client = await RawClient.connect(port);
    let answered = 0;
    for (let i = 0; i < batches; i++) {
      await client.send(`GET ${PATH} HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(BATCH));
      for (let j = 0; j < BATCH; j++) if ((await client.answer())?.status === 404) answered++;
    }
    const grown = (await figuresOf(child.pid)).residentBytes - before.residentBytes;
    findings.note(`${what}: ${answered} answers, ${(grown / 1e6).toFixed(0)} MB more`);
    findings.demand(answered === batches * BATCH, `with standard output ${what} requests were not answered`);
    findings.demand(grown < GROWN_BYTES_MAX, `with standard output ${what} memory grew`);
  } finally {
    child.kill("SIGTERM");
  }
  const { code } = await child.status;
  await child.stdout.cancel();
  findings.demand(code === 0, `with standard output ${what} it ended with ${code}`);
  const isTold = /Cannot write the log: |Lost \d+ lines/.test(await stderr);
  // A descriptor that is closed at the start is /dev/null to the program.
  findings.demand(isTold || what !== "full", "nobody was told that the log cannot be written");
}

async function untilAnswered(port: number): Promise<void> {
  for (;;) {
    try {
      using client = await RawClient.connect(port);
      await client.get("/");
      if ((await client.answer())?.status === 200) return;
    } catch { /* it does not listen yet */ }
  }
}
