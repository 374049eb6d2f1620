/**
 * Accept-Encoding: in which order a client would take the content codings. Pure.
 */

/** A content coding that files may come in; `identity` is none. */
export type Coding = "br" | "zstd" | "gzip" | "identity";

/** In our order: what takes fewer octets first, for clients that have no order of their own. */
export const CODINGS: readonly Coding[] = ["br", "zstd", "gzip", "identity"];

const IDENTITY_ONLY: readonly Coding[] = ["identity"];
/** Few browsers mean few different fields; a client that sends new ones all the time only fills this. */
const REMEMBERED_MAX = 256;
const remembered = new Map<string, readonly Coding[]>();

/**
 * Returns the codings that a client takes, best first (RFC 9110 12.5.3).
 *
 * Without the field it would take any, but one that does not say so seldom can: it gets `identity`.
 *
 * @param acceptEncoding value of the field
 * @returns empty when not even `identity` will do (406)
 */
export function acceptedCodings(acceptEncoding: string | undefined): readonly Coding[] {
  if (acceptEncoding === undefined) return IDENTITY_ONLY;
  let codings = remembered.get(acceptEncoding);
  if (codings === undefined) {
    codings = byQuality(acceptEncoding);
    if (remembered.size >= REMEMBERED_MAX) remembered.clear();
    remembered.set(acceptEncoding, codings);
  }
  return codings;
}

/**
 * A coding, with its weight or without. White space stands before the semicolon only where there is one: two places for
 * the same blanks would be tried in every way, and 15 KB of them held everybody up for a quarter of a second.
 */
const ELEMENT = /^[\t ]*([!#$%&'*+.^_`|~\w-]+)(?:[\t ]*;[\t ]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?[\t ]*$/i;

function byQuality(acceptEncoding: string): Coding[] {
  const qualities = new Map<string, number>();
  for (const element of acceptEncoding.split(",")) {
    const match = ELEMENT.exec(element);
    if (match === null) continue;
    const coding = match[1].toLowerCase();
    qualities.set(coding === "x-gzip" ? "gzip" : coding, match[2] === undefined ? 1 : Number(match[2]));
  }
  const any = qualities.get("*");
  // Without a word about it, identity will do, but only when nothing that was named is there.
  const quality = (coding: Coding) => qualities.get(coding) ?? any ?? (coding === "identity" ? 0.0001 : 0);
  return CODINGS.filter((coding) => quality(coding) > 0).sort((a, b) => quality(b) - quality(a));
}
