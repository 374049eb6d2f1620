/**
 * Preconditions: whether a request that names a version of a file wants another answer than the file.
 *
 * Pure; the order is that of RFC 9110 13.2.2:
 *
 * 1. If-Match, or else If-Unmodified-Since: not that version any more, 412
 * 2. If-None-Match, or else If-Modified-Since: still that version, 304
 * 3. If-Range: another version than the one of which a part is there, so Range does not count
 */
import { FIELD, type HttpRequest } from "../http1/message.ts";
import { parseHttpDate } from "./http_date.ts";

/** What tells one version of a representation from another. */
export interface Validators {
  /** Entity tag with its quotes, and `W/` before it when it is weak. */
  readonly etag: string;
  /** Last modification in milliseconds since 1970; `undefined` where nobody knows it. */
  readonly lastModifiedMs: number | undefined;
}

/** The part of a request that is looked at. */
export type ConditionalRequest = Pick<HttpRequest, "has" | "field">;

/** What the preconditions come to: the status of the answer, or that it is the usual one. */
export type Verdict = "go on" | 304 | 412;

const IF_MATCH = FIELD["if-match"], IF_NONE_MATCH = FIELD["if-none-match"];
const IF_MODIFIED_SINCE = FIELD["if-modified-since"], IF_UNMODIFIED_SINCE = FIELD["if-unmodified-since"];

/** Returns whether a request has a precondition that {@linkcode checkPreconditions} would look at; a few bit tests. */
export function hasPreconditions(request: ConditionalRequest): boolean {
  return request.has(IF_NONE_MATCH) || request.has(IF_MODIFIED_SINCE) || request.has(IF_MATCH) ||
    request.has(IF_UNMODIFIED_SINCE);
}

/**
 * Checks the preconditions of a GET or HEAD whose answer would be 200.
 *
 * @param now tells the time since 1970 in milliseconds; asked where a date is to be read, since most requests have none
 */
export function checkPreconditions(request: ConditionalRequest, current: Validators, now: () => number): Verdict {
  const ifMatch = request.field(IF_MATCH);
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, current.etag, false)) return 412;
  } else if (isModifiedSince(request.field(IF_UNMODIFIED_SINCE), current, now) === true) {
    return 412;
  }
  const ifNoneMatch = request.field(IF_NONE_MATCH);
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, current.etag, true) ? 304 : "go on";
  return isModifiedSince(request.field(IF_MODIFIED_SINCE), current, now) === false ? 304 : "go on";
}

/**
 * Returns whether Range counts, given If-Range (RFC 9110 13.1.5): only for the very tag of a strong validator.
 *
 * A date never counts. It has a resolution of a second and is often that of a build instead of a change, so two
 * contents may share it; and a client that was given an entity tag, as here it always is, must not send one.
 */
export function isRangeWanted(ifRange: string | undefined, etag: string): boolean {
  return ifRange === undefined || ifRange === etag && !etag.startsWith("W/");
}

/** Compares a list of entity tags, or `*`, with the current one (RFC 9110 8.8.3.2). */
function matches(list: string, etag: string, isWeakAllowed: boolean): boolean {
  if (list === etag) return isWeakAllowed || !etag.startsWith("W/");
  if (list === "*") return true;
  const opaque = etag.startsWith("W/") ? etag.slice(2) : etag;
  if (!isWeakAllowed && opaque !== etag) return false;
  // A tag may hold commas, so the list is walked tag by tag; what is no tag ends it.
  const tag = /[\t ,]*(W\/)?("[\x21\x23-\x7e\x80-\xff]*")[\t ]*(?=,|$)/y;
  for (let match = tag.exec(list); match !== null; match = tag.exec(list)) {
    if (match[2] === opaque && (isWeakAllowed || match[1] === undefined)) return true;
  }
  return false;
}

/** `undefined` when there is no date that can be compared. */
function isModifiedSince(value: string | undefined, current: Validators, now: () => number): boolean | undefined {
  if (value === undefined || current.lastModifiedMs === undefined) return undefined;
  const sinceMs = parseHttpDate(value, now());
  return sinceMs === undefined ? undefined : Math.floor(current.lastModifiedMs / 1_000) > sinceMs / 1_000;
}
