/** Several workers on one port: all take connections, one that crashes harms nobody else, all stop together. */
import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path/from-file-url";
import { mayRunPrograms, type Program, runProgram, startProgram } from "./program.ts";
import { RawClient } from "./raw_client.ts";
import { temporaryFolder } from "./tools.ts";

const SITE = fromFileUrl(new URL("workers_site.ts", import.meta.url));
const ignore = !mayRunPrograms || Deno.build.os !== "linux";

function start(args: string[]): Promise<Program> {
  return startProgram(["--workers=2", ...args], { main: SITE, permissions: ["--allow-all"] });
}

/** Which worker a connection has come to. */
async function workerOf(client: RawClient): Promise<string> {
  await client.get("/worker");
  return /200 OK: (.*)\n/.exec((await client.answer())?.content ?? "")?.[1] ?? "";
}

Deno.test({
  name: "--workers: all take connections, metrics are summed, and they stop together",
  ignore,
  fn: async () => {
    await using program = await start(["--admin=127.0.0.1:0"]);
    const [, port] = await program.until(/metrics on http:\/\/127\.0\.0\.1:([0-9]+)\//);
    const counts = new Map<string, number>();
    for (let i = 0; i < 100; i++) {
      using client = await RawClient.connect(program.port);
      const worker = await workerOf(client);
      counts.set(worker, (counts.get(worker) ?? 0) + 1);
    }
    console.log(`Connections by worker: ${[...counts.values()].join(", ")}`);
    assertEquals(counts.size, 2);
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    assertMatch(metrics, /^siesta_connections_total 100$/m);
    assertMatch(metrics, /^http_server_request_duration_seconds_count\{.*"200"\} 100$/m);
    using sleeper = await RawClient.connect(program.port);
    await sleeper.get("/sleep?ms=500");
    await workerAnswers(program);
    const ended = program.end();
    assertEquals((await sleeper.answer())?.status, 200);
    const { code, stdout } = await ended;
    assertEquals(code, 0);
    assertEquals(stdout.match(/"GET \/worker /g)?.length, 120, "The log of both is there");
  },
});

/** Waits until all workers have dealt with what was sent before. */
async function workerAnswers(program: Program): Promise<void> {
  for (let i = 0; i < 20; i++) {
    using client = await RawClient.connect(program.port);
    await workerOf(client);
  }
}

Deno.test({
  name: "--workers: one that crashes is told of and started again; no request to the others fails",
  ignore,
  fn: async () => {
    await using program = await start(["--log=off"]);
    // Connections of both, kept over the crash.
    const clients = new Map<string, RawClient>(), spare: RawClient[] = [];
    while (clients.size < 2) {
      const client = await RawClient.connect(program.port), worker = await workerOf(client);
      if (clients.has(worker)) spare.push(client);
      else clients.set(worker, client);
    }
    const [[, doomed], [survivor, client]] = [...clients];
    await doomed.get("/crash");
    assertEquals(await doomed.rest().then((rest) => rest.startsWith("HTTP/1.1 200"), () => true), true);
    for (let i = 0; i < 200; i++) assertEquals(await workerOf(client), survivor);
    const seen = new Set<string>();
    while (seen.size < 2) {
      // While there is one worker only, it takes all.
      using visitor = await RawClient.connect(program.port);
      seen.add(await workerOf(visitor));
    }
    assert(seen.has(survivor) && ![...clients.keys()].every((it) => seen.has(it)), "Another worker is there");
    for (const open of [...clients.values(), ...spare]) open[Symbol.dispose]();
    const { code, stderr } = await program.end();
    assertEquals(code, 0);
    assertMatch(stderr, /A worker has ended \(.*Crashed as asked.*\); another one starts in 0\.1 s/);
  },
});

/** The value of a series, asked at the admin port. */
async function metric(program: Program, series: string): Promise<number> {
  const [, port] = await program.until(/metrics on http:\/\/127\.0\.0\.1:([0-9]+)\//);
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(text.split("\n").find((line) => line.startsWith(`${series} `))?.slice(series.length));
}

Deno.test({
  name: "--workers: one that cannot be started again is tried again, after pauses that grow; counters do not go back",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    const root = `${folder.path}/site`, away = `${folder.path}/away`;
    await Deno.mkdir(root);
    await using program = await start([root, "--log=off", "--admin=127.0.0.1:0"]);
    for (let i = 0; i < 50; i++) await workerAnswersOnce(program);
    assertEquals(await metric(program, "siesta_connections_total"), 50);
    await Deno.rename(root, away);
    {
      using client = await RawClient.connect(program.port);
      await client.get("/crash");
      await client.rest().catch(() => {});
    }
    const total = () => metric(program, "siesta_connections_total");
    while (await total() < 200) await workerAnswersOnce(program);
    await Deno.rename(away, root);
    const seen = new Set<string>();
    while (seen.size < 2) {
      using client = await RawClient.connect(program.port);
      seen.add(await workerOf(client));
    }
    assertLess(200, await total());
    const { code, stderr } = await program.end();
    assertEquals(code, 0);
    const pauses = [...stderr.matchAll(/A worker has ended \(.*\); another one starts in ([0-9.]+) s/g)]
      .map(([, seconds]) => seconds);
    assertEquals(pauses.slice(0, 2), ["0.1", "0.2"], stderr);
    assertMatch(stderr, /A worker has ended \(Cannot serve ".*": there is no such folder\)/);
  },
});

async function workerAnswersOnce(program: Program): Promise<void> {
  using client = await RawClient.connect(program.port);
  await workerOf(client);
}

Deno.test({
  name: "--workers: one that never gives its thread back holds up neither the metrics nor the stop",
  ignore,
  fn: async () => {
    await using program = await start(["--log=off", "--admin=127.0.0.1:0", "--grace=0"]);
    using client = await RawClient.connect(program.port);
    await client.get("/hang");
    const startMs = performance.now();
    assertLess(0, await metric(program, 'siesta_build_info{version="0.0.0",deno="' + Deno.version.deno + '"}'));
    const { code, stderr } = await program.end();
    assertEquals(code, 1);
    assertMatch(stderr, /Cut 1 connection that did not end within 0 s/);
    assertLess(performance.now() - startMs, 10_000);
  },
});

Deno.test({
  name:
    "--workers: metrics are told at once while one has drained and the other has not, and what both counted is in them",
  ignore,
  fn: async () => {
    await using program = await start(["--log=off", "--admin=127.0.0.1:0"]);
    await workerAnswers(program);
    using sleeper = await RawClient.connect(program.port);
    await sleeper.get("/sleep?ms=2500");
    await workerAnswers(program);
    program.child.kill("SIGTERM");
    const startMs = performance.now();
    let total = await metric(program, "siesta_connections_total");
    // The one that has nothing to do is gone after some ticks.
    while (performance.now() - startMs < 1_000) total = await metric(program, "siesta_connections_total");
    assertLess(performance.now() - startMs, 1_900);
    assertEquals(total, 41);
    assertEquals((await sleeper.answer())?.status, 200);
    assertEquals((await program.end("SIGCONT")).code, 0);
  },
});

Deno.test({
  name: "--workers without leave to read the program: one line, exit code 1",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    const permissions = ["--allow-net", `--allow-read=${folder.path}`];
    const { code, stderr } = await runProgram([folder.path, "--port=0", "--workers=2"], { permissions });
    assertEquals(code, 1);
    assertMatch(stderr, /^siesta: Cannot start workers: Deno was not started with --allow-read=\/.*\n$/);
  },
});

Deno.test({
  name: "--workers: what all of them see in the site is told once",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    await Deno.writeTextFile(`${folder.path}/_headers`, "no path\n");
    await using program = await start([folder.path, "--single=app.html"]);
    await workerAnswers(program);
    const { code, stderr } = await program.end();
    assertEquals(code, 0);
    assertMatch(stderr, /^siesta: _headers:1: .*\nsiesta: Cannot find "app\.html", the page of --single: .*\n$/);
  },
});
