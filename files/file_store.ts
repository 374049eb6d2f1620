/**
 * Where files come from, as everybody else sees it: `disk_files.ts` is a folder on disk, `memory_files.ts` a table in
 * memory.
 *
 * A file is opened once, and everything that is said of it (length, version, octets) comes from that one handle, never
 * from a path asked twice: between two questions the path may have become another file.
 */

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

/** An open file on its way from whoever opened it to whoever sends it; who made the way closes what is left on it. */
export interface HandOver {
  /** Path in the store. */
  readonly path: string;
  /** The open file; whoever takes it over sets this to `undefined`. */
  file: OpenFile | undefined;
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
 * Every method throws `Deno.errors.Busy` when descriptors ran out (`open` when they did for a second): what was asked for
 * may well be there (503).
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
