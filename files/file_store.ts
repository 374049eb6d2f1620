/**
 * Where files come from: a folder on disk. The only file of the house that touches the disk; `memory_files.ts` has the same
 * of a table in memory.
 *
 * A file is opened once, and everything that is said of it (length, version, octets) comes from that one handle, never
 * from a path asked twice: between two questions the path may have become another file.
 */
import { delay } from "@std/async/delay";
import { join, SEPARATOR } from "@std/path";
import { DiskFile, DiskInfo, statOf } from "./disk_file.ts";
import { DiskPace } from "./disk_pace.ts";

/** What is known of a file. */
export interface FileInfo {
  /** Octets of its content. */
  readonly sizeBytes: number;
  /** Last modification, milliseconds since 1970; 0 where nobody knows it. */
  readonly mtimeMs: number;
  /**
   * Last change of anything, milliseconds since 1970. On systems that tell it in whole seconds it is the beginning of
   * the second; nobody can set it, as the last modification can be set.
   */
  readonly changedMs: number;
  /** Names that the file has; one less after it was replaced or deleted. */
  readonly links: number;
  /** What tells the file from others on the same system; absent where there is only one. */
  readonly device?: number;
  /** The same, on its device. */
  readonly inode?: number;
  /** Changes whenever size, modification, change of status or identity does. */
  readonly version: string;
}

/** A file that is open for reading. */
export interface OpenFile {
  /** What was true when it was opened. */
  readonly info: FileInfo;
  /** Moves to an offset in octets from the beginning. */
  seek(offset: number): void;
  /** Reads the next octets; 0 at the end. */
  read(into: Uint8Array): Promise<number>;
  /** The same without a promise; `undefined`, or absent, where that would hold everybody up. */
  readNow?(into: Uint8Array): number | undefined;
  /** Asks the same handle again. */
  currentInfo(): Promise<FileInfo>;
  /** The same without a promise; `undefined`, or absent, where that would hold everybody up. */
  currentInfoNow?(): FileInfo | undefined;
  /** Gives the handle back; called once. */
  close(): void;
}

/** What a path turned out to be, when all is well. */
export type Seen = { readonly kind: "file"; readonly info: FileInfo } | {
  readonly kind: "folder";
  readonly info: FileInfo;
};

/** What a path turned out to be, when it is nothing that can be served. */
export type Refused =
  /** There, but it may not be read (403). */
  | { readonly kind: "forbidden" }
  /** Absent, outside of the root, or no regular file (404). */
  | { readonly kind: "absent" };

/** A file comes open, and whoever asked closes it. */
export type Found = { readonly kind: "file"; readonly file: OpenFile } | { readonly kind: "folder" } | Refused;

/** A file or folder in a folder. */
export interface Listed {
  /** Name without the path. */
  readonly name: string;
  /** Whether it is a folder. */
  readonly isFolder: boolean;
  /** Octets of a file's content. */
  readonly sizeBytes: number;
  /** Last modification, milliseconds since 1970; 0 where nobody knows it. */
  readonly mtimeMs: number;
}

/**
 * A tree of files. Paths are relative, with `/` between segments, and were let through by `targetPath()`.
 *
 * Every method throws `Deno.errors.Busy` when descriptors ran out (of `open`, for a second): what was asked for may well be there (503).
 */
export interface FileStore {
  /** Opens what lies at a path. */
  open(path: string): Promise<Found>;
  /** Looks without opening: at what lies inside of the root, not whether it may be read. */
  look(path: string): Promise<Seen | Refused>;
  /**
   * Looks at what was looked at a moment ago, without a promise; `undefined` where only {@linkcode look} can tell (a
   * link, or a folder with one on its way), or where that would hold everybody up. Of a file's folder it does not say
   * where it lies: whoever glances at a file glances at its folder, too.
   */
  glance(path: string): FileInfo | undefined;
  /**
   * Opens a file that is known, without a promise; `undefined` where it is no longer the one that was looked at, or only
   * {@linkcode open} can tell, or that would hold everybody up. Absent where that is always so.
   *
   * @param info what was true of the file when it was looked at; of what comes open it is true unless the path has come
   * to lead to another file in these microseconds, which only the handle can tell
   */
  openNow?(path: string, info: FileInfo): OpenFile | undefined;
  /** Names in a folder, in no order; `undefined` when they may not be read. */
  names(path: string): Promise<string[] | undefined>;
  /** Files and folders of a folder that can be served, of those that are asked for; in no order. */
  list(path: string, names: readonly string[]): Promise<Listed[]>;
}

/**
 * Returns whether an open file still has the content that it had.
 *
 * Losing a name changes the file's status and nothing in it: one that was replaced or deleted is read to its end.
 */
export function isSameContent(before: FileInfo, now: FileInfo): boolean {
  return before.inode === now.inode && before.device === now.device && before.sizeBytes === now.sizeBytes &&
    before.mtimeMs === now.mtimeMs &&
    (before.changedMs === now.changedMs || now.links < before.links);
}

/** Returns whether two looks saw the same version of the same file: what {@linkcode FileInfo.version} says in numbers. */
export function isSameVersion(a: FileInfo, b: FileInfo): boolean {
  return a.sizeBytes === b.sizeBytes && a.mtimeMs === b.mtimeMs && a.changedMs === b.changedMs &&
    a.inode === b.inode && a.device === b.device;
}

const FOLDER: Found = { kind: "folder" };
const FORBIDDEN: Refused = { kind: "forbidden" };
const ABSENT: Refused = { kind: "absent" };
/** How often a file is tried to be opened, and the pause between, when descriptors ran out: connections give way soon. */
const OPEN_ATTEMPTS = 10, OPEN_PAUSE_MS = 100;
/** How many files of a folder are asked for at once: enough to keep the threads busy, too few to hold up others. */
const LIST_WIDTH = 8;

/**
 * Makes a store of a folder on disk.
 *
 * @param root path of the folder
 * @param nowMs monotonic time in milliseconds, by which glances are judged
 * @throws {Deno.errors.NotFound | Deno.errors.NotADirectory | Deno.errors.PermissionDenied | Deno.errors.NotCapable}
 * when it cannot be served
 */
export async function diskFiles(root: string, nowMs: () => number = () => performance.now()): Promise<FileStore> {
  if (!(await Deno.stat(root)).isDirectory) throw new Deno.errors.NotADirectory(`Not a folder: "${root}"`);
  const realRoot = await Deno.realPath(root);
  // One that cannot be listed, or in which nothing can be found, is one that somebody forgot to open.
  for await (const _ of Deno.readDir(realRoot)) break;
  await Deno.lstat(join(realRoot, "index.html")).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  return new DiskFiles(realRoot, nowMs);
}

/**
 * A question that took longer did not find its answer in the system's memory: the disk is slow, or the folder is on
 * another machine. One that did takes 2 us, where a look takes 20 and its way through the thread pool.
 */
const LOOK_MS_MAX = 5;
/** Whoever glances at a file and opens it does both within this time, in which nobody puts a FIFO in its place by chance. */
const JUST_NOW_MS = 0.1;
/** As much for reading up to 256 KiB, which takes 0.05 ms from the system's memory, 0.2 from a fast disk, 2 from a slow one. */
const READ_MS_MAX = 0.4;

class DiskFiles implements FileStore {
  readonly #root: string;
  readonly #nowMs: () => number;
  readonly #looks: DiskPace;
  readonly #reads: DiskPace;
  /** The file that was glanced at last, and when. */
  #glancedPath: string | undefined;
  #glancedAtMs = -Infinity;

  constructor(realRoot: string, nowMs: () => number) {
    this.#root = realRoot;
    this.#nowMs = nowMs;
    this.#looks = new DiskPace(nowMs, LOOK_MS_MAX);
    this.#reads = new DiskPace(nowMs, READ_MS_MAX);
  }

  async open(path: string): Promise<Found> {
    for (let attempt = 1;; attempt++) {
      try {
        return await this.#open(path);
      } catch (error) {
        if (!(error instanceof Deno.errors.Busy) || attempt === OPEN_ATTEMPTS) throw error;
      }
      await delay(OPEN_PAUSE_MS);
    }
  }

  async #open(path: string): Promise<Found> {
    const fullPath = join(this.#root, path);
    try {
      // Asked before it is opened: opening a FIFO waits for its writer, and holds a thread of the pool.
      const stat = await this.#looks.ask(() => Deno.statSync(fullPath), () => Deno.stat(fullPath));
      if (stat.isDirectory) return await this.#isInside(fullPath) ? FOLDER : ABSENT;
      if (!stat.isFile || path.endsWith("/")) return ABSENT;
      return await this.#openInside(fullPath);
    } catch (error) {
      return foundInstead(error);
    }
  }

  async look(path: string): Promise<Seen | Refused> {
    const fullPath = join(this.#root, path);
    try {
      const stat = await Deno.stat(fullPath);
      if (!stat.isDirectory && (!stat.isFile || path.endsWith("/"))) return ABSENT;
      // Of a kept file, too: a folder on its way may have become a link that leads out.
      if (!await this.#isInside(fullPath)) return ABSENT;
      return { kind: stat.isFile ? "file" : "folder", info: new DiskInfo(stat) };
    } catch (error) {
      return foundInstead(error);
    }
  }

  glance(path: string): FileInfo | undefined {
    const fullPath = this.#root + SEPARATOR + path;
    try {
      return this.#looks.atOnce(() => {
        const stat = Deno.lstatSync(fullPath);
        // Three times as dear as the rest, but there are few folders.
        const isWhereItSeems = !stat.isSymlink &&
          (!stat.isDirectory || Deno.realPathSync(fullPath) === trimmed(fullPath));
        if (!isWhereItSeems) return undefined;
        if (stat.isFile) {
          this.#glancedPath = path;
          this.#glancedAtMs = this.#nowMs();
        }
        return new DiskInfo(stat);
      });
    } catch {
      return undefined;
    }
  }

  openNow(path: string, info: FileInfo): OpenFile | undefined {
    if (!this.#reads.isQuick) return undefined;
    const fullPath = this.#root + SEPARATOR + path;
    try {
      return this.#looks.atOnce(() => {
        // Asked before it is opened, as in `open`.
        if (!this.#isGlanced(path)) {
          const stat = Deno.lstatSync(fullPath);
          if (!stat.isFile || !isSameVersion(new DiskInfo(stat), info)) return undefined;
        }
        const handle = Deno.openSync(fullPath);
        return new DiskFile({ handle, path: fullPath, info, looks: this.#looks, reads: this.#reads });
      });
    } catch {
      return undefined;
    }
  }

  /** Whether a file was glanced at just now, by the same request. */
  #isGlanced(path: string): boolean {
    return path === this.#glancedPath && this.#nowMs() - this.#glancedAtMs <= JUST_NOW_MS;
  }

  async names(path: string): Promise<string[] | undefined> {
    const names: string[] = [];
    try {
      for await (const { name } of Deno.readDir(join(this.#root, path))) names.push(name);
    } catch (error) {
      if (foundInstead(error).kind === "forbidden") return undefined;
    }
    return names;
  }

  async list(path: string, names: readonly string[]): Promise<Listed[]> {
    const listed: Listed[] = [];
    const waiting = [...names];
    const listSome = async () => {
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
        const seen = await this.look(`${path}${name}`);
        if (seen.kind !== "file" && seen.kind !== "folder") continue;
        const { sizeBytes, mtimeMs } = seen.info;
        listed.push({ name, isFolder: seen.kind === "folder", sizeBytes, mtimeMs });
      }
    };
    await Promise.all(Array.from({ length: LIST_WIDTH }, listSome));
    return listed;
  }

  async #isInside(path: string): Promise<boolean> {
    return this.#contains(await this.#looks.ask(() => Deno.realPathSync(path), () => Deno.realPath(path)));
  }

  #contains(realPath: string): boolean {
    const prefix = this.#root.endsWith(SEPARATOR) ? this.#root : this.#root + SEPARATOR;
    return realPath === this.#root || realPath.startsWith(prefix);
  }

  /** Opens a file and makes sure that what was opened is what lies inside of the root, whatever was swapped meanwhile. */
  async #openInside(path: string): Promise<Found> {
    const handle = await Deno.open(path, { read: true });
    try {
      const stat = await statOf(handle, path, this.#looks);
      // Where it lies now may be another file than the one that was opened, so both must be the same.
      const realPath = await this.#looks.ask(() => Deno.realPathSync(path), () => Deno.realPath(path));
      const isInside = stat.isFile && this.#contains(realPath);
      const there = isInside
        ? await this.#looks.ask(() => Deno.statSync(realPath), () => Deno.stat(realPath))
        : undefined;
      if (there === undefined || stat.dev !== there.dev || stat.ino !== there.ino) {
        handle.close();
        return ABSENT;
      }
      return {
        kind: "file",
        file: new DiskFile({ handle, path, info: new DiskInfo(stat), looks: this.#looks, reads: this.#reads }),
      };
    } catch (error) {
      handle.close();
      throw error;
    }
  }
}

/** A path without the separator at its end, unless that is all there is. */
function trimmed(path: string): string {
  return path.length > 1 && path.endsWith(SEPARATOR) ? path.slice(0, -1) : path;
}

/** Says what an error of a look-up means; one that says nothing about the path is thrown on. */
function foundInstead(error: unknown): Refused {
  if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return ABSENT;
  if (error instanceof Deno.errors.FilesystemLoop || error instanceof Deno.errors.NotCapable) return ABSENT;
  if (error instanceof Deno.errors.PermissionDenied) return FORBIDDEN;
  const code = (error as { code?: unknown }).code;
  if (code === "ENAMETOOLONG" || code === "ELOOP" || code === "ENOTDIR" || code === "EISDIR") return ABSENT;
  // Sockets and devices without a driver; the file system may name what is there in a way we cannot open.
  if (code === "ENXIO" || code === "ENODEV" || code === "EINVAL" || code === "EILSEQ") return ABSENT;
  if (code === "EMFILE" || code === "ENFILE") throw new Deno.errors.Busy("No file descriptor is left");
  throw error;
}
