/**
 * Answers that are ready to go out, by path: bounded in octets and in entries.
 *
 * What it may get wrong and for how long: an entry is used without a look at the disk for less than a second after it
 * was checked. Whoever finds it older checks it first (see `static_files.ts`).
 */
import type { HttpResponse } from "../http1/message.ts";

/** A file as it is kept. */
export interface FileEntry {
  /** Path in the store of the file that was read, which may be another than the one that was asked for. */
  readonly path: string;
  /** Version of the file that was read, see `FileInfo`. */
  readonly version: string;
  /** Whether the file was old enough, when it was read, for a later change to show in its version. */
  readonly isSettled: boolean;
  /** The whole answer. */
  readonly ok: HttpResponse;
  /** When it was last known to be right, in the clock's milliseconds. */
  checkedAtMs: number;
}

/** Bounds of the cache. */
export interface CacheLimits {
  /** Octets of all answers together. */
  readonly cacheBytesMax: number;
  /** Answers kept. */
  readonly cacheEntriesMax: number;
}

/** What an entry costs besides its content: objects, the head, the key; measured as 1 to 2 KiB. */
const ENTRY_BYTES = 2_048;

/** Bounded cache; who was not used since the last look goes first (the "second chance" form of least recently used). */
export class HotCache {
  readonly #limits: CacheLimits;
  readonly #slots: Map<string, { entry: FileEntry; bytes: number; wasUsed: boolean }> = new Map();
  #bytes = 0;

  constructor(limits: CacheLimits) {
    this.#limits = limits;
  }

  /** Octets held, content and the rest. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Entries held. */
  get size(): number {
    return this.#slots.size;
  }

  /** Returns the entry of a path; marking it as used is one store, since every hit passes here. */
  get(key: string): FileEntry | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    slot.wasUsed = true;
    return slot.entry;
  }

  /** Keeps an entry, instead of one of the same key, and lets others go until all fit. */
  set(key: string, entry: FileEntry): void {
    this.delete(key);
    const bytes = ENTRY_BYTES + 2 * key.length + (entry.ok.contentLength ?? 0);
    if (bytes > this.#limits.cacheBytesMax) return;
    this.#slots.set(key, { entry, bytes, wasUsed: false });
    this.#bytes += bytes;
    while (this.#bytes > this.#limits.cacheBytesMax || this.#slots.size > this.#limits.cacheEntriesMax) this.#evict();
  }

  /** Forgets an entry. */
  delete(key: string): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    this.#slots.delete(key);
    this.#bytes -= slot.bytes;
  }

  /** A Map keeps the order of insertion, so the first slot is the oldest; one that was used goes round once more. */
  #evict(): void {
    for (const [key, slot] of this.#slots) {
      if (!slot.wasUsed) return this.delete(key);
      slot.wasUsed = false;
      this.#slots.delete(key);
      this.#slots.set(key, slot);
    }
  }
}
