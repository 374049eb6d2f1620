/**
 * Builds the single binary as `deno task compile` does, once for all test files of a run, and others beside it.
 *
 * Where the download host of the compiler's runtime is out of reach, `DENO_FOR_COMPILE` and `DENORT_BIN` name a Deno and a
 * runtime of the same version; `.ci/run` sets them.
 */
import { fromFileUrl } from "@std/path/from-file-url";
import project from "../deno.json" with { type: "json" };
import { mayRunPrograms } from "./program.ts";

/** A binary, or the reason why there is none. */
export type Compiled = { readonly path: string } | { readonly reason: string };

/** Settings of {@linkcode compileBinary}. */
export interface CompileOptions {
  /** Where the binary is written, without the ending that Windows wants. */
  readonly output: string;
  /** Flags instead of the permissions that the task has. */
  readonly permissions: readonly string[];
  /** Variables that are set while it is compiled. */
  readonly env?: Record<string, string>;
}

const BUILT = "SIESTA_TEST_BINARY";
const root = fromFileUrl(new URL("..", import.meta.url));

/** Builds the binary unless this run has built it. */
export async function compiledBinary(): Promise<Compiled> {
  if (!mayRunPrograms) return { reason: "programs may not be run" };
  const built = Deno.env.get(BUILT);
  if (built !== undefined) return JSON.parse(built);
  const compiled = await compile(taskArgs(), `${root}siesta`);
  Deno.env.set(BUILT, JSON.stringify(compiled));
  return compiled;
}

/** Builds a binary as the task does, but for its permissions. What the task's checks of types say, they say once. */
export async function compileBinary({ output, permissions, env }: CompileOptions): Promise<Compiled> {
  const [name, ...rest] = taskArgs().filter((arg) => !arg.startsWith("--allow-"));
  const args = rest.map((arg, at) => rest[at - 1] === "--output" ? output : arg);
  return await compile([name, "--no-check", ...permissions, ...args], output, env);
}

/** Version of the Deno that compiles. */
export async function compilerVersion(): Promise<string> {
  const { stdout } = await new Deno.Command(compiler(), { args: ["--version"] }).output();
  return /^deno ([0-9.]+)/.exec(new TextDecoder().decode(stdout))![1];
}

function compiler(): string {
  return Deno.env.get("DENO_FOR_COMPILE") ?? Deno.execPath();
}

/** The task's own command; by way of `deno task` an older Deno would write its own form of deno.lock. */
function taskArgs(): string[] {
  return project.tasks.compile.command.split(" ").slice(1);
}

async function compile(args: string[], output: string, env?: Record<string, string>): Promise<Compiled> {
  const { success, stderr } = await new Deno.Command(compiler(), { args, env, cwd: root }).output();
  if (success) return { path: `${output}${Deno.build.os === "windows" ? ".exe" : ""}` };
  const message = new TextDecoder().decode(stderr);
  // Only this reason is none of ours; any other failure has to be seen.
  if (/error sending request|Failed to download|dns error|failed to lookup/i.test(message)) {
    return { reason: "the compiler's runtime cannot be downloaded, and DENORT_BIN is not set" };
  }
  throw new Error(`Cannot compile: ${message}`);
}
