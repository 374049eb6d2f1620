/**
 * Turns the raw path of a request-target into a path inside the served folder, or refuses it.
 *
 * It decodes once, looks at what came out, and touches no disk. Whatever it lets through has plain segments only, so
 * that joining it to a folder cannot lead out of it; symbolic links are the store's business.
 */

/** Why a path is refused: 400 for one that is malformed, 404 for one that can name nothing here. */
export type PathRefusal = 400 | 404;

/** Longest path that is looked up, in characters; file systems stop at 4,096 octets. */
const PATH_LENGTH_MAX = 4_096;
/** Longest name of a file, in characters; file systems stop at 255 octets or characters. */
const NAME_LENGTH_MAX = 255;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The paths of nearly all requests: nothing to decode, no segment that begins or ends with a dot, none empty. */
const PLAIN = /^(?:\/[\w~!$&'()+,;=@-]+(?:\.+[\w~!$&'()+,;=@-]+)*)*\/?$/;

/**
 * Maps a raw path to a relative one with `/` between segments; a folder's path ends with `/`, the root's is empty.
 *
 * @param rawPath path of the target as it came, percent-encoded, beginning with `/`
 * @param areDotfilesShown whether names that begin with a dot are let through
 * @returns the path, or the status of the refusal
 *
 * @example A path that is decoded, and two that are refused
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(targetPath("/a%20b/"), "a b/");
 * assertEquals(targetPath("/%2e%2e/secret"), 404);
 * assertEquals(targetPath("/a%2fb"), 400);
 * ```
 */
export function targetPath(rawPath: string, areDotfilesShown = false): string | PathRefusal {
  if (rawPath.length > PATH_LENGTH_MAX) return 404;
  if (PLAIN.test(rawPath)) return rawPath.slice(1);
  if (rawPath.charCodeAt(0) !== 0x2f) return 404;
  const path = percentDecoded(rawPath);
  if (path === undefined) return 400;
  const segments = path.slice(1).split("/");
  // `/.well-known/` is there for others to find it (RFC 8615 3); in a folder below it is a hidden one.
  // The last one is empty in the path of a folder.
  const names = segments.at(-1) === "" ? segments.slice(0, -1) : segments;
  return names.every((name, index) => isName(name, areDotfilesShown || index === 0 && name === ".well-known"))
    ? segments.join("/")
    : 404;
}

/** Decodes `%HH` to octets and those as UTF-8; `undefined` when either is malformed or a separator was encoded. */
function percentDecoded(rawPath: string): string | undefined {
  if (!rawPath.includes("%")) return rawPath;
  if (/%(?![0-9A-Fa-f]{2})|%2f|%5c|%00/i.test(rawPath)) return undefined;
  const octets = new Uint8Array(rawPath.length);
  let length = 0;
  for (let i = 0; i < rawPath.length; i++) {
    const isEncoded = rawPath[i] === "%";
    octets[length++] = isEncoded ? parseInt(rawPath.slice(i + 1, i + 3), 16) : rawPath.charCodeAt(i);
    if (isEncoded) i += 2;
  }
  try {
    return utf8.decode(octets.subarray(0, length));
  } catch {
    return undefined;
  }
}

/**
 * Returns whether a segment can be a file's name here: not hidden, not `..`, and nothing that a Windows file system would
 * read in another way (trailing dots and spaces, colons, backslashes).
 */
function isName(segment: string, isHiddenShown: boolean): boolean {
  if (segment === "" || segment.includes("\\") || /\p{Cc}/u.test(segment)) return false;
  if (!isHiddenShown && segment.startsWith(".")) return false;
  if (segment.endsWith(".") || segment.length > NAME_LENGTH_MAX) return false;
  return Deno.build.os !== "windows" || !/[:*?"<>|]|[ ]$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(segment);
}
