/** A store in memory for tests whose files change, vanish, may not be read, or meet a system without descriptors. */
import type { FileInfo, FileStore, Found, Listed, OpenFile, Refused, Seen } from "../file_store.ts";

/** What a test can do before a call is answered. */
export type BeforeCall = (call: "look" | "open" | "names", path: string) => void;

/** Files that a test changes; each change is an hour old, so that nothing has to be waited for. */
export class ChangingFiles implements FileStore {
  /** Called before each question, so that a test can change a file between two. */
  before: BeforeCall = () => {};
  /** Files that were opened and not closed. */
  openCount = 0;
  /** Calls of `open`, in order. */
  readonly opened: string[] = [];
  readonly #files: Map<string, { content: string; version: number }> = new Map();
  readonly #refused: Map<string, "forbidden" | "busy"> = new Map();
  readonly #startMs = Date.now() - 3_600_000;
  #changes = 0;

  constructor(files: Readonly<Record<string, string>>) {
    for (const [path, content] of Object.entries(files)) this.set(path, content);
  }

  set(path: string, content: string): void {
    this.#files.set(path, { content, version: ++this.#changes });
  }

  delete(path: string): void {
    this.#files.delete(path);
  }

  /** From now on a path may not be read, or no descriptor is left for it. */
  refuse(path: string, why: "forbidden" | "busy"): void {
    this.#refused.set(path, why);
  }

  look(path: string): Promise<Seen | Refused> {
    return this.#answer("look", path, () => {
      const file = this.#files.get(path);
      if (file !== undefined) return { kind: "file", info: this.#info(file) };
      const prefix = path === "" || path.endsWith("/") ? path : `${path}/`;
      const isFolder = [...this.#files.keys()].some((name) => name.startsWith(prefix));
      if (!isFolder) return { kind: "absent" };
      return { kind: "folder", info: this.#info({ content: "", version: this.#changes }) };
    });
  }

  /** Nothing is at a glance here: each change has to be looked for. */
  glance(): undefined {
    return undefined;
  }

  open(path: string): Promise<Found> {
    this.opened.push(path);
    return this.#answer("open", path, () => {
      const file = this.#files.get(path);
      return file === undefined ? { kind: "absent" } : { kind: "file", file: this.#openFile(path) };
    });
  }

  names(path: string): Promise<string[]> {
    const below = () => [...this.#files.keys()].filter((name) => name.startsWith(path));
    return this.#answer("names", path, () => [
      ...new Set(below().map((name) => name.slice(path.length).split("/")[0])),
    ]) as Promise<string[]>;
  }

  list(_path: string, names: readonly string[]): Promise<Listed[]> {
    return Promise.resolve(names.map((name) => ({ name, isFolder: false, sizeBytes: 1, mtimeMs: 0 })));
  }

  async #answer<T>(call: "look" | "open" | "names", path: string, answer: () => T): Promise<T | Refused> {
    await Promise.resolve();
    this.before(call, path);
    const why = this.#refused.get(path);
    if (why === "busy") throw new Deno.errors.Busy("No file descriptor is left");
    return why === "forbidden" ? { kind: "forbidden" } : answer();
  }

  #info({ content, version }: { content: string; version: number }): FileInfo {
    const mtimeMs = this.#startMs + 1_000 * version;
    return { sizeBytes: content.length, mtimeMs, changedMs: mtimeMs, links: 1, version: `${version}` };
  }

  /** A handle sees what was there when it was opened: others are put into its place, none is written to. */
  #openFile(path: string): OpenFile {
    const file = this.#files.get(path)!, info = this.#info(file), octets = new TextEncoder().encode(file.content);
    this.openCount++;
    let at = 0;
    return {
      info,
      seek: (offset) => void (at = offset),
      read: (into) => {
        const piece = octets.subarray(at, at + into.length);
        into.set(piece);
        at += piece.length;
        return Promise.resolve(piece.length);
      },
      currentInfo: () => Promise.resolve(info),
      close: () => void this.openCount--,
    };
  }
}
