/**
 * What is kept of a file: its content in each coding, with the answers that are prepared from it.
 *
 * Length, validators and head belong to the variant, never to "the file".
 */
import { HEADROOM_BYTES } from "../http1/headroom.ts";
import type { HttpResponse } from "../http1/message.ts";
import { prepareResponse, withContent } from "../http1/response.ts";
import { compressed, type CompressedCoding } from "./compression.ts";
import type { Coding } from "./content_coding.ts";
import { digestOf } from "./digest.ts";
import type { FileInfo } from "./file_store.ts";
import { formatHttpDate } from "./http_date.ts";
import type { Translation } from "./language.ts";
import type { Validators } from "./preconditions.ts";

/** Fields of a response, by name. */
export type Fields = Readonly<Record<string, string>>;

/** One version of a file's content. */
export interface Source {
  /** Path in the store. */
  readonly path: string;
  /** What was true of the file when it was read. */
  readonly info: FileInfo;
  /** Whether the file was old enough, when it was read, for every later change to show in its version. */
  readonly isSettled: boolean;
  /** What the entity tag is made of: a hash of the content, or of the version where the content is too long. */
  readonly digest: string;
  /** The language that a page says it is in; `undefined` when it does not, or is no page. */
  readonly language: string | undefined;
  /** The content; `null` when it is not kept (too long, or it had to make room), and is read for each answer. */
  readonly content: Uint8Array | null;
}

/** A file in one coding, and the answers that say so. */
export interface Variant extends Validators {
  /** Coding of the content. */
  readonly coding: Coding;
  /** Where its octets come from. */
  readonly source: Source;
  /** Octets of the content in this coding. */
  readonly sizeBytes: number;
  /** Fields of the whole answer, for answers that are made of it. */
  readonly fields: Fields;
  /** The whole answer; without its content where that is not kept. */
  readonly ok: HttpResponse;
  /** The answer to whoever has this version already (RFC 9110 15.4.5). */
  readonly notModified: HttpResponse;
}

/** A variant; `null` where there is none, `undefined` where content is not compressed yet. */
export type MaybeVariant = Variant | null | undefined;

/** A file as it is kept. */
export interface FileEntry {
  /** Octets that the entry holds, see {@linkcode heldBytes}; grows when some content is compressed. */
  contentBytes: number;
  /** Path in the store of the file that was read, which may be another than the one that was asked for. */
  readonly path: string;
  /** 404 for the page that says so: it has no versions and no parts. */
  readonly status: 200 | 404;
  /** The content as it is. */
  readonly identity: Variant;
  /** The content in each of the other codings. */
  readonly encoded: Record<Exclude<Coding, "identity">, MaybeVariant>;
  /** Compressions under way, so that no content is compressed twice at the same time. */
  readonly pending: Map<CompressedCoding, Promise<Variant | null>>;
  /** Language that the page says it is in, where it has translations. */
  readonly ownLanguage: string | undefined;
  /** The same page in other languages; nearly always none. */
  readonly translations: readonly Translation[];
  /** Version of the folder when it was last known to be right: what lies beside the file is the same while this is. */
  folderVersion: string;
  /** When it was last known to be right, in the clock's milliseconds. */
  checkedAtMs: number;
}

/** Octets that a version's content takes, with the room for the head of its answer. */
export function heldBytes(source: Source | undefined): number {
  return source === undefined || source.content === null ? 0 : heldBytesOf(source.content.length);
}

/** The same for content of so many octets. */
export function heldBytesOf(contentBytes: number): number {
  return HEADROOM_BYTES + contentBytes;
}

/** Prepares the answers of a variant. */
export function prepareVariant(source: Source, coding: Coding, status: 200 | 404, common: Fields): Variant {
  const { content, info } = source;
  const sizeBytes = content?.length ?? info.sizeBytes;
  const encoding: Fields = coding === "identity" ? {} : { "Content-Encoding": coding };
  if (status === 404) {
    const fields = { ...common, ...encoding };
    const ok = prepareResponse(404, { fields, content, contentLength: sizeBytes });
    return { coding, source, sizeBytes, etag: "", lastModifiedMs: undefined, fields, ok, notModified: ok };
  }
  // Only a hash of the content, or times that a change cannot have left as they are, make a strong validator.
  const weak = content === null && !source.isSettled ? "W/" : "";
  const etag = `${weak}"${source.digest}${coding === "identity" ? "" : `-${coding}`}"`;
  // Nobody may say that a file is newer than the answer (RFC 9110 8.8.2.1).
  const lastModifiedMs = info.mtimeMs > 0 && info.mtimeMs <= Date.now() ? info.mtimeMs : undefined;
  const modified: Fields = lastModifiedMs === undefined ? {} : { "Last-Modified": formatHttpDate(lastModifiedMs) };
  const fields = { ...common, ...encoding, "ETag": etag, ...modified, "Accept-Ranges": "bytes" };
  const ok = prepareResponse(200, { fields, content, contentLength: sizeBytes });
  const kept = Object.entries(common).filter(([name]) => !/^(?:content-type|content-language)$/i.test(name));
  const notModified = prepareResponse(304, { fields: { ...Object.fromEntries(kept), "ETag": etag } });
  return { coding, source, sizeBytes, etag, lastModifiedMs, fields, ok, notModified };
}

/** Makes an entry of a text that is in no file. */
export async function memoryEntry(status: 200 | 404, text: string, fields: Fields): Promise<FileEntry> {
  const content = new TextEncoder().encode(text);
  const digest = await digestOf(content);
  const info = { sizeBytes: content.length, mtimeMs: 0, changedMs: 0, links: 1, version: "" };
  const identity = prepareVariant(
    { path: "", info, isSettled: true, digest, language: undefined, content },
    "identity",
    status,
    fields,
  );
  return {
    contentBytes: content.length,
    path: "",
    status,
    identity,
    encoded: { br: null, zstd: null, gzip: null },
    pending: new Map(),
    ownLanguage: undefined,
    translations: [],
    folderVersion: "",
    checkedAtMs: 0,
  };
}

/**
 * Returns an entry without its content, which is read from the file for each answer from now on; `undefined` when only
 * the content tells what it is: a page for what is missing, a file that may have changed since, one that is in no store.
 */
export function withoutContent(entry: FileEntry): FileEntry | undefined {
  const { identity, status, encoded } = entry;
  if (status !== 200 || identity.source.path === "") return undefined;
  const variants = [identity, encoded.br, encoded.zstd, encoded.gzip];
  if (variants.some((variant) => variant && !variant.source.isSettled)) return undefined;
  // What was compressed here is in no file, and is made again when it is asked for.
  const bare = (variant: MaybeVariant) =>
    !variant ? variant : variant.source.path === entry.path ? undefined : withoutContentOf(variant);
  const bareEncoded = { br: bare(encoded.br), zstd: bare(encoded.zstd), gzip: bare(encoded.gzip) };
  return { ...entry, contentBytes: 0, identity: withoutContentOf(identity), encoded: bareEncoded, pending: new Map() };
}

function withoutContentOf(variant: Variant): Variant {
  const { source, ok } = variant;
  return { ...variant, source: { ...source, content: null }, ok: withContent(ok, null) };
}

/** Gives an entry the content of one of its variants, read anew. */
export function withContentOf(entry: FileEntry, variant: Variant, content: Uint8Array): FileEntry {
  const full: Variant = {
    ...variant,
    source: { ...variant.source, content },
    ok: withContent(variant.ok, content),
  };
  const { identity, encoded, contentBytes } = entry;
  return {
    ...entry,
    contentBytes: contentBytes + heldBytes(full.source),
    identity: variant === identity ? full : identity,
    encoded: variant === identity ? encoded : { ...encoded, [variant.coding]: full },
  };
}

/**
 * Compresses an entry's content, once for all who ask.
 *
 * The first who asks waits: the compressed answer takes less time on most networks than what compression takes, and
 * everybody gets the same. The promise is that of the entry, so a replaced entry's compression ends with it.
 *
 * @param onDone called once, when the entry holds the outcome
 */
export function compressedVariant(
  entry: FileEntry,
  coding: CompressedCoding,
  onDone: () => void,
): Promise<Variant | null> {
  let pending = entry.pending.get(coding);
  if (pending === undefined) {
    pending = compressEntry(entry, coding).then((variant) => {
      entry.encoded[coding] = variant;
      entry.contentBytes += heldBytes(variant?.source);
      onDone();
      return variant;
    }).finally(() => entry.pending.delete(coding));
    entry.pending.set(coding, pending);
  }
  return pending;
}

async function compressEntry(entry: FileEntry, coding: CompressedCoding): Promise<Variant | null> {
  const { source, fields } = entry.identity;
  const content = await compressed(source.content!, coding);
  if (content === undefined) return null;
  const { ["ETag"]: _etag, ["Last-Modified"]: _modified, ["Accept-Ranges"]: _ranges, ...common } = fields;
  return prepareVariant({ ...source, content, digest: await digestOf(content) }, coding, entry.status, common);
}
