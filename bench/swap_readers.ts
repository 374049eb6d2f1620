/**
 * Reads files that are being changed, and counts which answers were wrong; for the swap test.
 *
 * @module
 */

import { versionOf } from "./swap_content.ts";
import { BIG_FILES, type History, SMALL_FILES } from "./swap_writer.ts";

/** What the readers of a run found. */
export interface SwapResult {
  /** Answers that were whole, or said that nothing had changed. */
  answers: number;
  /** Of these, how many were of files too large to be cached. */
  bigAnswers: number;
  /** Answers of the announced length that were no version whole. */
  torn: number;
  /** Strong entity tags that two versions of a file had. */
  sharedTags: number;
  /** Answers with a version that had been replaced a second before the request began. */
  stale: number;
  /** Answers that were visibly cut short. */
  short: number;
  /** Answers without content: 404, 503 and such, by status. */
  refused: Record<string, number>;
  /** How often each file was changed. */
  changes: Record<string, number>;
}

/** Settings of {@linkcode readWhileWritten}. */
export interface SwapOptions {
  /** Where the folder is served. */
  url: URL;
  folder: string;
  seconds: number;
  clients: number;
  bigMib: number;
}

interface Seen {
  file: string;
  version: string;
  askedAtMs: number;
}

/** Clients that read only the large files. */
const BIG_CLIENTS = 4;
/** A version may be served for this long after it was replaced. */
const STALE_MS = 1_000;

/** Starts the writer and the readers, and counts. */
export async function readWhileWritten(options: SwapOptions): Promise<SwapResult> {
  const { folder, seconds, bigMib, clients } = options;
  const script = new URL("./swap_writer.ts", import.meta.url);
  const writer = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-read", "--allow-write", script.href, folder, `${seconds}`, `${bigMib}`],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const output = writer.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) text += (await output.read()).value ?? "";
  // A client of its own, so that its connections end with the run.
  using client = Deno.createHttpClient({});
  const tally = new Tally(client);
  const endMs = performance.now() + seconds * 1_000 - 300;
  const readers = Array.from({ length: clients }, async (_, index) => {
    const files = index < BIG_CLIENTS ? BIG_FILES : SMALL_FILES;
    for (let turn = index; performance.now() < endMs; turn++) await tally.ask(options.url, files[turn % files.length]);
  });
  await Promise.all(readers);
  for (let part = await output.read(); !part.done; part = await output.read()) text += part.value;
  await writer.status;
  return tally.result(JSON.parse(text.slice(text.indexOf("\n") + 1)));
}

class Tally {
  readonly #seen: Seen[] = [];
  readonly #versionsByTag: Map<string, Set<string>> = new Map();
  readonly #last: Map<string, { etag: string; version: string }> = new Map();
  #torn = 0;
  #short = 0;
  #turn = 0;
  readonly #refused: Record<string, number> = {};
  readonly #client: Deno.HttpClient;

  constructor(client: Deno.HttpClient) {
    this.#client = client;
  }

  async ask(base: URL, file: string): Promise<void> {
    const askedAtMs = performance.timeOrigin + performance.now();
    const last = this.#turn++ % 3 === 0 ? this.#last.get(file) : undefined;
    const headers: Record<string, string> = { "Accept-Encoding": "identity" };
    if (last !== undefined) headers["If-None-Match"] = last.etag;
    let status: number, etag: string | null, content: Uint8Array, length: string | null;
    try {
      const response = await fetch(new URL(file, base), { headers, redirect: "manual", client: this.#client });
      ({ status } = response);
      etag = response.headers.get("etag");
      length = response.headers.get("content-length");
      content = new Uint8Array(await response.arrayBuffer());
    } catch {
      this.#short++;
      return;
    }
    if (status === 304 && last !== undefined) {
      this.#seen.push({ file, version: last.version, askedAtMs });
    } else if (status !== 200) {
      this.#refused[status] = (this.#refused[status] ?? 0) + 1;
    } else if (length !== null && Number(length) !== content.length) {
      this.#short++;
    } else {
      this.#whole(file, versionOf(content), etag, askedAtMs);
    }
  }

  #whole(file: string, version: string | undefined, etag: string | null, askedAtMs: number): void {
    if (version === undefined) {
      this.#torn++;
      return;
    }
    this.#seen.push({ file, version, askedAtMs });
    if (etag === null) return;
    this.#last.set(file, { etag, version });
    if (etag.startsWith("W/")) return;
    const key = `${file} ${etag}`;
    const versions = this.#versionsByTag.get(key) ?? new Set();
    this.#versionsByTag.set(key, versions.add(version));
  }

  result(history: History): SwapResult {
    const replacedAt = new Map<string, number>();
    for (const [file, versions] of Object.entries(history)) {
      versions.slice(1).forEach(([, sinceMs], index) => replacedAt.set(`${file} ${versions[index][0]}`, sinceMs));
      // A version that came again is replaced when it was for the last time.
      const [version] = versions[versions.length - 1];
      replacedAt.delete(`${file} ${version}`);
    }
    const stale = this.#seen.filter(({ file, version, askedAtMs }) =>
      askedAtMs - (replacedAt.get(`${file} ${version}`) ?? Infinity) > STALE_MS
    );
    return {
      answers: this.#seen.length + this.#torn,
      bigAnswers: this.#seen.filter(({ file }) => BIG_FILES.includes(file)).length,
      torn: this.#torn,
      sharedTags: [...this.#versionsByTag.values()].filter((versions) => versions.size > 1).length,
      stale: stale.length,
      short: this.#short,
      refused: this.#refused,
      changes: Object.fromEntries(Object.entries(history).map(([file, versions]) => [file, versions.length - 1])),
    };
  }
}
