/**
 * Answers with parts of a file: 206, 416, and the slices that read from an open file.
 */
import { FIELD, type FileSlice, type HttpRequest, type HttpResponse } from "../http1/message.ts";
import { prepareResponse } from "../http1/response.ts";
import { type ByteRange, parseRange } from "./byte_range.ts";
import type { Fields, Variant } from "./file_entry.ts";
import { type FileInfo, isSameContent, type OpenFile } from "./file_store.ts";
import { isRangeWanted } from "./preconditions.ts";

/** Octets to send: given ones, or those of a file from `start` (inclusive) to `end` (exclusive). */
export type Segment = Uint8Array | ByteRange;

/** An answer whose content is put together from segments. */
export interface PartialAnswer {
  /** Partial Content. */
  readonly status: 206;
  /** Fields of the answer. */
  readonly fields: Fields;
  /** What the content is put together of, in order. */
  readonly segments: readonly Segment[];
}

/**
 * Says what a request for parts gets.
 *
 * @returns `undefined` for the whole file
 */
export function partialAnswer(
  request: Pick<HttpRequest, "field">,
  variant: Variant,
): PartialAnswer | HttpResponse | undefined {
  const range = request.field(FIELD.range);
  if (range === undefined || !isRangeWanted(request.field(FIELD["if-range"]), variant.etag)) return undefined;
  const { sizeBytes, fields } = variant;
  const ranges = parseRange(range, sizeBytes);
  if (ranges === "whole") return undefined;
  if (ranges === "unsatisfiable") return notSatisfiable(variant);
  if (ranges.length === 1) {
    const contentRange = contentRangeOf(ranges[0], sizeBytes);
    return { status: 206, fields: { ...fields, "Content-Range": contentRange }, segments: ranges };
  }
  return severalParts(ranges, variant);
}

/** Nothing of what was asked for is there; the answer says how much there is (RFC 9110 15.5.17). */
function notSatisfiable({ fields, sizeBytes }: Variant): HttpResponse {
  const kept = Object.entries(fields).filter(([name]) =>
    !/^(?:content-|last-modified$|etag$|cache-control$)/i.test(name)
  );
  return prepareResponse(416, {
    fields: {
      ...Object.fromEntries(kept),
      "Content-Type": "text/plain; charset=utf-8",
      "Content-Range": `bytes */${sizeBytes}`,
    },
    content: new TextEncoder().encode("416 Range Not Satisfiable\n"),
  });
}

/** Several parts in one answer (RFC 9110 14.6). */
function severalParts(ranges: readonly ByteRange[], { fields, sizeBytes }: Variant): PartialAnswer {
  const boundary = crypto.randomUUID();
  const encoder = new TextEncoder();
  const segments = ranges.flatMap((range, index): Segment[] => [
    encoder.encode(
      `${index === 0 ? "" : "\r\n"}--${boundary}\r\nContent-Type: ${
        fields["Content-Type"] ?? "application/octet-stream"
      }\r\n` +
        `Content-Range: ${contentRangeOf(range, sizeBytes)}\r\n\r\n`,
    ),
    range,
  ]);
  segments.push(encoder.encode(`\r\n--${boundary}--\r\n`));
  return { status: 206, fields: { ...fields, "Content-Type": `multipart/byteranges; boundary=${boundary}` }, segments };
}

function contentRangeOf({ start, end }: ByteRange, sizeBytes: number): string {
  return `bytes ${start}-${end - 1}/${sizeBytes}`;
}

/** Puts the segments of content in memory together. */
export function joinedSegments(segments: readonly Segment[], content: Uint8Array): Uint8Array {
  const parts = segments.map((segment) =>
    segment instanceof Uint8Array ? segment : content.subarray(segment.start, segment.end)
  );
  if (parts.length === 1) return parts[0];
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let length = 0;
  for (const part of parts) {
    joined.set(part, length);
    length += part.length;
  }
  return joined;
}

/** Segments of an open file, read while they go out; the slice owns the handle. */
export class SegmentSlice implements FileSlice {
  #remaining: number;
  readonly #file: OpenFile;
  readonly #info: FileInfo;
  readonly #segments: readonly Segment[];
  #index = 0;
  /** Octets of the current segment that were read. */
  #done = 0;
  /** Whether the handle itself has told that it is the file that was announced. */
  #isVerified: boolean;

  /**
   * Reads segments of an open file, of which `info` was announced.
   *
   * @param info what was true when the answer's head was made
   * @param isVerified whether it was asked of this handle
   */
  constructor(file: OpenFile, info: FileInfo, segments: readonly Segment[], isVerified = true) {
    this.#isVerified = isVerified;
    this.#file = file;
    this.#info = info;
    this.#segments = segments.filter((segment) => lengthOf(segment) > 0);
    this.#remaining = sumOf(segments);
  }

  get remaining(): number {
    return this.#remaining;
  }

  async read(into: Uint8Array): Promise<number> {
    // Of another file there is nothing to be read, as of one that ended.
    if (!this.#isVerified && !await this.isUnchanged()) return 0;
    this.#isVerified = true;
    const room = this.#room(into);
    return this.#took(this.#copied(room) ?? await this.#file.read(room));
  }

  readNow(into: Uint8Array): number | undefined {
    return this.#isVerified ? this.#readNow(into) : undefined;
  }

  #readNow(into: Uint8Array): number | undefined {
    const room = this.#room(into);
    const count = this.#copied(room) ?? this.#file.readNow?.(room);
    return count && this.#took(count);
  }

  readAllNow(into: Uint8Array): boolean {
    if (this.#hasReadAllNow(into)) return true;
    this.#index = this.#done = 0;
    this.#remaining = sumOf(this.#segments);
    return false;
  }

  #hasReadAllNow(into: Uint8Array): boolean {
    try {
      for (let length = 0; this.#remaining > 0;) {
        const count = this.#readNow(into.subarray(length));
        if (!count) return false;
        length += count;
      }
      const now = this.#file.currentInfoNow?.();
      return now !== undefined && isSameContent(this.#info, now);
    } catch {
      // A disk that fails says so once more when it is waited for, to whoever can give the handle back.
      return false;
    }
  }

  /** Where the next octets go: as many as the current segment has left. */
  #room(into: Uint8Array): Uint8Array {
    return into.subarray(0, lengthOf(this.#segments[this.#index]) - this.#done);
  }

  /** Copies from a segment that is given; goes to the start of one that is in the file. */
  #copied(room: Uint8Array): number | undefined {
    const segment = this.#segments[this.#index];
    if (segment instanceof Uint8Array) {
      room.set(segment.subarray(this.#done, this.#done + room.length));
      return room.length;
    }
    if (this.#done === 0) this.#file.seek(segment.start);
    return undefined;
  }

  #took(count: number): number {
    this.#done += count;
    this.#remaining -= count;
    if (this.#done === lengthOf(this.#segments[this.#index])) {
      this.#index++;
      this.#done = 0;
    }
    return count;
  }

  async isUnchanged(): Promise<boolean> {
    return isSameContent(this.#info, await this.#file.currentInfo());
  }

  close(): void {
    this.#file.close();
  }
}

function lengthOf(segment: Segment): number {
  return segment instanceof Uint8Array ? segment.length : segment.end - segment.start;
}

function sumOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + lengthOf(segment), 0);
}
