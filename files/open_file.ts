/** An open file, and what is known of a file: wherever it is, on a disk or in memory. */

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
