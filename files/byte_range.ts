/**
 * Range: which octets of a representation are asked for. Pure.
 */

/** Octets from `start` (inclusive) to `end` (exclusive), counted from 0. */
export interface ByteRange {
  /** Offset of the first octet. */
  readonly start: number;
  /** Offset behind the last octet. */
  readonly end: number;
}

/** What a Range field comes to: parts in the order they were asked for, everything (200), or nothing there (416). */
export type RangeVerdict = readonly ByteRange[] | "whole" | "unsatisfiable";

/** More parts than this are more likely an attack than a reader. */
const RANGES_MAX = 16;
/** What a part costs besides its octets: the boundary and two field lines. */
const PART_BYTES = 120;

/**
 * Reads a Range field (RFC 9110 14.1.2). One that is malformed, of another unit, or not worth its parts means the whole.
 *
 * Parts that overlap or touch become one.
 *
 * @param value value of the field
 * @param sizeBytes octets of the selected representation, up to 2^53 - 1
 *
 * @example The last five octets of ten, and octets that are not there
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseRange("bytes=-5", 10), [{ start: 5, end: 10 }]);
 * assertEquals(parseRange("bytes=10-", 10), "unsatisfiable");
 * ```
 */
export function parseRange(value: string, sizeBytes: number): RangeVerdict {
  const list = /^bytes=(.*)$/i.exec(value);
  if (list === null) return "whole";
  const ranges: ByteRange[] = [];
  let isAnyGiven = false;
  for (const spec of list[1].split(",")) {
    if (/^[\t ]*$/.test(spec)) continue; // an empty element of a list is allowed (RFC 9110 5.6.1.2)
    isAnyGiven = true;
    const range = parseSpec(spec, sizeBytes);
    if (range === undefined) return "whole";
    if (range.start < range.end) ranges.push(range);
    // An empty file has no part that Content-Range could name, yet the last n octets of it are all of it.
    else if (sizeBytes === 0 && /^[\t ]*-0*[1-9]/.test(spec)) return "whole";
    if (ranges.length > RANGES_MAX) return "whole";
  }
  if (!isAnyGiven) return "whole";
  return ranges.length === 0 ? "unsatisfiable" : worthwhile(coalesced(ranges), sizeBytes);
}

/**
 * One `int-range` or `suffix-range`, with white space round it; an empty one when it lies behind the end, `undefined`
 * when it is malformed.
 */
function parseSpec(spec: string, sizeBytes: number): ByteRange | undefined {
  const match = /^[\t ]*(\d*)-(\d*)[\t ]*$/.exec(spec);
  if (match === null || match[1] === "" && match[2] === "") return undefined;
  if (match[1] === "") return { start: Math.max(0, sizeBytes - Number(match[2])), end: sizeBytes };
  const start = Number(match[1]);
  if (match[2] === "") return { start, end: sizeBytes };
  const last = Number(match[2]);
  return last < start ? undefined : { start, end: Math.min(sizeBytes, last + 1) };
}

/** Joins parts that overlap or touch; a joined part takes the place of its first. */
function coalesced(ranges: readonly ByteRange[]): ByteRange[] {
  const sorted = ranges.map((range, index) => ({ ...range, index })).sort((a, b) => a.start - b.start);
  const joined = [sorted[0]];
  for (const range of sorted.slice(1)) {
    const last = joined[joined.length - 1];
    if (range.start > last.end) joined.push(range);
    else {
      last.end = Math.max(last.end, range.end);
      last.index = Math.min(last.index, range.index);
    }
  }
  return joined.sort((a, b) => a.index - b.index).map(({ start, end }) => ({ start, end }));
}

/** Several parts that come to as much as the whole are answered with the whole. */
function worthwhile(ranges: ByteRange[], sizeBytes: number): RangeVerdict {
  if (ranges.length === 1) return ranges;
  const bytes = ranges.reduce((sum, { start, end }) => sum + end - start + PART_BYTES, 0);
  return bytes < sizeBytes ? ranges : "whole";
}
