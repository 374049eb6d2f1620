/** What a server must live through: no descriptors, no standard output, many that wait when it stops. */
import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { mayRunPrograms, type Program, startProgram } from "./program.ts";
import { RawClient } from "./raw_client.ts";
import { runTool, temporaryFolder, toolTest } from "./tools.ts";

const isLinux = mayRunPrograms && Deno.build.os === "linux";

function linuxTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: !isLinux, fn });
}

async function get(port: number, target = "/"): Promise<number | undefined> {
  using client = await RawClient.connect(port);
  await client.send(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  return (await client.answer())?.status;
}

/** CPU time of a process in seconds: the 14th and 15th field, in hundredths. */
async function cpuSeconds({ child }: Program): Promise<number> {
  // Deno reads nothing below /proc unless it may do everything.
  const { stdout: stat } = await runTool("cat", [`/proc/${child.pid}/stat`]);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function residentBytes({ child }: Program): Promise<number> {
  const { stdout: status } = await runTool("cat", [`/proc/${child.pid}/status`]);
  return 1_024 * Number(/VmRSS:\s+([0-9]+)/.exec(status)?.[1]);
}

linuxTest("With 64 descriptors and 300 clients it serves on, uses little CPU, and recovers", async () => {
  await using program = await startProgram(["--log=off"], { shell: "ulimit -n 64" });
  const clients = await Promise.all(Array.from({ length: 300 }, () => RawClient.connect(program.port)));
  const before = await cpuSeconds(program), startMs = performance.now();
  // All ask; those that were accepted are answered, and give way to others when they are idle.
  const answers = clients.map(async (client) => {
    await client.get("/");
    const status = (await client.answer().catch(() => undefined))?.status;
    client[Symbol.dispose]();
    return status;
  });
  const statuses = await Promise.all(answers);
  const share = 1_000 * (await cpuSeconds(program) - before) / (performance.now() - startMs);
  const answered = statuses.filter((status) => status === 200).length;
  console.log(`300 clients, 64 descriptors: ${answered} answered, ${(100 * share).toFixed(0)} % of a core meanwhile`);
  assert(answered > 30, `${answered} were answered`);
  for (let i = 0; i < 20; i++) assertEquals(await get(program.port), 200);
  assertEquals((await program.end()).code, 0);
});

linuxTest("Descriptors used up by idle clients: little CPU while it lasts, and all is well afterwards", async () => {
  await using program = await startProgram(["--log=off"], { shell: "ulimit -n 64" });
  const clients = await Promise.all(Array.from({ length: 300 }, () => RawClient.connect(program.port)));
  const before = await cpuSeconds(program), startMs = performance.now();
  // A second of it is looked at; there is nothing to wait for, since nothing may happen.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const share = 1_000 * (await cpuSeconds(program) - before) / (performance.now() - startMs);
  console.log(`300 idle clients, 64 descriptors: ${(100 * share).toFixed(0)} % of a core`);
  assertLess(share, 0.3);
  for (const client of clients) client[Symbol.dispose]();
  for (let i = 0; i < 20; i++) assertEquals(await get(program.port), 200);
});

linuxTest("A standard output that is full, closed or never read does not stop it, nor take its memory", async () => {
  for (const shell of ["exec 3>&1 >/dev/full", "exec >&-", "sleep 30 | true"]) {
    const isStalled = shell.startsWith("sleep");
    // The line with the port has to come through, so the port is chosen here.
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }), { port } = listener.addr;
    listener.close();
    const main = new URL("../main.ts", import.meta.url).pathname;
    const child = new Deno.Command("sh", {
      args: ["-c", `${isStalled ? "" : shell}\nexec "$@"`, "sh", Deno.execPath()].concat(
        ["run", "-q", "--allow-all", main, "--port", `${port}`, "--log=json"],
      ),
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const stderr = isStalled ? undefined : new Response(child.stderr).text();
    try {
      for (;;) {
        const status = await get(port).catch(() => undefined);
        if (status === 200) break;
      }
      const before = await residentBytes({ child } as Program);
      using client = await RawClient.connect(port);
      const batch = 200, path = `/${"x".repeat(2_000)}`;
      for (let i = 0; i < 20; i++) {
        await client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(batch));
        for (let j = 0; j < batch; j++) assertEquals((await client.answer())?.status, 404);
      }
      const grown = await residentBytes({ child } as Program) - before;
      console.log(`${isStalled ? "stalled" : shell}: ${4_000} requests, ${(grown / 1e6).toFixed(0)} MB more`);
      assertLess(grown, 100e6);
    } finally {
      child.kill("SIGTERM");
    }
    if (stderr !== undefined) assertEquals(/Cannot write the log: /.test(await stderr), shell.includes("full"));
    // A descriptor that is closed at the start is `/dev/null` to the program.
    else {
      await child.stderr.cancel();
      await child.stdout.cancel();
    }
    const { code } = await child.status;
    assertEquals(code, 0, shell);
    if (stderr !== undefined) await child.stdout.cancel();
  }
});

toolTest(
  [],
  "SIGTERM with 50 slow downloads and 50 sleeps: all end whole; with too little grace they are cut",
  async () => {
    await using folder = await temporaryFolder();
    const size = 8_000_000;
    await Deno.writeFile(`${folder.path}/big`, new Uint8Array(size).fill(97));
    await Deno.writeTextFile(`${folder.path}/index.html`, "page");
    const open = async (program: Program) => {
      const downloads = await Promise.all(Array.from({ length: 50 }, () => Download.start(program.port)));
      const sleepers = await Promise.all(Array.from({ length: 50 }, async () => {
        const client = await RawClient.connect(program.port);
        await client.get("/sleep?ms=2000");
        return client;
      }));
      assertEquals(await get(program.port), 200); // all that was sent before has come
      return { downloads, sleepers };
    };
    {
      await using program = await startProgram([folder.path, "--lesson"]);
      const { downloads, sleepers } = await open(program);
      program.child.kill("SIGTERM");
      const sizes = await Promise.all(downloads.map((download) => download.rest()));
      assertEquals(sizes.filter((it) => it === size).length, 50);
      for (const sleeper of sleepers) {
        assertEquals((await sleeper.answer())?.content, "page");
        sleeper[Symbol.dispose]();
      }
      const { code, stdout } = await program.end("SIGCONT");
      assertEquals(code, 0);
      assertMatch(stdout, /Siesta stops: \d+ connections? finished, 0 cut\n$/);
    }
    await using program = await startProgram([folder.path, "--lesson", "--grace=1"]);
    const { downloads, sleepers } = await open(program);
    const { code, stdout, stderr } = await program.end("SIGTERM");
    assertEquals(code, 1);
    assertMatch(stdout, /, 100 cut\n$/);
    assertMatch(stderr, /Cut 100 connections that did not end within 1 s/);
    for (const client of [...downloads, ...sleepers]) client[Symbol.dispose]();
  },
);

/** A download of `/big` that has begun, and waits until somebody wants the rest. */
class Download implements Disposable {
  #received = 0;
  #head = 0;
  private constructor(readonly conn: Deno.TcpConn) {}

  static async start(port: number): Promise<Download> {
    const download = new Download(await Deno.connect({ hostname: "127.0.0.1", port }));
    await download.conn.write(new TextEncoder().encode("GET /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    const first = new Uint8Array(1_024), count = await download.conn.read(first) ?? 0;
    download.#received = count;
    download.#head = new TextDecoder("latin1").decode(first.subarray(0, count)).indexOf("\r\n\r\n") + 4;
    return download;
  }

  /** Reads to the end; returns how many octets of content came. */
  async rest(): Promise<number> {
    const into = new Uint8Array(65_536);
    for (let count; (count = await this.conn.read(into)) !== null;) this.#received += count;
    this.conn.close();
    return this.#received - this.#head;
  }

  [Symbol.dispose](): void {
    this.conn.close();
  }
}
