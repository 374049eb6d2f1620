/**
 * What became of mutants, kept in a file of JSON lines, so that a run of hours can be made in pieces.
 *
 * A mutant is known by its place and its change in a source that is the same, octet by octet; the time of a test by the
 * whole tree. What was caught stays caught when tests are added, so only survivors may be wanted again.
 */
import { encodeHex } from "@std/encoding/hex";
import type { Mutant } from "./mutants.ts";
import { type Result, treeNames } from "./tree_copy.ts";

const ROOT = new URL("..", import.meta.url);

/** A mutant, and what is in its file without it. */
export interface MutantOf {
  readonly file: string;
  readonly source: string;
  readonly mutant: Mutant;
}

/** Outcomes by mutant and times by test; the last line of each counts. */
export class MutationLog {
  readonly #path: string;
  readonly #tree: string;
  readonly #known: Map<string, Result | number>;

  private constructor(path: string, tree: string, known: Map<string, Result | number>) {
    this.#path = path;
    this.#tree = tree;
    this.#known = known;
  }

  /** Reads what is there; an empty path keeps nothing. */
  static async open(path: string): Promise<MutationLog> {
    if (path === "") return new MutationLog(path, "", new Map());
    const text = await Deno.readTextFile(path).catch(() => "");
    const lines = text.split("\n").filter((it) => it !== "").map((it) => JSON.parse(it));
    return new MutationLog(path, await digestOfTree(), new Map(lines));
  }

  /** What became of a mutant, when it was run. */
  resultOf(task: MutantOf): Result | undefined {
    return this.#known.get(keyOf(task)) as Result | undefined;
  }

  /** Milliseconds that a test took without a mutant, in this very tree. */
  timeOf(test: string): number | undefined {
    return this.#known.get(`${test} ${this.#tree}`) as number | undefined;
  }

  keep(task: MutantOf, result: Result): void {
    this.#append(keyOf(task), result);
  }

  keepTime(test: string, ms: number): void {
    this.#append(`${test} ${this.#tree}`, ms);
  }

  #append(key: string, value: Result | number): void {
    this.#known.set(key, value);
    if (this.#path !== "") Deno.writeTextFileSync(this.#path, `${JSON.stringify([key, value])}\n`, { append: true });
  }
}

function keyOf({ file, source, mutant }: MutantOf): string {
  return `${file}:${mutant.line} ${mutant.start}-${mutant.end} ${mutant.change} ${digestOf(source)}`;
}

/** FNV-1a of a text, 32 bits: enough to tell an edited source from the one before. */
function digestOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16);
}

async function digestOfTree(): Promise<string> {
  const texts = (await treeNames()).filter((it) => it.endsWith(".ts")).sort()
    .map(async (it) => `${it} ${digestOf(await Deno.readTextFile(new URL(it, ROOT)).catch(() => ""))}`);
  const all = new TextEncoder().encode((await Promise.all(texts)).join("\n"));
  return encodeHex(new Uint8Array(await crypto.subtle.digest("SHA-1", all)));
}
