/** TLS handshakes that never end: what they hold until their peers go, and that everybody else is served meanwhile. */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { Crowd } from "./faults/crowd.ts";
import { figuresOf } from "./process_figures.ts";
import { startProgram } from "./program.ts";
import { makeCertificate, runTool, temporaryFolder, toolTest } from "./tools.ts";

/** Time in which an honest visitor is answered. */
const HONEST_S = 5;

toolTest(
  Deno.build.os === "linux" ? ["curl", "openssl"] : ["linux"],
  "Visitors are served by TLS under ulimit -n 256 while 300 peers do not end their handshake; all descriptors come back",
  async () => {
    await using folder = await temporaryFolder();
    const { cert, key } = await makeCertificate(folder.path, "a");
    await Deno.writeTextFile(`${folder.path}/index.html`, "page");
    // The second listener needs no more than the first: the permissions are those of the README.
    const permissions = ["--allow-net=127.0.0.1", `--allow-read=${folder.path}`];
    await using program = await startProgram([folder.path, `--cert=${cert}`, `--key=${key}`, "--log=off"], {
      shell: "ulimit -n 256",
      permissions,
    });
    const descriptors = async () => (await figuresOf(program.child.pid)).descriptors;
    const ask = async (...more: string[]) => {
      const args = ["-s", ...more, "--cacert", cert, "--max-time", `${HONEST_S}`, `https://127.0.0.1:${program.port}/`];
      assertEquals((await runTool("curl", args)).stdout, "page");
    };
    await ask();
    const before = await descriptors();
    {
      await using _crowd = await Crowd.connect(program.port, 300);
      // One that stands in the line behind the crowd is reset as it begins to be guarded, once.
      await ask("--retry", "3", "--retry-all-errors", "--retry-delay", "0", "--retry-max-time", `${HONEST_S}`);
      for (let count = 0; count < 10; count++) await ask();
      const held = await descriptors() - before;
      assert(held >= 128 && held <= 220, `${held} descriptors are held`);
    }
    // Those that were in use when the figure was taken are nobody's.
    let after = Infinity;
    for (let tries = 0; tries < 50 && after > before; tries++) {
      await delay(100);
      after = await descriptors();
    }
    assertEquals(after, before);
    await ask();
    const { code, stderr } = await program.end();
    const line =
      "siesta: 128 TLS connections do not come to their end: others are taken in a slower way that has one\n";
    assertEquals([code, stderr], [0, line]);
  },
);
