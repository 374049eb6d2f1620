/**
 * What is known of folders: which of their files may hold another's content compressed, and which are translations.
 *
 * A folder is looked at once for all who come in the same moment, and its names are read again only when it changed. Of
 * what lies beside a file an answer may be wrong for that moment longer, never of what is in the file.
 */
import type { FileEntry } from "./file_entry.ts";
import type { FileStore } from "./file_store.ts";
import { type Translation, translationsOf } from "./language.ts";
import { isSettled, type Time } from "./steady_read.ts";

/** A content coding other than none. */
export type EncodedCoding = keyof FileEntry["encoded"];

/** Names of files that hold another's content compressed. */
export const SUFFIXES: readonly (readonly [EncodedCoding, string])[] = [
  ["br", ".br"],
  ["zstd", ".zst"],
  ["gzip", ".gz"],
];

/** Folders that are remembered. */
const FOLDERS_MAX = 64;
/** How long one look at a folder serves all files in it: a tick of the clock that tells the time. */
const FOLDER_FRESH_MS = 250;

/** What is known of a folder. */
export interface Folder {
  /** Empty when nothing is known. */
  readonly version: string;
  /** Whether every later change shows in its version. */
  readonly isSettled: boolean;
  /** Names of files that may hold another's content compressed. */
  readonly encoded: ReadonlySet<string>;
  /** Translations by the name of their page. */
  readonly pages: ReadonlyMap<string, readonly Translation[]>;
}

/** A look at a folder. */
interface LookedAt {
  readonly folder: Promise<Folder>;
  /** The same, once it is there. */
  seen: Folder | undefined;
  lookedAtMs: number;
}

const NO_FOLDER: Folder = { version: "", isSettled: false, encoded: new Set(), pages: new Map() };

/** Remembers the folders of a store that were looked at last. */
export class Folders {
  readonly #store: FileStore;
  readonly #time: Time;
  readonly #looks: Map<string, LookedAt> = new Map();

  /** Looks into a store. */
  constructor(store: FileStore, time: Time) {
    this.#store = store;
    this.#time = time;
  }

  /**
   * Returns what is in a folder.
   *
   * @param path with its slash; empty for the root
   * @param nowMs the clock's time
   */
  get(path: string, nowMs: number): Promise<Folder> {
    const known = this.#looks.get(path);
    if (known !== undefined && nowMs - known.lookedAtMs < FOLDER_FRESH_MS) return known.folder;
    const folder = this.#look(path, known?.folder).catch((error) => {
      this.#looks.delete(path);
      throw error;
    });
    const looked: LookedAt = { folder, seen: undefined, lookedAtMs: nowMs };
    folder.then((seen) => looked.seen = seen, () => {});
    this.#looks.delete(path);
    this.#looks.set(path, looked);
    if (this.#looks.size > FOLDERS_MAX) this.#looks.delete(this.#looks.keys().next().value!);
    return folder;
  }

  /**
   * The version of a folder that is known well enough to show every change, without a promise; `undefined` when there is
   * none.
   */
  versionOf(path: string, nowMs: number): string | undefined {
    const known = this.#looks.get(path), folder = known?.seen;
    if (known === undefined || folder === undefined || !folder.isSettled) return undefined;
    if (nowMs - known.lookedAtMs >= FOLDER_FRESH_MS) {
      if (this.#store.glance(path)?.version !== folder.version) return undefined;
      known.lookedAtMs = nowMs;
    }
    return folder.version;
  }

  async #look(path: string, before: Promise<Folder> | undefined): Promise<Folder> {
    const known = await before?.catch(() => undefined);
    const askedAtMs = this.#time.now();
    const seen = await this.#store.look(path);
    if (seen.kind !== "folder") return NO_FOLDER;
    if (known?.isSettled && known.version === seen.info.version) return known;
    const names = await this.#store.names(path) ?? [];
    return {
      version: seen.info.version,
      isSettled: isSettled(seen.info, askedAtMs),
      encoded: new Set(names.filter((name) => SUFFIXES.some(([, suffix]) => name.endsWith(suffix)))),
      pages: translationsOf(names),
    };
  }
}
