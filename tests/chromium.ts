/** The browser of the tests: the Debian package chromium, or another one that `CHROMIUM` names. */
import { assert } from "@std/assert";
import { fromFileUrl } from "@std/path/from-file-url";
import { mayRunPrograms } from "./program.ts";

/** Where it is; `undefined` where there is none, or where programs may not be run. */
export const chromium: string | undefined = mayRunPrograms ? await findChromium() : undefined;
if (mayRunPrograms && chromium === undefined) console.warn("Tests with a browser are left out: no chromium");

async function findChromium(): Promise<string | undefined> {
  for (
    const path of [Deno.env.get("CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
  ) {
    if (path && (await Deno.stat(path).catch(() => undefined))?.isFile) return path;
  }
  return undefined;
}

/** Runs a script of this folder with the browser, and returns what it prints as JSON. */
export async function inBrowser<Report>(script: string, ...args: string[]): Promise<Report> {
  const path = fromFileUrl(new URL(script, import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-lock", "--allow-all", path, chromium!, ...args],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}
