/** Makes an entry of a file that was read, and of what lies beside it; it asks nobody for anything. */
import type { CompressedCoding } from "./compression.ts";
import {
  type Fields,
  type FileEntry,
  heldBytes,
  type MaybeVariant,
  prepareVariant,
  type Source,
} from "./file_entry.ts";
import type { EncodedCoding } from "./folders.ts";
import type { Translation } from "./language.ts";

/** What is to be made an entry of. */
export interface Wanted {
  /** Path in the store. */
  readonly path: string;
  /** Status of the answer that is made of it. */
  readonly status: 200 | 404;
  /** Tells the fields, given the request fields on which the choice of the content depends. */
  fields(vary: readonly string[]): Fields;
  /** Whether translations are looked for. */
  readonly isTranslatable: boolean;
}

/** The files beside a file that hold its content compressed. */
export type Siblings = Record<EncodedCoding, Source | undefined>;

/** What an entry is made of. */
export interface EntryParts {
  /** The file. */
  readonly source: Source;
  /** Those beside it. */
  readonly siblings: Siblings;
  /** The same page in other languages. */
  readonly translations: readonly Translation[];
  /** Whether the content is compressed for those who like it so. */
  readonly isCompressed: boolean;
  /** Version of the folder that told what lies beside the file. */
  readonly folderVersion: string;
  /** The clock's time before anything was asked. */
  readonly checkedAtMs: number;
}

/** The file beside an entry's own from which a variant comes; `undefined` for one that was compressed here. */
export function siblingOf(entry: FileEntry, coding: EncodedCoding): Source | undefined {
  const source = entry.encoded[coding]?.source;
  return source === undefined || source.path === entry.path ? undefined : source;
}

/**
 * Prepares the answers of a file.
 *
 * @param before the entry that was made before of what is wanted
 */
export function prepareEntry(wanted: Wanted, parts: EntryParts, before: FileEntry | undefined): FileEntry {
  const { source, siblings, translations, isCompressed, folderVersion, checkedAtMs } = parts;
  const hasCodings = isCompressed || Object.values(siblings).some((sibling) => sibling !== undefined);
  const vary = [...hasCodings ? ["Accept-Encoding"] : [], ...translations.length > 0 ? ["Accept-Language"] : []];
  const fields = wanted.fields(vary);
  const ownLanguage = translations.length > 0 ? source.language : undefined;
  const own = ownLanguage === undefined ? fields : { ...fields, "Content-Language": ownLanguage };
  const isSameContent = before !== undefined && before.identity.source.content !== null &&
    before.identity.source.digest === source.digest;
  const encodedVariant = (coding: EncodedCoding): MaybeVariant => {
    const sibling = siblings[coding];
    if (sibling !== undefined) return prepareVariant(sibling, coding, wanted.status, own);
    if (!isCompressed || coding === "zstd") return null;
    // What was compressed from the same octets is used on.
    const known = isSameContent && siblingOf(before, coding) === undefined ? before.encoded[coding] : undefined;
    if (!known) return known;
    const { digest, content } = known.source;
    return prepareVariant({ ...source, digest, content }, coding, wanted.status, own);
  };
  const encoded = { br: encodedVariant("br"), zstd: encodedVariant("zstd"), gzip: encodedVariant("gzip") };
  return {
    contentBytes: [source, encoded.br?.source, encoded.zstd?.source, encoded.gzip?.source]
      .reduce((sum, it) => sum + heldBytes(it), 0),
    path: wanted.path,
    status: wanted.status,
    identity: prepareVariant(source, "identity", wanted.status, own),
    encoded,
    pending: new Map<CompressedCoding, never>(),
    ownLanguage,
    translations,
    folderVersion,
    checkedAtMs,
  };
}
