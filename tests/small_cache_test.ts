/** A folder that is larger than the cache, through the real program: every answer is right while files are replaced. */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { mayRunPrograms, startProgram } from "./program.ts";
import { type RawAnswer, RawClient } from "./raw_client.ts";

/** Longer than what is kept of one file (a quarter of the cache), than the batch, and than one read of a file. */
const LENGTHS = [0, 1, 900, 9_000, 30_000, 61_440, 61_441, 66_000, 300_000];
const KINDS = ["txt", "bin"], CACHE = "128K", PASSES = 4;

/** What lies in a file: octets that tell file and version wherever one looks. */
function contentOf(name: string, version: number, length: number): string {
  return `${name} ${version};`.repeat(Math.ceil(length / `${name} ${version};`.length)).slice(0, length);
}

class Folder {
  readonly versions = new Map<string, number>();

  constructor(readonly root: string) {}

  names(): string[] {
    return KINDS.flatMap((kind) => LENGTHS.flatMap((length) => ["a", "b"].map((which) => `${which}${length}.${kind}`)));
  }

  content(name: string): string {
    return contentOf(name, this.versions.get(name) ?? 0, Number(/\d+/.exec(name)![0]));
  }

  /** Puts another file into the place of one, as editors and deployments do. */
  async replace(name: string): Promise<void> {
    this.versions.set(name, (this.versions.get(name) ?? -1) + 1);
    await Deno.writeTextFile(`${this.root}/.next`, this.content(name));
    await Deno.rename(`${this.root}/.next`, `${this.root}/${name}`);
  }
}

async function decoded({ fields, content }: RawAnswer): Promise<string> {
  const octets = Uint8Array.from(content, (char) => char.charCodeAt(0));
  if (fields["content-encoding"] === undefined) return content;
  assertEquals(fields["content-encoding"], "gzip");
  return await new Response(new Blob([octets]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

/** Asks for a file in every way, and looks at all that is said of it; returns its tag. */
async function checked(client: RawClient, folder: Folder, name: string): Promise<string> {
  const expected = folder.content(name), { length } = expected;
  const ask = async (fields = "", method = "GET") => {
    await client.send(`${method} /${name} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`);
    return (await client.answer(method))!;
  };
  const whole = await ask(), { etag, vary } = whole.fields;
  const said = (answer: RawAnswer) => [answer.status, answer.fields["vary"], answer.fields["content-length"]];
  assert(whole.content === expected, `${name}: ${whole.content.slice(0, 40)}`);
  assertEquals(said(whole), [200, vary, `${length}`]);
  // Whether it is kept or not, and with whatever coding it is asked for, the same is said of it.
  const coded = await ask("Accept-Encoding: gzip\r\n");
  assert(await decoded(coded) === expected, `${name}, compressed`);
  assertEquals([coded.status, coded.fields["vary"]], [200, vary]);
  assertEquals(coded.fields["etag"] === etag, coded.fields["content-encoding"] === undefined);
  const head = await ask("", "HEAD");
  assertEquals([...said(head), head.fields["etag"]], [200, vary, `${length}`, etag]);
  const same = await ask(`If-None-Match: ${etag}\r\n`);
  assertEquals([same.status, same.fields["etag"], same.fields["vary"]], [304, etag, vary]);
  if (length > 2) {
    const part = await ask(`Range: bytes=1-${length - 2}\r\nIf-Range: ${etag}\r\n`);
    // A tag that is weak names no version whose parts could be told.
    if (etag.startsWith("W/")) assertEquals(part.status, 200);
    else assertEquals([part.status, part.content === expected.slice(1, -1), part.fields["etag"]], [206, true, etag]);
  }
  return `${etag} ${vary}`;
}

Deno.test({
  name: "Every answer of a folder larger than the cache is right, pass after pass, while files are replaced",
  ignore: !mayRunPrograms || Deno.build.os === "windows",
  async fn() {
    const root = await Deno.makeTempDir();
    try {
      const folder = new Folder(root);
      for (const name of folder.names()) {
        await folder.replace(name);
        // So old that every later change shows.
        await Deno.utime(`${root}/${name}`, new Date(), new Date(Date.now() - 86_400_000));
      }
      // The system tells in whole seconds when a file was changed: two of them make it sure.
      await delay(3_000);
      await using program = await startProgram([root, `--cache=${CACHE}`, "--admin=127.0.0.1:0", "--log=off"]);
      const [, admin] = await program.until(/metrics on http:\/\/127\.0\.0\.1:([0-9]+)\//);
      using client = await RawClient.connect(program.port);
      const tags = new Map<string, string>(), seen = new Map<string, number>();
      for (let pass = 0; pass < PASSES; pass++) {
        const replaced = folder.names().filter((_, index) => pass > 0 && index % PASSES === pass - 1);
        for (const name of replaced) await folder.replace(name);
        // An entry is good for a second without a look at the disk.
        await delay(1_000);
        // The short ones twice as often, so that they are worth being kept again.
        for (const name of [...folder.names(), ...folder.names().filter((name) => name.length < 9)]) {
          // A young file that is only looked at has the same tag as later, but a weak one.
          const tag = (await checked(client, folder, name)).replace(/^W\//, ""), before = tags.get(name) ?? tag;
          // Of an octet or none every version is the same.
          const isAnother = seen.get(name) !== folder.versions.get(name) && !/^[ab][01]\./.test(name);
          if (pass > 0) assertEquals(tag !== before, isAnother, `${name}: ${before}, then ${tag}`);
          seen.set(name, folder.versions.get(name)!);
          tags.set(name, tag);
        }
      }
      const metrics = await (await fetch(`http://127.0.0.1:${admin}/metrics`)).text();
      const [, evictions] = /^siesta_file_cache_evictions_total (\d+)$/m.exec(metrics)!;
      const [, bytes] = /^siesta_file_cache_bytes (\d+)$/m.exec(metrics)!;
      assert(Number(evictions) > folder.names().length && Number(bytes) <= 131_072, `${evictions}, ${bytes} octets`);
      const { stderr } = await program.end();
      assertEquals(stderr, "");
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
});
