/** What no path may reach: everything outside of the root, hidden names, and what is no file. */
import { assert, assertEquals } from "@std/assert";
import { compiledBinary } from "./compiled.ts";
import { mayRunPrograms, type ProgramOptions, startProgram } from "./program.ts";
import { RawClient } from "./raw_client.ts";
import { unprivileged } from "./unprivileged.ts";

const isUnix = Deno.build.os !== "windows";
const SECRET = "this must not get out";
const PUBLIC = "this may be read";

/** Spellings of `..`, with and without a slash after it. */
const UPS = [
  "..",
  "%2e%2e",
  "%2E%2E",
  ".%2e",
  "%2e.",
  "%252e%252e",
  "..%2f",
  "..%5c",
  "..\\",
  "%2e%2e%2f",
  "%2e%2e%5c",
  "%c0%ae%c0%ae",
  "%e0%80%ae%e0%80%ae",
  "%uff0e%uff0e",
  "%ef%bc%8e%ef%bc%8e",
  "..;",
  "..%00",
  "..%20",
  "..%09",
  "...",
  "....",
  ".../",
  "%2e",
  ".",
  "%20..",
  "..%c0%af",
  "..%ef%bc%8f",
  "..%e2%88%95",
];

/** Targets of which each must be answered with 400 or 404. */
const REFUSED: readonly string[] = [
  ...UPS.flatMap((up) => [`/${up}/secret`, `/sub/${up}/${up}/secret`, `/${up}/${up}/${up}/${up}/etc/hostname`]),
  ...UPS.map((up) => `/sub/${up}`),
  ...["%2f", "%5c", "%00", "%2F", "%5C", "\\"].flatMap((code) => [`/sub${code}file.txt`, `/${code}secret`, `/${code}`]),
  "//etc/hostname",
  "///etc/hostname",
  "//evil.example/%2e%2e/sub",
  "//secret",
  "/sub//file.txt",
  "/./file.txt",
  "/file.txt/",
  "/file.txt/.",
  "/file.txt/..",
  "/file.txt/x",
  "/file.txt%00.html",
  "/file.txt%0a",
  "/file.txt.",
  "/file.txt%20",
  "/file.txt::$DATA",
  "/C:/secret",
  "/c%3a/secret",
  "/%",
  "/%2",
  "/%gg",
  "/%ff",
  "/%c3",
  "/%ed%a0%80",
  "/%fe%ff",
  // Links that lead out, in one step or several, to a file or a folder.
  "/out",
  "/out-folder",
  "/out-folder/",
  "/out-folder/secret",
  "/out-absolute",
  "/out-device",
  "/out-chain",
  "/sub/out-relative",
  "/sub/out-up/secret",
  "/sibling/secret",
  "/dangling",
  "/loop",
  "/loop/x",
  "/proc-link/self/environ",
  // Names that begin with a dot, and what is no file.
  "/.env",
  "/.env/",
  "/%2eenv",
  "/.git/config",
  "/.git/",
  "/.git",
  "/sub/.hidden",
  "/sub/.well-known/file.txt",
  "/.well-known/.hidden",
  "/.well-known/../secret",
  "/hidden-link-folder/.env",
  "/fifo",
  "/fifo/",
  "/socket",
  "/_headers",
  "/_redirects",
  "/%5fheaders",
  "/_Headers",
  "/out.html",
  "/out-clean",
  `/${"a".repeat(256)}`,
  `/${"a".repeat(5_000)}`,
  `/${"a/".repeat(2_000)}`,
  `/${"../".repeat(500)}secret`,
  `/${"%2e%2e/".repeat(500)}secret`,
  `/${"sub/../".repeat(100)}file.txt`,
  `/${"%c3%a9".repeat(200)}`,
];

const ALLOWED: readonly string[] = [
  "/file.txt",
  "/file.txt?../secret",
  "/sub/file.txt",
  "/%66ile.txt",
  "/in",
  "/in-folder/file.txt",
  "/sub/in-up",
  // What counts is where the way ends.
  "/out-folder/root/file.txt",
  "/.well-known/file.txt",
  "/odd%20name+%25%23%3b%3f;&'.txt",
  "/caf%c3%a9.txt",
];

async function makeRoot(folder: string): Promise<string> {
  const root = `${folder}/root`;
  for (const path of ["sub/.well-known", ".git", ".well-known", "locked-folder", "closed-folder", "../root2"]) {
    await Deno.mkdir(`${root}/${path}`, { recursive: true });
  }
  const files = ["file.txt", "sub/file.txt", ".well-known/file.txt", "odd name+%#;?;&'.txt", "café.txt", "locked.txt"];
  for (const path of [...files, "locked-folder/file.txt"]) await Deno.writeTextFile(`${root}/${path}`, PUBLIC);
  const secrets = [
    "sub/.well-known/file.txt",
    "../secret",
    "../root2/secret",
    ".env",
    ".git/config",
    "sub/.hidden",
    ".well-known/.hidden",
  ];
  for (const path of secrets) await Deno.writeTextFile(`${root}/${path}`, SECRET);
  await Deno.writeTextFile(`${root}/_headers`, `/*\n  X-Ok: ${"1"}\n# ${SECRET}\n`);
  await Deno.writeTextFile(`${root}/_redirects`, `# ${SECRET}\n`);
  const links: Record<string, string> = {
    "in": "file.txt",
    "in-folder": "sub",
    "sub/in-up": "../file.txt",
    "out": "../secret",
    "out-folder": "..",
    "out-absolute": `${folder}/secret`,
    "out-device": "/dev/zero",
    "out-chain": "out-folder/secret",
    "out.html": "../secret",
    "out-clean.html": "../secret",
    "sub/out-relative": "../../secret",
    "sub/out-up": "../..",
    "sibling": "../root2",
    "dangling": "nowhere",
    "loop": "loop",
    "proc-link": "/proc",
    "hidden-link-folder": ".",
  };
  for (const [path, target] of Object.entries(links)) await Deno.symlink(target, `${root}/${path}`);
  await new Deno.Command("mkfifo", { args: [`${root}/fifo`] }).output();
  await Deno.chmod(`${root}/locked.txt`, 0);
  await Deno.chmod(`${root}/locked-folder`, 0);
  // What is in it can be asked for, but nobody may know what that is.
  await Deno.chmod(`${root}/closed-folder`, 0o311);
  return root;
}

async function checkTable(options: ProgramOptions): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const root = await makeRoot(folder);
    using _socket = Deno.listen({ transport: "unix", path: `${root}/socket` });
    await using program = await startProgram([root, "--dir-listing"], await unprivileged(folder, options));
    const get = async (target: string) => {
      using client = await RawClient.connect(program.port);
      await client.send(`GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      return (await client.answer())!;
    };
    assert(REFUSED.length + ALLOWED.length >= 150);
    for (const target of REFUSED) {
      const { status, content, fields } = await get(target);
      assert(!content.includes(SECRET), target);
      assert([400, 404, 414].includes(status), `${status} for ${target.slice(0, 80)}`);
      assertEquals(fields["location"], undefined);
    }
    for (const target of ALLOWED) {
      const { status, content } = await get(target);
      assertEquals([status, content], [200, PUBLIC], target);
    }
    for (const target of ["/locked.txt", "/locked-folder/file.txt", "/closed-folder/"]) {
      assertEquals((await get(target)).status, 403, target);
    }
    assert(!(await get("/sub/")).content.includes(".well-known"));
    const listing = (await get("/")).content;
    for (const name of ["file.txt", "in", "in-folder", ".well-known"]) {
      assert(listing.includes(`>${name}<`) || listing.includes(`>${name}/<`), name);
    }
    for (const name of ["out", ".env", ".git", "fifo", "socket", "_headers", "dangling", "sibling", "proc-link"]) {
      assert(!listing.includes(`>${name}<`) && !listing.includes(`>${name}/<`), name);
    }
  } finally {
    await Deno.chmod(`${folder}/root/locked-folder`, 0o700).catch(() => {});
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: `None of ${REFUSED.length} paths leads out of the root, and ${ALLOWED.length} lead where they should`,
  ignore: !mayRunPrograms || !isUnix,
  fn: () => checkTable({}),
});

const compiled = await compiledBinary();

Deno.test({
  name: "The same paths lead nowhere in the compiled binary",
  ignore: !("path" in compiled) || !isUnix,
  fn: () => checkTable({ binary: "path" in compiled ? compiled.path : "" }),
});
