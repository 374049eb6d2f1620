/** A real browser over the real program; needs the Debian package chromium, or another one that `CHROMIUM` names. */
import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import type { BrowserReport } from "./browser.ts";
import type { Tab } from "./browser_lesson.ts";
import { chromium, inBrowser } from "./chromium.ts";
import { startProgram } from "./program.ts";

Deno.test({
  name: "Chromium shows / in one tab at once while /sleep sleeps in another",
  ignore: chromium === undefined,
  async fn() {
    await using program = await startProgram();
    const url = `http://localhost:${program.port}/`;
    const { asleep, awake } = await inBrowser<{ asleep: Tab; awake: Tab }>("browser_lesson.ts", url);
    assertEquals([asleep.heading, awake.heading], ["Hello!", "Hello!"]);
    assert(asleep.ms >= 2_000, `slept for ${asleep.ms} ms`);
    assertLess(awake.ms, 1_500);
  },
});

const RECORDING = { hertz: 44_100, seconds: 200 };

/** A recording of a tone, long enough that no browser fetches all of it to show its length. */
function recording({ hertz, seconds }: typeof RECORDING): Uint8Array {
  const samples = new Int16Array(22 + 2 * hertz * seconds);
  for (let i = 22; i < samples.length; i++) samples[i] = 8_000 * Math.sin(i / 30);
  const head = new DataView(samples.buffer);
  const text = (at: number, value: string) =>
    [...value].forEach((char, i) => head.setUint8(at + i, char.charCodeAt(0)));
  text(0, "RIFF");
  head.setUint32(4, samples.byteLength - 8, true);
  text(8, "WAVEfmt ");
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true);
  head.setUint16(22, 2, true);
  head.setUint32(24, hertz, true);
  head.setUint32(28, 4 * hertz, true);
  head.setUint16(32, 4, true);
  head.setUint16(34, 16, true);
  text(36, "data");
  head.setUint32(40, samples.byteLength - 44, true);
  return new Uint8Array(samples.buffer);
}

async function makeSite(root: string): Promise<void> {
  await Deno.mkdir(`${root}/files/a folder`, { recursive: true });
  const style = `<link rel="stylesheet" href="/style.css">`;
  const files: Record<string, string> = {
    "index.html":
      `<!DOCTYPE html><title>Site</title>${style}<h1>Shell of the site</h1><a id="next" href="/other/page">on</a>`,
    "style.css": "body { background: rgb(1, 2, 3) }",
    "long.txt": "A line that is long enough to get smaller.\n".repeat(200),
    "audio.html": `<!DOCTYPE html><title>Audio</title><audio controls preload="metadata" src="/tone.wav"></audio>`,
    "files/small.txt": "1",
    "files/large.txt": "1".repeat(5_000),
    "files/<b>&amp; \"odd\" 'name' #1?.txt": "1".repeat(300),
    "files/café ☕.txt": "1".repeat(20),
    "files/a:b.txt": "1".repeat(1_500_000),
    "files/10.txt": "10",
    "files/9.txt": "9",
  };
  for (const [path, content] of Object.entries(files)) await Deno.writeTextFile(`${root}/${path}`, content);
  await Deno.writeFile(`${root}/tone.wav`, recording(RECORDING));
}

Deno.test({
  name: "Chromium shows the page, revalidates, decodes, seeks by ranges, goes through a single-page site and a listing",
  ignore: chromium === undefined,
  async fn() {
    const root = await Deno.makeTempDir();
    const pictures = Deno.env.get("SCREENSHOTS") ?? root;
    try {
      await makeSite(root);
      await using program = await startProgram([root, "--single", "--dir-listing"]);
      const url = `http://localhost:${program.port}/`;
      const { page, text, audio, single, listing } = await inBrowser<BrowserReport>("browser.ts", url, pictures);

      assertEquals([page.heading, page.background], ["Shell of the site", "rgb(1, 2, 3)"]);
      assertEquals(page.reloaded.slice(0, 2), [
        { path: "/", isSameTag: true, hasContent: false },
        { path: "/style.css", isSameTag: true, hasContent: false },
      ]);
      assertMatch(text.coding, /^(?:br|gzip)$/);
      assert(text.isRight);

      assertEquals([audio.duration, Math.round(audio.time)], [RECORDING.seconds, 0.9 * RECORDING.seconds]);
      const starts = audio.requests.map(([status, range]) =>
        status === 206 && Number(/^bytes (\d+)-/.exec(range)?.[1])
      );
      assert(starts.some((start) => Number(start) > 20_000_000), JSON.stringify(audio.requests));

      assertEquals(single, { direct: page.heading, clicked: page.heading, path: "/other/page", missing: 404 });

      const odd = `<b>&amp; "odd" 'name' #1?.txt`;
      assertEquals(listing.names, [
        "..",
        "a folder/",
        odd,
        "9.txt",
        "10.txt",
        "a:b.txt",
        "café ☕.txt",
        "large.txt",
        "small.txt",
      ]);
      assertEquals(listing.bySize, [
        "..",
        "a folder/",

        "9.txt",
        "small.txt",
        "10.txt",
        "café ☕.txt",
        odd,
        "large.txt",
        "a:b.txt",
      ]);
      assert(listing.isScriptless);
      for (const scheme of ["light", "dark"]) {
        assert((await Deno.stat(`${pictures}/listing-${scheme}.png`)).size > 5_000);
      }
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
});
