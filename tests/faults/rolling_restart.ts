/** Three instances behind HAProxy as `deploy/haproxy.cfg` has it: a rolling restart, and one that is killed. */
import { freePorts, haproxyConfig } from "../haproxy.ts";
import { startLoad } from "../load_clients.ts";
import { type Program, startProgram } from "../program.ts";
import { makeCertificate, runTool, temporaryFolder } from "../tools.ts";
import { Findings, OWN, type Scenario } from "./scenario.ts";

const CLIENTS = 32;

async function untilReady(admin: number): Promise<void> {
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${admin}/readyz`).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return;
  }
}

/** A rolling restart behind HAProxy. */
export const rollingRestart: Scenario = {
  name: "rolling_restart",
  title: "three instances behind HAProxy: restarted one by one, then one is killed, under 32 clients",
  servers: OWN,
  tools: ["haproxy", "curl", "openssl"],
  async run() {
    const findings = new Findings();
    await using folder = await temporaryFolder();
    const { cert, key } = await makeCertificate(folder.path, "edge");
    await Deno.writeTextFile(`${folder.path}/site.pem`, await Deno.readTextFile(cert) + await Deno.readTextFile(key));
    const ports = freePorts(8), [web, secure] = ports, pem = `${folder.path}/site.pem`;
    const own = [0, 1, 2].map((i) => ({ port: ports[2 + i], admin: ports[5 + i] }));
    const config = await haproxyConfig({ web, secure, pem, instances: own });
    await Deno.writeTextFile(`${folder.path}/haproxy.cfg`, config);
    const instances = await Promise.all([0, 1, 2].map((i) => instance(ports, i)));
    const haproxy = new Deno.Command("haproxy", {
      args: ["-db", "-f", `${folder.path}/haproxy.cfg`],
      stdout: "null",
      stderr: "null",
    }).spawn();
    try {
      await demandProtocols(ports, findings);
      await restartOneByOne(ports, instances, findings);
      await killOne(ports, instances, findings);
      await runTool("curl", ["-s", "--interface", "127.0.0.5", `http://127.0.0.1:${ports[0]}/from-five`]);
      const five = /^127\.0\.0\.5 .*from-five/m;
      // Either of the two that are left has it; the other one will end without.
      await Promise.any([instances[0], instances[2]].map((program) => program.until(five)));
    } finally {
      haproxy.kill("SIGTERM");
      await haproxy.status;
      for (const program of instances) await program[Symbol.asyncDispose]();
    }
    return findings.outcome();
  },
};

/** Starts one instance and waits until it is ready. */
async function instance([, , ...rest]: number[], i: number): Promise<Program> {
  const args = ["--port", `${rest[i]}`, "--proxy-protocol", "--admin", `127.0.0.1:${rest[i + 3]}`];
  const program = await startProgram(args, { ownPort: true });
  await untilReady(rest[i + 3]);
  return program;
}

async function demandProtocols([web, secure]: number[], findings: Findings): Promise<void> {
  const curl = async (...args: string[]) => (await runTool("curl", ["-sk", "-w", "%{http_version}", ...args])).stdout;
  const first = await curl("--retry", "40", "--retry-all-errors", "--retry-delay", "1", `http://127.0.0.1:${web}/`);
  findings.demand(/Hello!.*1\.1$/s.test(first), "no HTTP/1.1 through HAProxy");
  findings.demand(/Hello!.*2$/s.test(await curl(`https://127.0.0.1:${secure}/`)), "no HTTP/2 through HAProxy");
}

async function restartOneByOne(ports: number[], instances: Program[], findings: Findings): Promise<void> {
  const load = startLoad(ports[0], CLIENTS);
  await load.more(500);
  for (let i = 0; i < instances.length; i++) {
    const { code } = await instances[i].end("SIGTERM");
    findings.demand(code === 0, `an instance that was restarted ended with ${code}`);
    await load.more(200);
    instances[i] = await instance(ports, i);
    // HAProxy takes it back after its next check.
    await instances[i].until(/" 200 \d+ "/);
  }
  const { answered, failures } = await load.stop(), failed = sumOf(failures);
  findings.note(`rolling restart: ${failed} of ${answered} requests failed`);
  findings.demand(failed === 0, `requests failed in the rolling restart: ${JSON.stringify(failures)}`);
}

async function killOne(ports: number[], instances: Program[], findings: Findings): Promise<void> {
  const load = startLoad(ports[0], CLIENTS);
  await load.more(500);
  await instances[1].end("SIGKILL");
  await load.more(500);
  const { answered, failures } = await load.stop(), failed = sumOf(failures);
  findings.note(`one killed: ${failed} of ${answered} failed`);
  // Only what the one was just answering can be lost.
  findings.demand(failed < CLIENTS, `requests failed when one was killed: ${JSON.stringify(failures)}`);
}

function sumOf(failures: Record<string, number>): number {
  return Object.values(failures).reduce((sum, count) => sum + count, 0);
}
