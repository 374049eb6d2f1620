/** Downloads that are cut and taken up again by curl and wget; both tools are Debian packages of their names. */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { mayRunPrograms, startProgram } from "./program.ts";

const SIZE = 200_000_000;
const CUT_AT = 70_000_000;

const missing = mayRunPrograms ? [await lack("curl"), await lack("wget"), await lack("cmp")].filter(Boolean) : [];
if (missing.length > 0) console.warn(`Tests of resumed downloads are left out: no ${missing.join(", ")}`);

async function lack(tool: string): Promise<string | undefined> {
  const { success } = await run(`command -v ${tool}`, ".");
  return success ? undefined : tool;
}

async function run(script: string, cwd: string): Promise<{ success: boolean; code: number; stdout: string }> {
  const { success, code, stdout } = await new Deno.Command("sh", { args: ["-c", script], cwd, stderr: "null" })
    .output();
  return { success, code, stdout: new TextDecoder().decode(stdout).trim() };
}

/** Writes 200 MB in which no piece is like another. */
async function writeLarge(path: string, seed: number): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  const numbers = new Uint32Array(SIZE / 16);
  for (let part = 0; part < 4; part++) {
    for (let i = 0; i < numbers.length; i++) numbers[i] = Math.imul(seed + part * numbers.length + i, 2_654_435_761);
    const octets = new Uint8Array(numbers.buffer);
    for (let at = 0; at < octets.length;) at += await file.write(octets.subarray(at));
  }
}

async function strongTag(url: string): Promise<string> {
  for (let turn = 0; turn < 100; turn++) {
    const response = await fetch(url, { method: "HEAD" });
    const etag = response.headers.get("etag")!;
    if (!etag.startsWith("W/")) return etag;
    await delay(100);
  }
  throw new Error("The tag stays weak");
}

Deno.test({
  name: "A download of 200 MB that was cut is taken up by curl -C - and wget -c, and begins anew when the file changed",
  ignore: !mayRunPrograms || missing.length > 0 || Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.mkdir(`${folder}/root`);
      await writeLarge(`${folder}/root/large.bin`, 1);
      await using program = await startProgram([`${folder}/root`]);
      const url = `http://127.0.0.1:${program.port}/large.bin`;
      const etag = await strongTag(url);
      const isWhole = async (name: string) => (await run(`cmp ${name} root/large.bin`, folder)).success;
      const cut = async () => {
        await run(`curl -s ${url} | head -c ${CUT_AT} > part`, folder);
        assertEquals((await Deno.stat(`${folder}/part`)).size, CUT_AT);
        await run("cp part curl.bin; mv part wget.bin", folder);
      };

      await cut();
      const resumed = "-w '%{http_code} %{size_download}'";
      assertEquals(
        await run(`curl -s ${resumed} -C - -H 'If-Range: ${etag}' -o curl.bin ${url}`, folder),
        { success: true, code: 0, stdout: `206 ${SIZE - CUT_AT}` },
      );
      assert(await isWhole("curl.bin"));
      assert((await run(`wget -q -c --header 'If-Match: ${etag}' -O wget.bin ${url}`, folder)).success);
      assert(await isWhole("wget.bin"));

      await cut();
      await writeLarge(`${folder}/root/next`, 2);
      await Deno.rename(`${folder}/root/next`, `${folder}/root/large.bin`);
      await delay(1_000);
      // curl is sent the new file from its beginning, sees that it is no part, and keeps its hands off what it has (33).
      assertEquals((await run(`curl -s -C - -H 'If-Range: ${etag}' -o curl.bin ${url}`, folder)).code, 33);
      assertEquals((await Deno.stat(`${folder}/curl.bin`)).size, CUT_AT);
      assert((await run(`curl -s -o curl.bin ${url}`, folder)).success);
      assert(await isWhole("curl.bin"));
      // wget 1 would skip what it has of an answer from the beginning, so it is told that the file is another (8).
      assertEquals((await run(`wget -q -c --header 'If-Match: ${etag}' -O wget.bin ${url}`, folder)).code, 8);
      assertEquals((await Deno.stat(`${folder}/wget.bin`)).size, CUT_AT);
      assert((await run(`wget -q -O wget.bin ${url}`, folder)).success);
      assert(await isWhole("wget.bin"));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
