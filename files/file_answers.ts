/**
 * Chooses the answer to a request from what is kept of a file. The steps, in order:
 *
 * 1. `chosenVariant`: the content coding; one that is not there yet is made, once for all who ask
 * 2. `checkPreconditions`: 304 or 412 instead of the file
 * 3. `partialAnswer`: parts of the file, or that there are no such parts
 * 4. the prepared answer; content that is not kept is read from the file, whose version has to be the entry's
 *
 * A request without any of these fields costs a few bit tests, and one whose content is kept gets its answer without a
 * promise.
 */
import { withHeadroom } from "../http1/headroom.ts";
import { FIELD, type HttpRequest, type HttpResponse } from "../http1/message.ts";
import { plainResponse, prepareResponse, withContent } from "../http1/response.ts";
import type { CompressedCoding } from "./compression.ts";
import { acceptedCodings, type Coding } from "./content_coding.ts";
import { compressedVariant, type FileEntry, heldBytesOf, type Variant, withContentOf } from "./file_entry.ts";
import { bareFields } from "./file_fields.ts";
import { type FileInfo, type FileStore, type HandOver, isSameVersion, type OpenFile } from "./file_store.ts";
import type { HotCache } from "./hot_cache.ts";
import { joinedSegments, type PartialAnswer, partialAnswer, SegmentSlice } from "./partial_content.ts";
import { checkPreconditions, hasPreconditions } from "./preconditions.ts";

const ACCEPT_ENCODING = FIELD["accept-encoding"], RANGE = FIELD.range;

/** What is read at once, together with its head: it fits the batch of a connection. */
const AT_ONCE_BYTES_MAX = 61_440;

/** What an answer is made of. */
interface Chosen {
  readonly key: string;
  readonly entry: FileEntry;
  readonly variant: Variant;
  readonly handOver?: HandOver;
}

/** The answer, or `undefined` when the file is no longer the one of the entry, which has to be loaded anew. */
export type MaybeAnswer = HttpResponse | Promise<HttpResponse | undefined>;

/** What {@linkcode FileAnswers} needs. */
export interface FileAnswersOptions {
  /** Where the files are. */
  readonly store: FileStore;
  /** Where the entries are kept. */
  readonly cache: Pick<HotCache<FileEntry>, "deserves" | "set" | "resize">;
  /** Octets of the longest content that is kept. */
  readonly contentBytesMax: number;
}

/** Chooses answers from entries. */
export class FileAnswers {
  readonly #store: FileStore;
  readonly #cache: FileAnswersOptions["cache"];
  readonly #contentBytesMax: number;

  /** Answers with the files of a store. */
  constructor({ store, cache, contentBytesMax }: FileAnswersOptions) {
    this.#store = store;
    this.#cache = cache;
    this.#contentBytesMax = contentBytesMax;
  }

  /**
   * Answers with a file.
   *
   * @param key key under which the entry is kept
   * @param handOver the file itself, if it happens to be open
   */
  of(request: HttpRequest, key: string, entry: FileEntry, handOver?: HandOver): MaybeAnswer {
    if (!request.has(ACCEPT_ENCODING)) {
      return this.#withVariant(request, { key, entry, variant: entry.identity, handOver });
    }
    const accepted = acceptedCodings(request.field(ACCEPT_ENCODING));
    const variant = chosenVariant(entry, accepted);
    if (typeof variant === "string") return this.#compress(request, key, entry, variant, handOver);
    return variant === undefined ? notAcceptable(entry) : this.#withVariant(request, { key, entry, variant, handOver });
  }

  async #compress(
    request: HttpRequest,
    key: string,
    entry: FileEntry,
    coding: CompressedCoding,
    handOver?: HandOver,
  ): Promise<HttpResponse | undefined> {
    // An entry that had to make room is loaded again, with its content.
    if (entry.identity.source.content === null) return undefined;
    await compressedVariant(entry, coding, () => this.#cache.resize(key, entry));
    // Now it is there, or known not to get smaller.
    return await this.of(request, key, entry, handOver);
  }

  #withVariant(request: HttpRequest, chosen: Chosen): MaybeAnswer {
    const { entry, variant } = chosen;
    let partial: PartialAnswer | undefined;
    if (entry.status === 200) {
      if (hasPreconditions(request)) {
        const verdict = checkPreconditions(request, variant, Date.now);
        if (verdict === 304) return variant.notModified;
        if (verdict === 412) return preconditionFailed(variant);
      }
      // Range is defined for GET alone (RFC 9110 14.2).
      if (request.has(RANGE) && request.method === "GET") {
        const answer = partialAnswer(request, variant);
        if (answer !== undefined && "head" in answer) return answer;
        partial = answer;
      }
    }
    const { ok } = variant;
    // Without a look at the source: of many files each object more is waited for.
    if (partial === undefined && (ok.content !== null || request.method === "HEAD")) return ok;
    const { content } = variant.source;
    if (content === null || partial === undefined) {
      return this.#readNow(chosen, partial) ?? this.#streamed(variant, partial, chosen.handOver);
    }
    const { status, fields, segments } = partial;
    return prepareResponse(status, { fields, content: joinedSegments(segments, content) });
  }

  /** Sends content from its file: one handle, whose version is that of the head. */
  async #streamed(
    variant: Variant,
    partial: PartialAnswer | undefined,
    handOver?: HandOver,
  ): Promise<HttpResponse | undefined> {
    const { path, info } = variant.source;
    const file = await this.#opened(path, info.version, handOver);
    return file && streamed(variant, partial, file);
  }

  /** The same without a promise, of a file that was old enough to show every change since it was looked at. */
  #readNow({ key, entry, variant, handOver }: Chosen, partial: PartialAnswer | undefined): HttpResponse | undefined {
    const { path, info, isSettled } = variant.source;
    const file = isSettled && handOver === undefined ? this.#store.openNow?.(path, info) : undefined;
    if (file === undefined) return undefined;
    // What is read with its head is verified when it was read, all else before its head goes out.
    const isReadAtOnce = partial === undefined && variant.sizeBytes <= AT_ONCE_BYTES_MAX;
    if (!isReadAtOnce && !isStill(file, info)) {
      file.close();
      return undefined;
    }
    const answer = streamed(variant, partial, file, !isReadAtOnce);
    const isKept = partial === undefined && variant.sizeBytes <= this.#contentBytesMax &&
      this.#cache.deserves(key, heldBytesOf(variant.sizeBytes));
    if (!isKept) return answer;
    const content = withHeadroom(variant.sizeBytes);
    if (!(answer.content as SegmentSlice).readAllNow(content)) return answer;
    file.close();
    this.#cache.set(key, withContentOf(entry, variant, content));
    return withContent(variant.ok, content);
  }

  async #opened(path: string, version: string, handOver?: HandOver): Promise<OpenFile | undefined> {
    // The entry was made of this handle, and the slice looks at it again before its last piece.
    const own = handOver?.path === path ? handOver.file : undefined;
    if (own !== undefined) {
      handOver!.file = undefined;
      return own;
    }
    const found = await this.#store.open(path);
    if (found.kind !== "file") return undefined;
    if (found.file.info.version === version) return found.file;
    found.file.close();
    return undefined;
  }
}

function isStill(file: OpenFile, info: FileInfo): boolean {
  try {
    const now = file.currentInfoNow?.();
    return now !== undefined && isSameVersion(now, info);
  } catch {
    return false; // whoever waits for the file hears of it, too
  }
}

function streamed(
  variant: Variant,
  partial: PartialAnswer | undefined,
  file: OpenFile,
  isVerified = true,
): HttpResponse {
  const segments = partial?.segments ?? [{ start: 0, end: variant.sizeBytes }];
  const content = new SegmentSlice(file, variant.source.info, segments, isVerified);
  if (partial === undefined) return withContent(variant.ok, content);
  return prepareResponse(partial.status, { fields: partial.fields, content });
}

/**
 * Returns the first accepted variant, the coding of one that has to be made first, or `undefined` when there is none.
 * A page that says 404 is given to everybody.
 */
function chosenVariant(entry: FileEntry, accepted: readonly Coding[]): Variant | CompressedCoding | undefined {
  for (const coding of accepted) {
    if (coding === "identity") return entry.identity;
    const variant = entry.encoded[coding];
    if (variant) return variant;
    if (variant === undefined) return coding as CompressedCoding;
  }
  return entry.status === 404 ? entry.identity : undefined;
}

function notAcceptable(entry: FileEntry): HttpResponse {
  const { "Vary": vary } = entry.identity.fields;
  return plainResponse(406, "No content coding that the client takes is there", {
    ...bareFields(entry.identity.fields),
    "Vary": vary?.includes("Accept-Encoding")
      ? vary
      : [...vary === undefined ? [] : [vary], "Accept-Encoding"].join(", "),
  });
}

function preconditionFailed(variant: Variant): HttpResponse {
  return plainResponse(412, "", { ...bareFields(variant.fields), "ETag": variant.etag });
}
