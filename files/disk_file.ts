/** A file on disk that is open for reading, and what the system says of it. */
import type { DiskPace } from "./disk_pace.ts";
import type { FileInfo, OpenFile } from "./file_store.ts";

/** What the system says of a file or folder. */
export class DiskInfo implements FileInfo {
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly changedMs: number;
  readonly links: number;
  readonly device: number;
  readonly inode: number;

  /** Takes what is of use. */
  constructor(stat: Deno.FileInfo) {
    this.sizeBytes = stat.size;
    this.mtimeMs = stat.mtime?.getTime() ?? 0;
    this.changedMs = stat.ctime?.getTime() ?? this.mtimeMs;
    this.links = stat.nlink ?? 1;
    this.device = stat.dev;
    this.inode = stat.ino ?? 0;
  }

  /** As a text; made when it is asked for, since that takes as long as asking the system. */
  get version(): string {
    return [this.device, this.inode, this.sizeBytes, this.mtimeMs, this.changedMs].join("-");
  }
}

/** An open file, and how quick its disk is. */
export interface DiskFileOptions {
  /** Owned by the file from now on. */
  readonly handle: Deno.FsFile;
  /** Where it was opened. */
  readonly path: string;
  /** What was true when it was opened. */
  readonly info: FileInfo;
  /** How quickly questions are answered. */
  readonly looks: DiskPace;
  /** How quickly octets are read. */
  readonly reads: DiskPace;
}

/** A file that was opened. */
export class DiskFile implements OpenFile {
  readonly info: FileInfo;
  readonly #handle: Deno.FsFile;
  readonly #path: string;
  readonly #looks: DiskPace;
  readonly #reads: DiskPace;
  /** Whether the handle may stand elsewhere than at the beginning. */
  #isMoved = false;

  /** Takes over a handle. */
  constructor({ handle, path, info, looks, reads }: DiskFileOptions) {
    this.#handle = handle;
    this.#path = path;
    this.#looks = looks;
    this.#reads = reads;
    this.info = info;
  }

  seek(offset: number): void {
    // Where a handle begins: most files are read from there, and once.
    if (offset === 0 && !this.#isMoved) return;
    this.#isMoved = true;
    this.#handle.seekSync(offset, Deno.SeekMode.Start);
  }

  async read(into: Uint8Array): Promise<number> {
    this.#isMoved = true;
    return await this.#handle.read(into as Uint8Array<ArrayBuffer>) ?? 0;
  }

  readNow(into: Uint8Array): number | undefined {
    this.#isMoved = true;
    return this.#reads.atOnce(() => this.#handle.readSync(into as Uint8Array<ArrayBuffer>) ?? 0);
  }

  async currentInfo(): Promise<FileInfo> {
    return new DiskInfo(await statOf(this.#handle, this.#path, this.#looks));
  }

  currentInfoNow(): FileInfo | undefined {
    try {
      return this.#looks.atOnce(() => new DiskInfo(this.#handle.statSync()));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotSupported)) throw error;
      return undefined; // embedded in a compiled program, see `statOf`
    }
  }

  close(): void {
    this.#handle.close();
  }
}

/** Asks the handle; a file embedded in a compiled program has none that answers, and cannot change either. */
export async function statOf(handle: Deno.FsFile, path: string, looks: DiskPace): Promise<Deno.FileInfo> {
  try {
    return await looks.ask(() => handle.statSync(), () => handle.stat());
  } catch (error) {
    // `Deno.build.standalone` would say it, too, but not in a worker.
    if (!(error instanceof Deno.errors.NotSupported)) throw error;
    return await Deno.stat(path);
  }
}
