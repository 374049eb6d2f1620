/** What is served while faults happen: content that tells octet by octet whether it is right. */
import { BLOCK_LINES, grownContent, LINE_BYTES } from "../../bench/swap_content.ts";

/** Octets of the page at `/`, of a file that is cached, and of one that is too long for it. */
const SIZES = { "index.html": 2_000, "style.css": 40_000, "large.bin": 2_000_000 };

/** Content of a length, each line of it numbered; the length becomes a multiple of eight lines. */
export function numberedContent(bytes: number): Uint8Array<ArrayBuffer> {
  return grownContent(1, 0, Math.ceil(bytes / LINE_BYTES / BLOCK_LINES) * BLOCK_LINES);
}

/** Names of the files of the site. */
export const FILES: readonly string[] = Object.keys(SIZES);

/** Writes the site into a folder. */
export async function writeSite(root: string): Promise<void> {
  await Deno.mkdir(root);
  for (const [name, bytes] of Object.entries(SIZES)) await Deno.writeFile(`${root}/${name}`, numberedContent(bytes));
}
