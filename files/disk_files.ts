/**
 * Files of a folder on disk. With `disk_file.ts` the only place of the house that touches the disk.
 *
 * What is opened is what lies inside of the folder, whatever links lead to it: see `DiskFiles.open`.
 */
import { delay } from "@std/async/delay";
import { join } from "@std/path/posix/join";
import { DiskFile, DiskInfo, statOf } from "./disk_file.ts";
import { DiskPace } from "./disk_pace.ts";
import {
  type FileInfo,
  type FileStore,
  type Found,
  isSameVersion,
  type Listed,
  type OpenFile,
  type Refused,
  type Seen,
} from "./file_store.ts";

/**
 * What separates the parts of a path here. That of `@std/path` asks Node's `process`, whose start takes as long as a
 * tenth of ours.
 */
const SEPARATOR = Deno.build.os === "windows" ? "\\" : "/";
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
/** As much for reading up to 256 KiB, which takes 0.1 ms from the system's memory; a disk of 130 MB/s needs 2. */
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
    this.#glancedPath = undefined;
    try {
      const stat = this.#looks.atOnce(() => {
        const stat = Deno.lstatSync(fullPath);
        // Three times as dear as the rest, but there are few folders.
        const isWhereItSeems = !stat.isSymlink &&
          (!stat.isDirectory || Deno.realPathSync(fullPath) === trimmed(fullPath));
        return isWhereItSeems ? stat : undefined;
      });
      if (stat?.isFile) {
        this.#glancedPath = path;
        this.#glancedAtMs = this.#nowMs();
      }
      return stat && new DiskInfo(stat);
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
