/** Writes `docs/flags.md`: `deno task flags`. */
import { flagsDocument } from "../server/flags.ts";

await Deno.writeTextFile(new URL("../docs/flags.md", import.meta.url), flagsDocument());
