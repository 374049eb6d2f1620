/**
 * The media type of a file, told by its name.
 *
 * Those of most sites stand here; all others are in the data base of `@std/media-types`, whose 200 KB are loaded with
 * the first file of such a type, and not at every start: 5 to 15 ms, 2 MB.
 */
import { extname } from "@std/path/posix/extname";

/** Some of what `contentType` says; a test compares. */
export const USUAL_TYPES: ReadonlyMap<string, string> = new Map(Object.entries({
  ".avif": "image/avif",
  ".bin": "application/octet-stream",
  ".css": "text/css; charset=utf-8",
  ".gif": "image/gif",
  ".htm": "text/html; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/vnd.microsoft.icon",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".mp4": "video/mp4",
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json; charset=utf-8",
  ".webp": "image/webp",
  ".woff": "font/woff",
  ".woff2": "font/woff2",
  ".xml": "application/xml",
  ".zip": "application/zip",
}));
const UNKNOWN = "application/octet-stream";

let contentType: ((extension: string) => string | undefined) | undefined;

/** Loads what {@linkcode mediaType} needs to know of a name; nothing if it knows it already. */
export function loadMediaType(path: string): Promise<void> | undefined {
  const extension = extname(path);
  if (contentType !== undefined || extension === "" || USUAL_TYPES.has(extension)) return undefined;
  return import("@std/media-types/content-type").then((loaded) => void (contentType = loaded.contentType));
}

/**
 * The media type that a file's name tells; text is UTF-8.
 *
 * @throws {Error} for a type that was not loaded with {@linkcode loadMediaType}
 */
export function mediaType(path: string): string {
  const extension = extname(path), usual = extension === "" ? UNKNOWN : USUAL_TYPES.get(extension);
  if (usual !== undefined) return usual;
  if (contentType === undefined) throw new Error(`Bug: the media type of "${path}" was not loaded`);
  return contentType(extension)?.replace("charset=UTF-8", "charset=utf-8") ?? UNKNOWN;
}
