/**
 * Makes entries of files, and finds out whether those that are known are still right.
 *
 * 1. a file whose version is the known one, and was old enough to show every change, need not be opened
 * 2. else it is opened, waited for until nobody writes to it, and read whole; one that is too long is only looked at
 * 3. its folder tells what lies beside it (`folders.ts`)
 * 4. the same as 1 and 2 with the files beside it that hold its content compressed (`.br`, `.zst`, `.gz`) and are not
 *    older; of a page the translations are found
 * 5. where nothing is new, the known entry stays; else its answers are prepared anew (`prepareEntry`)
 */
import { isCompressible } from "./compression.ts";
import { digestOf } from "./digest.ts";
import type { FileEntry, Source } from "./file_entry.ts";
import {
  type FileInfo,
  type FileStore,
  type HandOver,
  isSameVersion,
  type OpenFile,
  type Refused,
  type Seen,
} from "./file_store.ts";
import { type Folder, Folders, SUFFIXES } from "./folders.ts";
import { languageOf, type Translation } from "./language.ts";
import { loadMediaType, mediaType } from "./media_type.ts";
import { prepareEntry, siblingOf, type Siblings, type Wanted } from "./prepare_entry.ts";
import { giveRoom, takeRoom } from "./spare_rooms.ts";
import { withHeadroom } from "../http1/headroom.ts";
import { isSettled, readWhole, steadyInfo, SYSTEM_TIME, type Time } from "./steady_read.ts";

/** What came of it. */
export type Loaded =
  | { readonly kind: "entry"; readonly entry: FileEntry }
  | NotLoaded;

/** What came of it when nothing did. */
export type NotLoaded =
  | { readonly kind: "folder" }
  /** It may be there, but cannot be read now: no descriptor is left, or it does not stop changing. */
  | { readonly kind: "busy" }
  | Refused;

/** How often a file that changes while it is read is read anew. */
const READ_ATTEMPTS = 4;
/** How long ago a file may have been looked at for the system to have it in memory still. */
const GLANCE_AGE_MS_MAX = 300_000;

const BUSY: NotLoaded = { kind: "busy" };

/** Settings of {@linkcode EntryLoader}. */
export interface EntryLoaderOptions {
  /** Octets of the longest content that is kept. */
  readonly contentBytesMax: number;
  /** Whether so many octets of content can be kept; else what is known of them is. By default all are. */
  hasRoom?(contentBytes: number): boolean;
  /** Time since 1970. */
  readonly time?: Time;
}

/** What is known or wanted besides the file. */
export interface Given {
  /** Where the handle of content goes that is not kept, so that what was looked at is sent. */
  readonly handOver?: HandOver;
  /** What a look at the file has just told. */
  readonly seen?: FileInfo;
  /** Whether content is of use that could be compressed, even if it cannot be kept. */
  readonly isForCompression?: boolean;
}

/** Makes entries of the files of a store. */
export class EntryLoader {
  readonly #store: FileStore;
  readonly #contentBytesMax: number;
  readonly #hasRoom: (contentBytes: number) => boolean;
  readonly #time: Time;
  readonly #folders: Folders;

  /**
   * Loads from a store.
   *
   * @param store where the files are
   * @param options how much is kept, and what tells the time
   */
  constructor(store: FileStore, { contentBytesMax, hasRoom = () => true, time = SYSTEM_TIME }: EntryLoaderOptions) {
    this.#store = store;
    this.#contentBytesMax = contentBytesMax;
    this.#hasRoom = hasRoom;
    this.#time = time;
    this.#folders = new Folders(store, time);
  }

  /**
   * Loads a file.
   *
   * @param known the entry that was made before of what is wanted
   * @param checkedAtMs the clock's time before anything is asked
   * @throws {Deno.errors.Busy} when descriptors ran out
   */
  async load(
    wanted: Wanted,
    known: FileEntry | undefined,
    checkedAtMs: number,
    given: Given = {},
  ): Promise<Loaded> {
    const before = known?.path === wanted.path ? known : undefined;
    await loadMediaType(wanted.path);
    const source = await this.#source(wanted.path, before?.identity.source, given);
    if ("kind" in source) return source;
    const nameStart = wanted.path.lastIndexOf("/") + 1, name = wanted.path.slice(nameStart);
    const folder = await this.#folders.get(wanted.path.slice(0, nameStart), checkedAtMs);
    const siblings = await this.#siblings(source, folder, before);
    const isPage = wanted.isTranslatable && name.endsWith(".html");
    const translations = isPage ? folder.pages.get(name) ?? [] : [];
    const isSame = before !== undefined && source === before.identity.source &&
      SUFFIXES.every(([coding]) => siblings[coding] === siblingOf(before, coding)) &&
      isSameList(translations, before.translations);
    if (isSame) {
      before.checkedAtMs = checkedAtMs;
      before.folderVersion = folder.version;
      return { kind: "entry", entry: before };
    }
    const isCompressed = source.info.sizeBytes <= this.#contentBytesMax && isCompressible(mediaType(wanted.path));
    const parts = { source, siblings, translations, isCompressed, folderVersion: folder.version, checkedAtMs };
    return { kind: "entry", entry: prepareEntry(wanted, parts, before) };
  }

  /**
   * Says whether an entry that was right a moment ago is right still, without a promise; `false` when that cannot be
   * said, so that it has to be loaded.
   *
   * @param nowMs the clock's time, from which on it is known to be right
   */
  isStill(entry: FileEntry, nowMs: number): boolean {
    const { path, identity, encoded } = entry;
    if (nowMs - entry.checkedAtMs > GLANCE_AGE_MS_MAX || !this.#isSourceStill(identity.source)) return false;
    for (const variant of [encoded.br, encoded.zstd, encoded.gzip]) {
      if (variant && variant.source.path !== path && !this.#isSourceStill(variant.source)) return false;
    }
    if (this.#folders.versionOf(path.slice(0, path.lastIndexOf("/") + 1), nowMs) !== entry.folderVersion) return false;
    entry.checkedAtMs = nowMs;
    return true;
  }

  #isSourceStill({ path, info, isSettled }: Source): boolean {
    const now = isSettled ? this.#store.glance(path) : undefined;
    return now !== undefined && isSameVersion(now, info);
  }

  /** The content as it is now: the known one when it is the same. */
  async #source(
    path: string,
    known: Source | undefined,
    { handOver, seen, isForCompression }: Given,
  ): Promise<Source | NotLoaded> {
    const askedAtMs = this.#time.now();
    const isContentWanted = isForCompression === true && isCompressible(mediaType(path));
    if (known?.isSettled && !(isContentWanted && this.#lacksContent(known))) {
      const version = seen === undefined ? versionOf(await this.#store.look(path)) : seen.version;
      if (version === known.info.version) return known;
    }
    for (let attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
      const found = await this.#store.open(path);
      if (found.kind !== "file") return found;
      let isHandedOver = false;
      try {
        const nowMs = attempt === 0 ? askedAtMs : this.#time.now();
        const source = await this.#read(path, found.file, { nowMs, isContentWanted });
        if (source === undefined) continue;
        if (source === "busy") return BUSY;
        isHandedOver = handOver !== undefined && source.content === null;
        if (isHandedOver) handOver!.file = found.file;
        return sameOr(source, known);
      } finally {
        if (!isHandedOver) found.file.close();
      }
    }
    return BUSY;
  }

  /** Whether content had to make room that would be kept else. */
  #lacksContent({ content, info }: Source): boolean {
    return content === null && info.sizeBytes <= this.#contentBytesMax;
  }

  /** Reads an open file; `undefined` when it changed meanwhile. */
  async #read(
    path: string,
    file: OpenFile,
    { nowMs, isContentWanted }: { nowMs: number; isContentWanted: boolean },
  ): Promise<Source | "busy" | undefined> {
    const info = await steadyInfo(file, this.#time);
    if (info === undefined) return "busy";
    const settled = isSettled(info, nowMs), isPage = path.endsWith(".html");
    if (info.sizeBytes > this.#contentBytesMax) {
      const digest = await digestOf(new TextEncoder().encode(info.version));
      const language = isPage ? languageOf(await startOf(file)) : undefined;
      return { path, info, isSettled: settled, digest, language, content: null };
    }
    // Of what cannot be kept the tag is found out, and the content is read again for each answer.
    const isKept = isContentWanted || !settled || this.#hasRoom(info.sizeBytes);
    const room = isKept ? withHeadroom(info.sizeBytes) : takeRoom(info.sizeBytes);
    const content = await readWhole(file, info, room);
    if (content === undefined) return undefined;
    const language = isPage ? languageOf(content) : undefined;
    const digest = await digestOf(content);
    if (!isKept) giveRoom(room);
    return { path, info, isSettled: settled, digest, language, content: isKept ? content : null };
  }

  /** The compressed files beside a file that are not older than it. */
  async #siblings(source: Source, { encoded }: Folder, known: FileEntry | undefined): Promise<Siblings> {
    const siblings: Siblings = { br: undefined, zstd: undefined, gzip: undefined };
    const name = source.path.slice(source.path.lastIndexOf("/") + 1);
    const there = SUFFIXES.filter(([, suffix]) => encoded.has(name + suffix));
    if (there.length === 0) return siblings;
    await Promise.all(there.map(async ([coding, suffix]) => {
      const path = source.path + suffix;
      const seen = await this.#store.look(path);
      if (seen.kind !== "file" || seen.info.mtimeMs < source.info.mtimeMs) return;
      const found = await this.#source(path, known && siblingOf(known, coding), { seen: seen.info });
      // What was opened may be another file than the one that was looked at.
      if (!("kind" in found) && found.info.mtimeMs >= source.info.mtimeMs) siblings[coding] = found;
    }));
    return siblings;
  }
}

function versionOf(seen: Seen | Refused): string | undefined {
  return seen.kind === "file" ? seen.info.version : undefined;
}

/** The first octets of a file that nobody has read from yet. */
async function startOf(file: OpenFile): Promise<Uint8Array> {
  const start = new Uint8Array(1_024);
  return start.subarray(0, await file.read(start));
}

/** Keeps what was prepared of a file that was read again and is the same: the content, and all that hangs on it. */
function sameOr(source: Source, known: Source | undefined): Source {
  const isSame = known !== undefined && (known.content === null) === (source.content === null) &&
    known.digest === source.digest && known.isSettled === source.isSettled &&
    known.info.version === source.info.version;
  return isSame ? known : source;
}

function isSameList(a: readonly Translation[], b: readonly Translation[]): boolean {
  return a.length === b.length && a.every(({ name }, index) => name === b[index].name);
}
