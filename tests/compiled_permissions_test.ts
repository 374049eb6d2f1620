/** Binaries that may no more than a row of the README's table says: each is compiled, and tried. */
import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path/from-file-url";
import { compileBinary, compiledBinary, type CompileOptions, compilerVersion } from "./compiled.ts";
import { FOLDER, forEachUse, inPlaces } from "./permission_uses.ts";
import { runProgram, startProgram } from "./program.ts";
import { hasTool, runTool, temporaryFolder } from "./tools.ts";

const shipped = await compiledBinary();
const ignore = "reason" in shipped || Deno.build.os === "windows";
if ("reason" in shipped) console.warn(`Binaries with least permissions are left out: ${shipped.reason}`);

/** A binary that is gone afterwards: each has 90 MB. */
async function binaryWith(options: CompileOptions): Promise<{ binary: string } & AsyncDisposable> {
  const compiled = await compileBinary(options);
  if ("reason" in compiled) throw new Error(compiled.reason);
  return { binary: compiled.path, [Symbol.asyncDispose]: () => Deno.remove(compiled.path) };
}

Deno.test({
  name: "Each row of the README's permissions is enough for a binary that is compiled with it, and with no more",
  ignore,
  fn: async () => {
    const knowsUnixNet = Number((await compilerVersion()).replace(/^([0-9]+)\.([0-9]+).*/, "$1$2")) >= 29;
    await forEachUse(async (name, { base, works, inside = [], compileEnv }, parts, places) => {
      // An older Deno asks for no such permission, and does not know its flag.
      const all = [...base, ...parts].filter((part) => knowsUnixNet || !part.includes("unix:"));
      for (const needed of new Set([all.join(" "), all.filter((part) => !inside.includes(part)).join(" ")])) {
        const permissions = inPlaces(needed.split(" "), name, places), output = `${places.folder}/siesta`;
        await using how = await binaryWith({ output, permissions, env: compileEnv });
        await works(how, places).catch((error) => {
          throw new Error(`${name} with ${needed}: ${error.message}`);
        });
      }
    });
  },
});

Deno.test({
  name: "A binary that was compiled without what a use needs says which flag to compile one with",
  ignore,
  fn: async () => {
    let how: Awaited<ReturnType<typeof binaryWith>> | undefined;
    const tried: string[] = [];
    await forEachUse(async (name, { without, inside }, parts, places) => {
      if (!name.startsWith("--") || name.startsWith("--check") || inside !== undefined) return;
      how ??= await binaryWith({
        output: `${places.folder}/siesta`,
        permissions: inPlaces(FOLDER, name, places),
      });
      await without[parts[0]](how, places);
      tried.push(name);
    });
    assertEquals(tried, ["--host", "--admin HOST:PORT", "--cert C --key K", "--unix PATH"]);
  },
});

const socketTest = { ignore: ignore || !hasTool("curl") };

Deno.test({
  ...socketTest,
  name: "The binary of the task listens on no unix socket and says why; one that may write there does",
  fn: async () => {
    await using temporary = await temporaryFolder();
    const folder = await Deno.realPath(temporary.path), path = `${folder}/s.sock`;
    const { code, stderr } = await runProgram([`--unix=${path}`], { binary: (shipped as { path: string }).path });
    const lack = `the program was compiled without --allow-write=${path}: compile one with it`;
    assertEquals([code, stderr], [1, `siesta: Cannot listen on "${path}": ${lack}\n`]);

    const deploy = await Deno.readTextFile(fromFileUrl(new URL("../docs/deploy.md", import.meta.url)));
    const [command] = /^deno compile .*--allow-write=\/run\/siesta .*$/m.exec(deploy)!;
    const permissions = command.match(/--allow-\S+/g)!.map((flag) => flag.replace("/run/siesta", folder));
    await using how = await binaryWith({ output: `${folder}/siesta`, permissions });
    await using program = await startProgram(["-v", `--unix=${path}`], { ...how, ownPort: true });
    await program.until(/permissions given back: net, .*write/);
    const { stdout } = await runTool("curl", ["-s", "--unix-socket", path, "http://a/"]);
    assertMatch(stdout, /<h1>Hello!<\/h1>/);
  },
});

Deno.test({
  name: "The binary of the task says that it has no OpenTelemetry, and serves: its first span would end it",
  ignore,
  fn: async () => {
    const { path: binary } = shipped as { path: string };
    await using program = await startProgram([], { binary, env: { OTEL_DENO: "true" } });
    assertEquals(
      await fetch(`http://127.0.0.1:${program.port}/`).then(async (it) => (await it.text(), it.status)),
      200,
    );
    const { code, stderr } = await program.end();
    const line = "Sends nothing to OpenTelemetry: the program was compiled without OTEL_DENO=true";
    assertEquals([code, stderr.includes(line)], [0, true], stderr);
  },
});
