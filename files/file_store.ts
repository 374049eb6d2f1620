/**
 * Where files come from: a folder on disk, or a table in memory. The only file of the house that touches the disk.
 *
 * A file is opened once, and everything that is said of it (length, version, octets) comes from that one handle, never
 * from a path asked twice: between two questions the path may have become another file.
 */
import { join, SEPARATOR } from "@std/path";

/** What is known of a file through its handle. */
export interface FileInfo {
  readonly sizeBytes: number;
  /** Last modification, milliseconds since 1970. */
  readonly mtimeMs: number;
  /** Changes whenever size, modification, change of status or identity does. */
  readonly version: string;
}

/** A file that is open for reading. */
export interface OpenFile {
  readonly info: FileInfo;
  /** Moves to an offset in octets from the beginning. */
  seek(offset: number): Promise<void>;
  /** Reads the next octets; 0 at the end. */
  read(into: Uint8Array): Promise<number>;
  /** Asks the same handle again. */
  currentInfo(): Promise<FileInfo>;
  close(): void;
}

/** What a path turned out to be. A file comes open, and whoever asked closes it. */
export type Found =
  | { readonly kind: "file"; readonly file: OpenFile }
  | { readonly kind: "folder" }
  /** There, but it may not be read (403). */
  | { readonly kind: "forbidden" }
  /** Nothing that can be served: absent, outside of the root, or no regular file (404). */
  | { readonly kind: "absent" };

/** A tree of files. Paths are relative, with `/` between segments, and were let through by `targetPath()`. */
export interface FileStore {
  /**
   * Opens what lies at a path.
   *
   * @throws {Deno.errors.Busy} when descriptors ran out: the file may well be there (503)
   */
  open(path: string): Promise<Found>;
}

const FOLDER: Found = { kind: "folder" };
const FORBIDDEN: Found = { kind: "forbidden" };
const ABSENT: Found = { kind: "absent" };

/**
 * Makes a store of a folder on disk.
 *
 * @param root path of the folder
 * @throws {Deno.errors.NotFound | Deno.errors.NotADirectory | Deno.errors.PermissionDenied | Deno.errors.NotCapable}
 * when it cannot be served
 */
export async function diskFiles(root: string): Promise<FileStore> {
  if (!(await Deno.stat(root)).isDirectory) throw new Deno.errors.NotADirectory(`Not a folder: "${root}"`);
  const realRoot = await Deno.realPath(root);
  // One that cannot be listed is one that somebody forgot to open.
  for await (const _ of Deno.readDir(realRoot)) break;
  return {
    async open(path: string): Promise<Found> {
      const fullPath = join(realRoot, path);
      try {
        // Asked before it is opened: opening a FIFO waits for its writer, and holds a thread of the pool.
        const stat = await Deno.stat(fullPath);
        if (stat.isDirectory) return await isInside(fullPath, realRoot) ? FOLDER : ABSENT;
        if (!stat.isFile || path.endsWith("/")) return ABSENT;
        return await openInside(fullPath, realRoot);
      } catch (error) {
        return foundInstead(error);
      }
    },
  };
}

async function isInside(path: string, realRoot: string): Promise<boolean> {
  const realPath = await Deno.realPath(path);
  const prefix = realRoot.endsWith(SEPARATOR) ? realRoot : realRoot + SEPARATOR;
  return realPath === realRoot || realPath.startsWith(prefix);
}

/** Opens a file and makes sure that what was opened is what lies inside of the root, whatever was swapped meanwhile. */
async function openInside(path: string, realRoot: string): Promise<Found> {
  const handle = await Deno.open(path, { read: true });
  try {
    const realPath = await Deno.realPath(path);
    const stat = await statOf(handle, path);
    const there = await Deno.stat(realPath);
    const isSame = stat.dev === there.dev && stat.ino === there.ino;
    if (!stat.isFile || !isSame || !await isInside(realPath, realRoot)) {
      handle.close();
      return ABSENT;
    }
    return { kind: "file", file: new DiskFile(handle, path, stat) };
  } catch (error) {
    handle.close();
    throw error;
  }
}

/** Asks the handle; a file embedded in a compiled program has none that answers, and cannot change either. */
async function statOf(handle: Deno.FsFile, path: string): Promise<Deno.FileInfo> {
  try {
    return await handle.stat();
  } catch (error) {
    if (!Deno.build.standalone) throw error;
    return await Deno.stat(path);
  }
}

class DiskFile implements OpenFile {
  readonly info: FileInfo;
  readonly #handle: Deno.FsFile;
  readonly #path: string;

  constructor(handle: Deno.FsFile, path: string, stat: Deno.FileInfo) {
    this.#handle = handle;
    this.#path = path;
    this.info = infoOf(stat);
  }

  async seek(offset: number): Promise<void> {
    await this.#handle.seek(offset, Deno.SeekMode.Start);
  }

  async read(into: Uint8Array): Promise<number> {
    return await this.#handle.read(into as Uint8Array<ArrayBuffer>) ?? 0;
  }

  async currentInfo(): Promise<FileInfo> {
    return infoOf(await statOf(this.#handle, this.#path));
  }

  close(): void {
    this.#handle.close();
  }
}

function infoOf(stat: Deno.FileInfo): FileInfo {
  const mtimeMs = stat.mtime?.getTime() ?? 0;
  const ctimeMs = stat.ctime?.getTime() ?? 0;
  const version = [stat.dev, stat.ino, stat.size, mtimeMs, ctimeMs].join("-");
  return { sizeBytes: stat.size, mtimeMs, version };
}

/** Says what an error of a look-up means; one that says nothing about the path is thrown on. */
function foundInstead(error: unknown): Found {
  if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return ABSENT;
  if (error instanceof Deno.errors.FilesystemLoop || error instanceof Deno.errors.NotCapable) return ABSENT;
  if (error instanceof Deno.errors.PermissionDenied) return FORBIDDEN;
  const code = (error as { code?: unknown }).code;
  if (code === "ENAMETOOLONG" || code === "ELOOP" || code === "ENOTDIR" || code === "EISDIR") return ABSENT;
  if (code === "EMFILE" || code === "ENFILE") throw new Deno.errors.Busy("No file descriptor is left");
  throw error;
}

/**
 * Makes a store of a table in memory; its files never change.
 *
 * @param entries relative path to content; text is encoded as UTF-8
 */
export function memoryFiles(entries: Readonly<Record<string, string | Uint8Array>>): FileStore {
  const files = new Map(
    Object.entries(entries).map(([path, content]) => [
      path,
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    ]),
  );
  return {
    open(path: string): Promise<Found> {
      const content = files.get(path);
      if (content !== undefined) return Promise.resolve({ kind: "file", file: memoryFile(content) });
      const prefix = path === "" || path.endsWith("/") ? path : path + "/";
      const isFolder = [...files.keys()].some((name) => name.startsWith(prefix));
      return Promise.resolve(isFolder ? FOLDER : ABSENT);
    },
  };
}

function memoryFile(content: Uint8Array): OpenFile {
  const info: FileInfo = { sizeBytes: content.length, mtimeMs: 0, version: `${content.length}` };
  let offset = 0;
  return {
    info,
    seek(to: number): Promise<void> {
      offset = to;
      return Promise.resolve();
    },
    read(into: Uint8Array): Promise<number> {
      const piece = content.subarray(offset, offset + into.length);
      into.set(piece);
      offset += piece.length;
      return Promise.resolve(piece.length);
    },
    currentInfo: () => Promise.resolve(info),
    close: () => {},
  };
}
