/** The cache of files through the real program: its bound, and what it counts, of one loop and of several. */
import { assert, assertEquals } from "@std/assert";
import { mayRunPrograms, type Program, startProgram } from "./program.ts";
import { RawClient } from "./raw_client.ts";

const FILES = 40, FILE_BYTES = 20_000;

function cacheTest(name: string, args: string[], ignore: boolean, fn: (site: Site) => Promise<void>): void {
  Deno.test({
    name,
    ignore: ignore || !mayRunPrograms,
    async fn() {
      const root = await Deno.makeTempDir();
      try {
        for (let i = 0; i < FILES; i++) await Deno.writeFile(`${root}/${i}.txt`, new Uint8Array(FILE_BYTES).fill(97));
        await using program = await startProgram([root, "--admin=127.0.0.1:0", "--log=off", ...args]);
        const [, port] = await program.until(/metrics on http:\/\/127\.0\.0\.1:([0-9]+)\//);
        await fn(new Site(program, port));
      } finally {
        await Deno.remove(root, { recursive: true });
      }
    },
  });
}

class Site {
  constructor(readonly program: Program, readonly adminPort: string) {}

  /** Asks for a file on a connection of its own, and returns the length of what came. */
  async ask(target: string, coding = "identity"): Promise<number> {
    using client = await RawClient.connect(this.program.port);
    await client.send(
      `GET ${target} HTTP/1.1\r\nHost: a\r\nAccept-Encoding: ${coding}\r\nConnection: close\r\n\r\n`,
    );
    const answer = await client.answer();
    assertEquals(answer?.status, 200);
    return answer!.content.length;
  }

  async figures(): Promise<Record<string, number>> {
    const text = await (await fetch(`http://127.0.0.1:${this.adminPort}/metrics`)).text();
    return Object.fromEntries(
      [...text.matchAll(/^siesta_file_cache_(\w+) (\d+)$/gm)].map((it) => [it[1], Number(it[2])]),
    );
  }
}

cacheTest(
  "--cache bounds what is kept, and /metrics tells what had to go",
  ["--cache", "128K"],
  false,
  async (site) => {
    for (let i = 0; i < FILES; i++) assertEquals(await site.ask(`/${i}.txt`), FILE_BYTES);
    const { bytes, hits_total, misses_total, evictions_total } = await site.figures();
    assert(bytes > 3 * FILE_BYTES && bytes <= 131_072, `${bytes} octets`);
    assertEquals([hits_total, misses_total], [0, FILES]);
    // Each takes its content and some more, so that five have room.
    assertEquals(evictions_total, FILES - 5);
  },
);

cacheTest("--cache 0 keeps and compresses nothing", ["--cache=0"], false, async (site) => {
  for (let i = 0; i < 3; i++) assertEquals(await site.ask("/1.txt", "br, gzip"), FILE_BYTES);
  assertEquals(await site.figures(), { bytes: 0, hits_total: 0, misses_total: 3, evictions_total: 0 });
});

cacheTest("Figures of the cache are summed over workers", ["--workers=2"], Deno.build.os !== "linux", async (site) => {
  const count = 60;
  for (let i = 0; i < count; i++) await site.ask("/1.txt");
  const { bytes, hits_total, misses_total, evictions_total } = await site.figures();
  assertEquals([hits_total + misses_total, evictions_total], [count, 0]);
  // Each of the two has asked the disk, and keeps a file of its own.
  assert(misses_total >= 2 && bytes > 2 * FILE_BYTES, JSON.stringify({ misses_total, bytes }));
});
