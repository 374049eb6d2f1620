/**
 * The answers of the servers from memory that run on Deno.
 *
 * @module
 */

import { join } from "@std/path/join";

/** The entity tag of their only file. */
export const TAG = '"the-same-every-time"';

/** A file in memory. */
export interface Prepared {
  content: Uint8Array<ArrayBuffer>;
  fields: Record<string, string>;
}

/**
 * Reads a file.
 *
 * @param coding The content coding that it is in.
 */
export async function prepare(path: string, coding = "identity"): Promise<Prepared> {
  const content = await Deno.readFile(path);
  const isPage = /\.html(\.\w+)?$/.test(path);
  const fields: Record<string, string> = {
    "content-type": isPage ? "text/html; charset=utf-8" : "application/octet-stream",
    etag: TAG,
  };
  if (coding !== "identity") fields["content-encoding"] = coding;
  return { content, fields };
}

/** Reads all files of a folder, in the order of their names. */
export async function prepareFolder(folder: string): Promise<Prepared[]> {
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
  return await Promise.all(names.map((name) => prepare(join(folder, name))));
}
