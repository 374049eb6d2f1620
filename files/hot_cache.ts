/**
 * Files whose answers are ready to go out, by key: bounded in octets and in entries.
 *
 * Who has to make room first loses its content and keeps the rest: what is known of a file costs as much to find out as
 * its content does to read, and takes a tenth of the room. Only when that, too, is too much, the whole entry goes.
 *
 * Who goes is told by how often each was asked for of late (the "least frequently used" of the few oldest), so that a
 * visitor who takes one file after the other does not drive out what everybody asks for.
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
  /** Entries that had to make room, with their content alone or as a whole. */
  readonly evictions: number;
}

/** Bounds of the cache, and what is left of an entry. */
export interface HotCacheOptions<Entry> {
  /** Octets of all entries together. */
  readonly cacheBytesMax: number;
  /** Entries kept. */
  readonly cacheEntriesMax: number;
  /** Returns an entry without its content; `undefined` for one that is nothing without it. By default all are. */
  withoutContent?(entry: Entry): Entry | undefined;
}

/** What an entry costs besides its content: objects, two heads for each coding, the key (1,900 octets measured). */
export const ENTRY_BYTES = 3_072;
/** What entries without content may take of the whole. */
const BARE_SHARE = 0.5;
/** Of so many questions for content one is looked into. */
const COMPARED_EVERY = 8;
/** So many of the oldest are compared; the least used goes. */
const COMPARED = 4;
/** After so many uses of each entry on average all counts are halved: what was asked for yesterday does not count. */
const USES_UNTIL_HALVED = 8;

/** By so much an entry has to be ahead of twice the one whose content goes for its own: equals do not take turns. */
const USES_AHEAD = 3;

interface Slot<Entry> {
  entry: Entry;
  bytes: number;
  /** How often it was used until its epoch, halved since the one before. */
  uses: number;
  epoch: number;
}

/** Bounded cache; who was asked for least goes first. */
export class HotCache<Entry extends Cached> {
  readonly #options: HotCacheOptions<Entry>;
  /** Those with content, the oldest first. */
  readonly #full: Map<string, Slot<Entry>> = new Map();
  /** Those without. */
  readonly #bare: Map<string, Slot<Entry>> = new Map();
  #bytes = 0;
  #bareBytes = 0;
  #evictions = 0;
  #epoch = 0;
  #usesOfEpoch = 0;
  #questions = 0;

  /** Starts empty. */
  constructor(options: HotCacheOptions<Entry>) {
    this.#options = options;
  }

  /** Octets held, content and the rest. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Entries that had to make room so far, with their content or as a whole. */
  get evictions(): number {
    return this.#evictions;
  }

  /** Entries held. */
  get size(): number {
    return this.#full.size + this.#bare.size;
  }

  /** Returns the entry of a key; counting the use is three stores, since every hit passes here. */
  get(key: string): Entry | undefined {
    const slot = this.#full.get(key) ?? this.#bare.get(key);
    if (slot === undefined) return undefined;
    if (slot.epoch !== this.#epoch) this.#age(slot);
    slot.uses++;
    if (++this.#usesOfEpoch > USES_UNTIL_HALVED * this.size) {
      this.#epoch++;
      this.#usesOfEpoch = 0;
    }
    return slot.entry;
  }

  /** Keeps an entry, instead of one of the same key, and lets others go until all fit. */
  set(key: string, entry: Entry): void {
    const uses = this.delete(key);
    const bytes = ENTRY_BYTES + 2 * key.length + entry.contentBytes;
    if (bytes > this.#options.cacheBytesMax) return;
    this.#put(key, { entry, bytes, uses, epoch: this.#epoch });
    this.#makeRoom();
  }

  /** Returns whether the content of a new entry could be kept without others having to make room. */
  hasRoom(contentBytes: number): boolean {
    return this.#bytes + ENTRY_BYTES + contentBytes <= this.#options.cacheBytesMax;
  }

  /**
   * Returns whether an entry without content is asked for so often that it should have its content again: there is room,
   * or it is asked for much more often than the one that would have to go. Only every so many questions are looked into,
   * each puts another one to the test.
   *
   * @param contentBytes octets of the content
   */
  deserves(key: string, contentBytes: number): boolean {
    const hasRoom = this.#bytes + contentBytes <= this.#options.cacheBytesMax;
    // To compare costs as much as to look a file up, and there is time.
    if (!hasRoom && ++this.#questions % COMPARED_EVERY !== 0) return false;
    const slot = this.#bare.get(key);
    if (slot === undefined || hasRoom) return slot !== undefined;
    const oldest = this.#full.entries().next().value;
    if (oldest === undefined) return false;
    this.#age(slot);
    this.#age(oldest[1]);
    if (slot.uses >= 2 * oldest[1].uses + USES_AHEAD) return true;
    this.#goRound(...oldest);
    return false;
  }

  /** Counts an entry anew whose content has grown; one that is no longer kept is let be. */
  resize(key: string, entry: Entry): void {
    if (this.#full.get(key)?.entry === entry) this.set(key, entry);
  }

  /** Forgets an entry; returns how often it was used. */
  delete(key: string): number {
    const slot = this.#full.get(key) ?? this.#bare.get(key);
    if (slot === undefined) return 0;
    this.#bytes -= slot.bytes;
    if (!this.#full.delete(key)) {
      this.#bare.delete(key);
      this.#bareBytes -= slot.bytes;
    }
    this.#age(slot);
    return slot.uses;
  }

  #put(key: string, slot: Slot<Entry>): void {
    this.#bytes += slot.bytes;
    if (slot.entry.contentBytes > 0) this.#full.set(key, slot);
    else {
      this.#bare.set(key, slot);
      this.#bareBytes += slot.bytes;
    }
  }

  #makeRoom(): void {
    const { cacheBytesMax, cacheEntriesMax } = this.#options;
    while (this.size > cacheEntriesMax) this.#evict(this.#bare.size > 0 ? this.#bare : this.#full);
    while (this.#bareBytes > BARE_SHARE * cacheBytesMax) this.#evict(this.#bare);
    while (this.#bytes > cacheBytesMax) {
      // There is one: those without content take half of the room at most.
      this.#strip(this.#leastUsed(this.#full));
      while (this.#bareBytes > BARE_SHARE * cacheBytesMax) this.#evict(this.#bare);
    }
  }

  #evict(from: Map<string, Slot<Entry>>): void {
    this.#evictions++;
    this.delete(this.#leastUsed(from));
  }

  /** Takes the content from an entry. */
  #strip(key: string): void {
    this.#evictions++;
    const slot = this.#full.get(key)!;
    const entry = this.#options.withoutContent?.(slot.entry);
    this.delete(key);
    if (entry !== undefined) this.#put(key, { ...slot, entry, bytes: ENTRY_BYTES + 2 * key.length });
  }

  /** The key of the least used of the oldest few; the others go round once more. */
  #leastUsed(slots: Map<string, Slot<Entry>>): string {
    let least: [key: string, slot: Slot<Entry>] | undefined;
    const others: [key: string, slot: Slot<Entry>][] = [];
    for (const oldest of slots) {
      this.#age(oldest[1]);
      if (least === undefined || oldest[1].uses < least[1].uses) {
        if (least !== undefined) others.push(least);
        least = oldest;
      } else others.push(oldest);
      if (others.length + 1 === COMPARED) break;
    }
    for (const [key, slot] of others) {
      slots.delete(key);
      slots.set(key, slot);
    }
    return least![0];
  }

  #goRound(key: string, slot: Slot<Entry>): void {
    this.#full.delete(key);
    this.#full.set(key, slot);
  }

  /** Halves the count for each epoch that has passed. */
  #age(slot: Slot<Entry>): void {
    slot.uses >>= Math.min(31, this.#epoch - slot.epoch);
    slot.epoch = this.#epoch;
  }
}
