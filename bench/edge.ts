/**
 * How far one core carries with an edge in front: one instance by itself, with TLS of its own, behind HAProxy as
 * `deploy/haproxy.cfg` has it, three instances behind it, and TLS at that edge.
 *
 * Run: `deno run --allow-all bench/edge.ts [--rounds N] [--seconds N]`. All servers run at once, bound to the first core,
 * and wait while they are not measured; the load comes from the second. So the CPU time a request is what one core pays
 * for it, HAProxy's part and the instances' part apart, and requests a second are those of one core.
 *
 * @module
 */

import { join } from "@std/path";
import { freePorts, haproxyConfig } from "../tests/haproxy.ts";
import { makeCertificate } from "../tests/tools.ts";
import { type BenchRun, runBench } from "./bench_run.ts";
import { parseFlags } from "./command_line.ts";
import { coreTimes, type Disturbance, disturbance, disturbanceText, worst } from "./core_accounting.ts";
import { type Column, formatNumber, markdownTable, median, medianRatio } from "./figures.ts";
import { isInstalled } from "./installed.ts";
import { runLoad } from "./load_generator.ts";
import { siesta } from "./peers.ts";
import { cpuTimeMs } from "./process_accounting.ts";
import type { RunningServer } from "./server_process.ts";
import { HELLO } from "./site.ts";

/** One way to be reached. */
interface Way {
  name: string;
  url: URL;
  instances: readonly RunningServer[];
  haproxy?: RunningServer;
}

/** What is asked for, over each of the ways. */
const LOADS: readonly { title: string; fields: readonly string[] }[] = [
  { title: "kept-alive connections", fields: [] },
  { title: "one request per connection", fields: ["Connection: close"] },
];
const CONNECTIONS = 64;
const INSTANCES = 3;

/** One measurement; times in microseconds of CPU a request. */
interface Round {
  requestsPerSecond: number;
  instancesUs: number;
  haproxyUs: number;
  p99Ms: number;
  disturbance: Disturbance | undefined;
}

async function startWays(run: BenchRun): Promise<Way[]> {
  const { cert, key } = await makeCertificate(run.site.scratch, "edge");
  const pem = join(run.site.scratch, "site.pem");
  await Deno.writeTextFile(pem, await Deno.readTextFile(cert) + await Deno.readTextFile(key));
  const instance = (...flags: string[]) => run.start(siesta(run.site, "plain", flags));
  const alone = await instance(), secure = await instance("--cert", cert, "--key", key);
  const admins = freePorts(INSTANCES);
  const behind: RunningServer[] = [];
  for (const admin of admins) behind.push(await instance("--proxy-protocol", "--admin", `127.0.0.1:${admin}`));
  const ports = behind.map(({ url }, i) => ({ port: Number(url.port), admin: admins[i] }));
  const ofOne = await startHaproxy(run, "haproxy_one", pem, ports.slice(0, 1));
  const ofAll = await startHaproxy(run, "haproxy_all", pem, ports);
  return [
    { name: "one instance", url: alone.url, instances: [alone] },
    { name: "one instance, TLS", url: asSecure(secure.url), instances: [secure] },
    { name: "HAProxy, one instance", url: ofOne.server.url, instances: behind, haproxy: ofOne.server },
    { name: "HAProxy, three instances", url: ofAll.server.url, instances: behind, haproxy: ofAll.server },
    { name: "HAProxy with TLS, three instances", url: ofAll.secure, instances: behind, haproxy: ofAll.server },
  ];
}

function asSecure({ hostname, port }: URL): URL {
  return new URL(`https://${hostname}:${port}/`);
}

async function startHaproxy(
  run: BenchRun,
  name: string,
  pem: string,
  instances: { port: number; admin: number }[],
): Promise<{ server: RunningServer; secure: URL }> {
  const [web, secure] = freePorts(2), path = join(run.site.scratch, `${name}.cfg`);
  await Deno.writeTextFile(path, await haproxyConfig({ web, secure, pem, instances }));
  const server = await run.start({ name, command: "haproxy", args: ["-db", "-f", path], port: web });
  return { server, secure: new URL(`https://127.0.0.1:${secure}/`) };
}

/** The page as it is in the folder, through every way: a fast wrong answer is worth nothing. */
async function check(run: BenchRun, { name, url }: Way): Promise<void> {
  const page = await Deno.readTextFile(join(run.site.root, HELLO));
  // HAProxy takes an instance only after its first health check. Nobody has signed the certificate.
  const args = ["-sk", "--retry", "20", "--retry-all-errors", "--retry-delay", "1", `${new URL(HELLO, url)}`];
  const { stdout } = await new Deno.Command("curl", { args, stdin: "null" }).output();
  if (new TextDecoder().decode(stdout) !== page) throw new Error(`${name} answers wrongly`);
}

async function measure(run: BenchRun, way: Way, fields: readonly string[], seconds: number): Promise<Round> {
  const { url, instances, haproxy } = way, { server: core, load } = run.cores;
  const ofInstances = () => instances.reduce((ms, { pid }) => ms + cpuTimeMs(pid), 0);
  const ofHaproxy = () => haproxy === undefined ? 0 : cpuTimeMs(haproxy.pid);
  const startMs = performance.now(), before = [ofInstances(), ofHaproxy()];
  const coreBefore = core === undefined ? undefined : coreTimes(core);
  const target = { target: `/${HELLO}`, fileCount: 0, connections: CONNECTIONS, pipelineDepth: 1, fields };
  const { requests, durationUs, p99Us } = await runLoad("wrk", {
    ...target,
    url,
    seconds,
    core: load,
    signal: run.signal,
  });
  const [instancesMs, haproxyMs] = [ofInstances() - before[0], ofHaproxy() - before[1]];
  return {
    requestsPerSecond: requests * 1e6 / durationUs,
    instancesUs: instancesMs * 1_000 / requests,
    haproxyUs: haproxyMs * 1_000 / requests,
    p99Ms: p99Us / 1_000,
    disturbance: coreBefore &&
      disturbance(coreBefore, coreTimes(core!), instancesMs + haproxyMs, performance.now() - startMs),
  };
}

const COLUMNS: readonly Column[] = [
  { title: "way", align: "left" },
  { title: "requests/s of one core", align: "right" },
  { title: "CPU us/request", align: "right" },
  { title: "of it HAProxy", align: "right" },
  { title: "x one instance", align: "right" },
  { title: "p99, ms", align: "right" },
];

/** A row for each way; costs are divided round by round by those of the first. */
function table(ways: readonly Way[], rounds: ReadonlyMap<Way, Round[]>): string {
  const cost = (way: Way) => rounds.get(way)!.map(({ instancesUs, haproxyUs }) => instancesUs + haproxyUs);
  const middle = (way: Way, of: (round: Round) => number) => median(rounds.get(way)!.map(of));
  return markdownTable(
    COLUMNS,
    ways.map((way) => [
      way.name,
      formatNumber(middle(way, ({ requestsPerSecond }) => requestsPerSecond)),
      formatNumber(median(cost(way)), 1),
      way.haproxy === undefined ? "" : formatNumber(middle(way, ({ haproxyUs }) => haproxyUs), 1),
      formatNumber(medianRatio(cost(way), cost(ways[0])), 2),
      formatNumber(middle(way, ({ p99Ms }) => p99Ms), 1),
    ]),
  );
}

async function main(run: BenchRun, { rounds, seconds }: { rounds: number; seconds: number }): Promise<boolean> {
  for (const tool of ["wrk", "openssl", "curl"]) if (!await isInstalled(tool)) throw new Error(`${tool} is missing`);
  if (!await isInstalled("haproxy", "-v")) throw new Error("haproxy is missing");
  const ways = await startWays(run), disturbances: Disturbance[] = [];
  for (const way of ways) await check(run, way);
  for (const { title, fields } of LOADS) {
    const measured = new Map<Way, Round[]>(ways.map((way) => [way, []]));
    // The first round warms up, and is not counted.
    for (let round = -1; round < rounds; round++) {
      for (const way of ways) {
        const one = await measure(run, way, fields, seconds);
        if (round < 0) continue;
        measured.get(way)!.push(one);
        if (one.disturbance !== undefined) disturbances.push(one.disturbance);
      }
    }
    console.log(`${title}\n\n${table(ways, measured)}\n`);
  }
  const conditions = `Deno ${Deno.version.deno}, ${rounds} rounds of ${seconds} s, ${CONNECTIONS} connections.`;
  console.log(`${conditions} ${disturbanceText(worst(disturbances))}`);
  return true;
}

if (import.meta.main) await runBench((args) => parseFlags(args, { rounds: 5, seconds: 1 }), main);
