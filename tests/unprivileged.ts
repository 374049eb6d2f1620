/** Root may read everything, so that it has to give that up for a file to be unreadable. */
import { fromFileUrl } from "@std/path/from-file-url";
import type { ProgramOptions } from "./program.ts";

const MAIN = fromFileUrl(new URL("../main.ts", import.meta.url));

/**
 * Settings for a program that may read what its modes let everybody read; needs `setpriv` (util-linux) when run by root.
 *
 * @param folder where a script may be put
 */
export async function unprivileged(folder: string, options: ProgramOptions): Promise<ProgramOptions> {
  if (Deno.uid() !== 0) return options;
  const flags = ["--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"];
  const program = options.binary === undefined
    ? [Deno.execPath(), "run", "--quiet", "--allow-net", "--allow-read", "--allow-env=PORT,HOST", MAIN]
    : [options.binary];
  const script = `${folder}/unprivileged`;
  const words = ["setpriv", ...flags, ...program].map((word) => `'${word}'`).join(" ");
  await Deno.writeTextFile(script, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
  return { ...options, binary: script };
}
