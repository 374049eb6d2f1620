/** Several workers on one port: all take connections, one that crashes harms nobody else, all stop together. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path/from-file-url";
import { mayRunPrograms, type Program, startProgram } from "./program.ts";
import { RawClient } from "./raw_client.ts";

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
