/**
 * The folder that every server serves, made anew for each run: pages, a page with compressed siblings, large files,
 * thousands of small ones. The same octets each time, so that runs can be repeated.
 *
 * @module
 */

import { fromFileUrl, join } from "@std/path";
import { brotliCompressSync, gzipSync } from "node:zlib";

/** What a server has to serve. */
export interface Site {
  /** A folder, absolute. */
  root: string;
  /** A folder for what a server has to write, absolute. */
  scratch: string;
}

/** The name of the project's own page in the site. */
export const HELLO = "hello.html";
/** A page of 12 KB that has siblings with `.br` and `.gz`. */
export const PAGE = "page.html";
/** The same page without siblings. */
export const LONE_PAGE = "lone.html";
/** A file of 1 MB. */
export const MEGABYTE = "megabyte.bin";
/** A file of 512 MB, in runs that need it. */
export const LARGE = "large.bin";

const PAGE_BYTES = 12_000;
const MEGABYTE_BYTES = 1_000_000;
const LARGE_MEGABYTES = 512;
const SMALL_BYTES_MIN = 1_000;
const SMALL_BYTES_MAX = 64_000;
const NAME_DIGITS = 5;

/** A run's site before the files that only some workloads need. */
export async function makeSite(scratch: string): Promise<Site> {
  const root = join(scratch, "site");
  await Deno.mkdir(root);
  const page = pageText(PAGE_BYTES);
  await writeFile(join(root, HELLO), await helloPage());
  await writeFile(join(root, PAGE), page);
  await writeFile(join(root, `${PAGE}.br`), brotliCompressSync(page));
  await writeFile(join(root, `${PAGE}.gz`), gzipSync(page, { level: 9 }));
  await writeFile(join(root, LONE_PAGE), page);
  await writeFile(join(root, MEGABYTE), noise(MEGABYTE_BYTES, 1));
  return { root, scratch };
}

/** Adds {@linkcode LARGE} unless it is there. */
export async function addLargeFile({ root }: Site): Promise<void> {
  const path = join(root, LARGE);
  if (await exists(path)) return;
  const piece = noise(MEGABYTE_BYTES, 2);
  const stamp = new DataView(piece.buffer);
  using file = await Deno.open(path, { createNew: true, write: true });
  for (let index = 0; index < LARGE_MEGABYTES; index++) {
    stamp.setUint32(0, index); // no two megabytes are the same
    for (let written = 0; written < piece.length;) written += await file.write(piece.subarray(written));
  }
  await file.utime(...OLD);
}

/** Adds a folder of so many files of 1 to 64 KB unless it is there; their names are those of {@linkcode fileName}. */
export async function addFolder({ root }: Site, folder: string, count: number): Promise<void> {
  const path = join(root, folder);
  if (await exists(path)) return;
  await Deno.mkdir(path);
  const random = randomNumbers(count);
  const text = new TextDecoder().decode(pageText(SMALL_BYTES_MAX));
  for (let index = 0; index < count; index++) {
    const sizeBytes = SMALL_BYTES_MIN + random() % (SMALL_BYTES_MAX - SMALL_BYTES_MIN + 1);
    // The number at the start makes a file that is taken for another one show.
    const content = new TextEncoder().encode(`<!-- ${index} -->${text}`).subarray(0, sizeBytes);
    await writeFile(join(path, fileName(index)), content);
  }
}

/** The name of a file of a folder by its number, from 0. */
export function fileName(index: number): string {
  return `${`${index}`.padStart(NAME_DIGITS, "0")}.html`;
}

/** Old enough that no server takes a file for one that is still being changed. */
const OLD: [number, number] = [1_600_000_000, 1_600_000_000];

async function writeFile(path: string, content: Uint8Array): Promise<void> {
  await Deno.writeFile(path, content);
  await Deno.utime(path, ...OLD);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The project's own page; one of the same kind if it is not there. */
async function helloPage(): Promise<Uint8Array> {
  try {
    return await Deno.readFile(fromFileUrl(new URL(`../static/${HELLO}`, import.meta.url)));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  console.error(`static/${HELLO} is missing: a page of 180 octets takes its place`);
  const text = "<!doctype html><title>Hello</title><p>".padEnd(179, "hello ") + "\n";
  return new TextEncoder().encode(text);
}

const WORDS =
  ("server listen accept connection read write octet field request answer promise waits nobody holds page " +
    "folder root cache entry the a of and to in is for that with on not it as").split(" ");

/** A page whose text compresses about as well as prose does, of exactly so many octets. */
export function pageText(sizeBytes: number): Uint8Array {
  const random = randomNumbers(sizeBytes);
  let text = "<!doctype html>\n<html lang=en>\n<meta charset=utf-8>\n<title>A page</title>\n<body>\n";
  for (let words = 0; text.length < sizeBytes; words++) {
    if (words % 90 === 0) text += `</p>\n<h2 id="part-${words}">Part ${random() % 1000}</h2>\n<p>`;
    const word = WORDS[random() % WORDS.length];
    text += random() % 8 === 0 ? `${word}${(random() % 9999).toString(36)} ` : `${word} `;
  }
  const END = "</body>\n";
  return new TextEncoder().encode(text.slice(0, sizeBytes - END.length) + END);
}

/** Octets that do not compress. */
function noise(sizeBytes: number, seed: number): Uint8Array<ArrayBuffer> {
  const random = randomNumbers(seed);
  return Uint8Array.from({ length: sizeBytes }, () => random() & 0xff);
}

/** The same numbers of 31 bits for the same seed (xorshift32). */
function randomNumbers(seed: number): () => number {
  let state = (seed * 2_654_435_761) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 1;
  };
}
