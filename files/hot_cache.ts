/**
 * Files whose answers are ready to go out, by key: bounded in octets and in entries.
 *
 * What it may get wrong and for how long: an entry is used without a look at the disk for less than a second after it
 * was checked. Whoever finds it older checks it first (see `static_files.ts`).
 */

/** What the cache has to know of what it keeps. */
export interface Cached {
  /** Octets of all content that the entry holds now; it may grow, see {@linkcode HotCache.resize}. */
  readonly contentBytes: number;
}

/** What a cache holds, and has counted since the start. */
export interface CacheFigures {
  /** Octets that are held. */
  readonly bytes: number;
  /** Look-ups that found what they needed; at most a glance at the disk was part of it. */
  readonly hits: number;
  /** Look-ups for which a file had to be looked for, checked or read. */
  readonly misses: number;
  /** Entries that had to make room. */
  readonly evictions: number;
}

/** Bounds of the cache. */
export interface CacheLimits {
  /** Octets of all entries together. */
  readonly cacheBytesMax: number;
  /** Entries kept. */
  readonly cacheEntriesMax: number;
}

/** What an entry costs besides its content: objects, heads of two answers for each coding, the key. */
const ENTRY_BYTES = 4_096;

/** Bounded cache; who was not used since the last look goes first (the "second chance" form of least recently used). */
export class HotCache<Entry extends Cached> {
  readonly #limits: CacheLimits;
  readonly #slots: Map<string, { entry: Entry; bytes: number; wasUsed: boolean }> = new Map();
  #bytes = 0;
  #evictions = 0;

  /** Starts empty. */
  constructor(limits: CacheLimits) {
    this.#limits = limits;
  }

  /** Octets held, content and the rest. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Entries that had to go so far, since others came. */
  get evictions(): number {
    return this.#evictions;
  }

  /** Entries held. */
  get size(): number {
    return this.#slots.size;
  }

  /** Returns the entry of a key; marking it as used is one store, since every hit passes here. */
  get(key: string): Entry | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    slot.wasUsed = true;
    return slot.entry;
  }

  /** Keeps an entry, instead of one of the same key, and lets others go until all fit. */
  set(key: string, entry: Entry): void {
    this.delete(key);
    const bytes = ENTRY_BYTES + 2 * key.length + entry.contentBytes;
    if (bytes > this.#limits.cacheBytesMax) return;
    this.#slots.set(key, { entry, bytes, wasUsed: false });
    this.#bytes += bytes;
    while (this.#bytes > this.#limits.cacheBytesMax || this.#slots.size > this.#limits.cacheEntriesMax) this.#evict();
  }

  /** Counts an entry anew whose content has grown; one that is no longer kept is let be. */
  resize(key: string, entry: Entry): void {
    const slot = this.#slots.get(key);
    if (slot?.entry !== entry) return;
    this.set(key, entry);
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
      if (!slot.wasUsed) {
        this.#evictions++;
        return this.delete(key);
      }
      slot.wasUsed = false;
      this.#slots.delete(key);
      this.#slots.set(key, slot);
    }
  }
}
