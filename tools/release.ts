/**
 * Compiles the binaries of a release into `dist/`, with `SHA256SUMS`: `deno task release`.
 *
 * The command is that of `deno task compile`, so that what people get is what the tests have tested.
 */
import { parseFlags, runAndExit } from "../bench/command_line.ts";
import { encodeHex } from "@std/encoding/hex";
import project from "../deno.json" with { type: "json" };

const ROOT = new URL("..", import.meta.url);

/** Systems that a release has a binary for, by the end of its name. */
export const TARGETS: Readonly<Record<string, string>> = {
  "x64-linux": "x86_64-unknown-linux-gnu",
  "arm64-linux": "aarch64-unknown-linux-gnu",
  "x64-mac": "x86_64-apple-darwin",
  "arm64-mac": "aarch64-apple-darwin",
  "x64-windows.exe": "x86_64-pc-windows-msvc",
};

/** Arguments of `deno` that compile for another system, made of the command of `deno task compile`. */
export function compileArgs(command: string, target: string, output: string): string[] {
  const [, verb, ...rest] = command.split(" "), at = rest.indexOf("--output");
  if (verb !== "compile" || at < 0) throw new Error("The task compile is no deno compile with --output");
  return [verb, "--target", target, ...rest.with(at + 1, output)];
}

/** A line as `sha256sum` writes and checks it. */
export async function checksumLine(name: string, content: Uint8Array<ArrayBuffer>): Promise<string> {
  return `${encodeHex(await crypto.subtle.digest("SHA-256", content))}  ${name}\n`;
}

async function main(args: string[]): Promise<number> {
  parseFlags(args, {});
  await Deno.mkdir(new URL("dist/", ROOT), { recursive: true });
  let sums = "";
  for (const [end, target] of Object.entries(TARGETS)) {
    const name = `siesta-${end}`;
    const compile = compileArgs(project.tasks.compile.command, target, `dist/${name}`);
    const { success } = await new Deno.Command(Deno.execPath(), { args: compile, cwd: ROOT }).spawn().status;
    if (!success) return 1;
    sums += await checksumLine(name, await Deno.readFile(new URL(`dist/${name}`, ROOT)));
  }
  await Deno.writeTextFile(new URL("dist/SHA256SUMS", ROOT), sums);
  console.log(sums);
  return 0;
}

if (import.meta.main) await runAndExit(main);
