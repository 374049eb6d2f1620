/**
 * Builds the single binary as `deno task compile` does, once for all test files of a run.
 *
 * Where the download host of the compiler's runtime is out of reach, `DENO_FOR_COMPILE` and `DENORT_BIN` name a Deno and a
 * runtime of the same version; `.ci/run` sets them.
 */
import { fromFileUrl } from "@std/path/from-file-url";
import project from "../deno.json" with { type: "json" };
import { mayRunPrograms } from "./program.ts";

/** A binary, or the reason why there is none. */
export type Compiled = { readonly path: string } | { readonly reason: string };

const BUILT = "SIESTA_TEST_BINARY";
const root = fromFileUrl(new URL("..", import.meta.url));

/** Builds the binary unless this run has built it. */
export async function compiledBinary(): Promise<Compiled> {
  if (!mayRunPrograms) return { reason: "programs may not be run" };
  const built = Deno.env.get(BUILT);
  if (built !== undefined) return JSON.parse(built);
  const compiled = await compile();
  Deno.env.set(BUILT, JSON.stringify(compiled));
  return compiled;
}

async function compile(): Promise<Compiled> {
  const deno = Deno.env.get("DENO_FOR_COMPILE") ?? Deno.execPath();
  // The task's own command; by way of `deno task` an older Deno would write its own form of deno.lock.
  const [, ...args] = project.tasks.compile.command.split(" ");
  const { success, stderr } = await new Deno.Command(deno, { args, cwd: root }).output();
  if (success) return { path: `${root}siesta${Deno.build.os === "windows" ? ".exe" : ""}` };
  const message = new TextDecoder().decode(stderr);
  // Only this reason is none of ours; any other failure has to be seen.
  if (/error sending request|Failed to download|dns error|failed to lookup/i.test(message)) {
    return { reason: "the compiler's runtime cannot be downloaded, and DENORT_BIN is not set" };
  }
  throw new Error(`Cannot compile: ${message}`);
}
