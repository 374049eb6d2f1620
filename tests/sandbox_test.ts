/** What a running server may still do; `permissions_test.ts` has the least permissions for each use. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path/from-file-url";
import { mayRunPrograms, startProgram } from "./program.ts";
import { RawClient } from "./raw_client.ts";
import { temporaryFolder } from "./tools.ts";

const SITE = fromFileUrl(new URL("sandbox_site.ts", import.meta.url));
const ignore = !mayRunPrograms || Deno.build.os === "windows";
/** Long enough for the thread that compresses. */
const LONG = "One line, and another one.\n".repeat(5_000);

async function askCompressed(port: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/long.txt`, { headers: { "Accept-Encoding": "br" } });
  assertEquals([response.headers.get("content-encoding"), await response.text()], ["br", LONG]);
}

Deno.test({
  name: "A running server, whatever it was started with, cannot connect, listen, write, run or look at the environment",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    await Deno.writeTextFile(`${folder.path}/index.html`, "page");
    const more = ["--allow-net", "--allow-write", "--allow-env", "--allow-run", "--allow-sys"];
    const permissions = [`--allow-read=${folder.path}`, ...more];
    await using program = await startProgram([folder.path], { main: SITE, permissions });
    using client = await RawClient.connect(program.port);
    const seen: Record<string, string> = {};
    const paths = ["/", "/connect", "/fetch", "/listen", "/outside", "/write", "/env", "/run", "/sys"];
    for (const path of paths) {
      await client.get(path);
      seen[path] = (await client.answer())?.content ?? "";
    }
    const refused = "403 Forbidden: NotCapable\n";
    assertEquals(seen, Object.fromEntries(paths.map((path) => [path, path === "/" ? "page" : refused])));
  },
});

Deno.test({
  name: "The permissions that are used are those of the README, and no others",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    await Deno.writeTextFile(`${folder.path}/index.html`, "page");
    await Deno.writeTextFile(`${folder.path}/long.txt`, LONG);
    const audit = `${folder.path}/audit.jsonl`;
    await using program = await startProgram([folder.path], {
      permissions: ["--allow-all"],
      env: { DENO_AUDIT_PERMISSIONS: audit },
    });
    using client = await RawClient.connect(program.port);
    await client.get("/");
    assertEquals((await client.answer())?.content, "page");
    await askCompressed(program.port);
    await program.end();
    const lines = await Deno.readTextFile(audit).then((text) => text.trim().split("\n"), () => undefined);
    if (lines === undefined) return console.warn("This Deno writes no audit of permissions");
    const used = lines.map((line) => JSON.parse(line) as { permission: string; value?: string });
    console.log([...new Set(used.map(({ permission, value }) => `${permission} ${value ?? ""}`))].join("; "));
    assertEquals(new Set(used.map(({ permission }) => permission)), new Set(["net", "read", "write", "env"]));
    for (const { permission, value = "" } of used) {
      if (permission === "net") assertMatch(value, /^127\.0\.0\.1:/);
      if (permission === "env") assertMatch(value, /^(PORT|HOST|LOG_FORMAT|NO_COLOR|FORCE_COLOR|OTEL_DENO)$/);
      // Deno writes "write" down beside "read" when a file is opened, for reading too; it does not ask for it.
      if (permission === "read" || permission === "write") assert(value.startsWith(folder.path), value);
    }
  },
});

Deno.test({
  name: "Files are compressed with the permissions for a folder alone",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    await Deno.writeTextFile(`${folder.path}/long.txt`, LONG);
    const permissions = ["--allow-net=127.0.0.1", `--allow-read=${folder.path}`];
    await using program = await startProgram([folder.path], { permissions });
    await askCompressed(program.port);
  },
});

Deno.test({
  name: "-v tells of permissions that are given back, those that were granted in part, too",
  ignore,
  fn: async () => {
    await using folder = await temporaryFolder();
    for (
      const [more, args, line] of [
        [
          ["--allow-net=127.0.0.1", "--allow-env=PORT", "--allow-sys=networkInterfaces"],
          [],
          "net, env, sys; kept: read",
        ],
        [["--allow-net", "--allow-run"], [], "net, run; kept: read"],
        ...(Deno.build.os === "linux"
          ? [[
            ["--allow-net", "--allow-env=PORT", "--allow-read"],
            ["--workers=2"],
            "env; kept: net \\(to listen again\\), read",
          ]]
          : []),
      ] as [string[], string[], string][]
    ) {
      const permissions = more.includes("--allow-read") ? more : [`--allow-read=${folder.path}`, ...more];
      await using program = await startProgram([folder.path, "-v", ...args], { permissions });
      const { stdout } = await program.end();
      assertMatch(stdout, new RegExp(`^  permissions given back: ${line}$`, "m"));
    }
  },
});
