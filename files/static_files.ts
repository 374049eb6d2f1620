/**
 * Answers requests with files. The steps, in order; the functions below are these steps:
 *
 * 1. `targetPath`: the raw path becomes a path inside of the root, or is refused
 * 2. `HotCache.get`: an answer that was checked less than a second ago goes out at once, without a promise
 * 3. `#find`: else the file is opened (`index.html` for a folder), once for all who ask at the same time; one handle
 *    gives length, version and octets
 * 4. an entry of the cache whose version is still that of the file is used on
 * 5. a small file is read whole and kept; a large one is streamed from its handle
 * 6. nothing there: the root's `404.html`, or a plain one
 */
import { contentType } from "@std/media-types/content-type";
import { delay } from "@std/async/delay";
import { extname } from "@std/path/extname";
import type { FileSlice, Handler, HttpRequest, HttpResponse } from "../http1/message.ts";
import { plainResponse, prepareResponse } from "../http1/response_writer.ts";
import type { FileStore, Found, OpenFile } from "./file_store.ts";
import { type FileEntry, HotCache } from "./hot_cache.ts";
import { targetPath } from "./target_path.ts";

/** Settings of {@linkcode staticFiles}; each has a default. */
export interface StaticFilesOptions {
  /** Coarse monotonic time in milliseconds; the server's clock. */
  readonly nowMs?: () => number;
  /** Octets of all cached answers. Default 96 MiB: most sites whole, and no surprise on a machine of 512 MB. */
  readonly cacheBytesMax?: number;
  /** Cached answers. Default 10,000. */
  readonly cacheEntriesMax?: number;
  /** Octets of a file that is read whole and cached. Default 1 MiB: larger ones are few, and gain little. */
  readonly cachedFileBytesMax?: number;
}

/** A handler that can also be told which file to answer with, whatever the target says. */
export type StaticFiles = (request: HttpRequest, path?: string) => ReturnType<Handler>;

/** How long an answer is good without a look at the disk: a second, less one tick by which the clock may be late. */
const FRESH_MS = 700;
/** A file changed in the last two seconds may change again without its version showing it (coarse file systems). */
const SETTLED_MS = 2_000;
/** How often a file that changes while it is read is read anew, and the pause before. */
const READ_ATTEMPTS = 8;
const READ_PAUSE_MS = 25;
/** Key of the answer for what is not there; no path has a NUL. */
const NOT_FOUND_KEY = "404\x00";

/** Makes a handler that answers with the files of a store. */
export function staticFiles(store: FileStore, options: StaticFilesOptions = {}): StaticFiles {
  const files = new Files(store, options);
  return (request, path) => files.answer(request, path);
}

class Files {
  readonly #store: FileStore;
  readonly #nowMs: () => number;
  readonly #cachedFileBytesMax: number;
  readonly #cache: HotCache;
  /** Look-ups under way, so that a thousand who ask for the same file cost one. */
  readonly #pending: Map<string, Promise<Outcome>> = new Map();

  constructor(store: FileStore, options: StaticFilesOptions) {
    const { nowMs = () => performance.now(), cachedFileBytesMax = 1_048_576 } = options;
    const { cacheBytesMax = 100_663_296, cacheEntriesMax = 10_000 } = options;
    this.#store = store;
    this.#nowMs = nowMs;
    this.#cachedFileBytesMax = cachedFileBytesMax;
    this.#cache = new HotCache({ cacheBytesMax, cacheEntriesMax });
  }

  answer(request: HttpRequest, asked: string = request.path): HttpResponse | Promise<HttpResponse> {
    const path = targetPath(asked);
    if (path === 400) return plainResponse(400, "The path is malformed");
    if (path === 404) return this.#notFound();
    return this.#cached(path) ?? this.#answerLater(request, path);
  }

  #cached(key: string): HttpResponse | undefined {
    const entry = this.#cache.get(key);
    return entry !== undefined && this.#nowMs() - entry.checkedAtMs < FRESH_MS ? entry.ok : undefined;
  }

  async #answerLater(request: HttpRequest, path: string): Promise<HttpResponse> {
    const file = path === "" || path.endsWith("/") ? `${path}index.html` : path;
    const { found, isMine } = await this.#shared(path, file, 200);
    switch (found.kind) {
      case "entry":
        return found.entry.ok;
      case "large":
        // A handle serves one answer; whoever waited with its owner opens the file anew.
        return isMine ? streamed(file, found.file) : this.#answerLater(request, path);
      case "folder":
        return redirectToFolder(request);
      case "forbidden":
        return plainResponse(403);
      case "busy":
        return plainResponse(503, "", { "Retry-After": "1" });
      case "absent":
        return this.#notFound();
    }
  }

  #notFound(): HttpResponse | Promise<HttpResponse> {
    return this.#cached(NOT_FOUND_KEY) ?? this.#notFoundLater();
  }

  async #notFoundLater(): Promise<HttpResponse> {
    const { found, isMine } = await this.#shared(NOT_FOUND_KEY, "404.html", 404);
    if (found.kind === "entry") return found.entry.ok;
    if (found.kind === "large" && isMine) found.file.close();
    const ok = plainResponse(404);
    // That there is no such page is kept as long as a page would be; its version is that of no file.
    const checkedAtMs = this.#nowMs();
    this.#cache.set(NOT_FOUND_KEY, { path: "404.html", version: "", isSettled: false, ok, checkedAtMs });
    return ok;
  }

  /** Finds a file, once for all who ask for it meanwhile; what has to be closed belongs to the one whose it is. */
  async #shared(key: string, path: string, status: number): Promise<{ found: Outcome; isMine: boolean }> {
    const pending = this.#pending.get(key);
    if (pending !== undefined) return { found: await pending, isMine: false };
    const own = this.#find(key, path, status);
    this.#pending.set(key, own);
    try {
      return { found: await own, isMine: true };
    } finally {
      this.#pending.delete(key);
    }
  }

  async #find(key: string, path: string, status: number): Promise<Outcome> {
    for (let attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
      if (attempt > 0) await delay(READ_PAUSE_MS);
      const checkedAtMs = this.#nowMs();
      const found = await openedOrBusy(this.#store, path);
      if (found.kind !== "file") {
        this.#cache.delete(key);
        return found;
      }
      const { file } = found;
      const known = this.#cache.get(key);
      if (known !== undefined && known.isSettled && known.version === file.info.version) {
        file.close();
        known.checkedAtMs = checkedAtMs;
        return { kind: "entry", entry: known };
      }
      if (file.info.sizeBytes > this.#cachedFileBytesMax) {
        this.#cache.delete(key);
        return { kind: "large", file };
      }
      const isSettled = Date.now() - file.info.mtimeMs > SETTLED_MS;
      const content = await readWhole(file);
      if (content === undefined) continue;
      const ok = prepareResponse(status, { fields: fieldsOf(path), content });
      const entry = { path, version: file.info.version, isSettled, ok, checkedAtMs };
      this.#cache.set(key, entry);
      return { kind: "entry", entry };
    }
    return { kind: "busy" };
  }
}

/** What a look-up gave. */
type Outcome =
  | { readonly kind: "entry"; readonly entry: FileEntry }
  | { readonly kind: "large"; readonly file: OpenFile }
  /** It may be there, but cannot be read now: no descriptor is left, or it does not stop changing. */
  | { readonly kind: "busy" }
  | Exclude<Found, { readonly kind: "file" }>;

async function openedOrBusy(store: FileStore, path: string): Promise<Found | { kind: "busy" }> {
  try {
    return await store.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.Busy) return { kind: "busy" };
    throw error;
  }
}

/** Reads and closes a file; `undefined` when it changed meanwhile. */
async function readWhole(file: OpenFile): Promise<Uint8Array | undefined> {
  try {
    const content = new Uint8Array(file.info.sizeBytes);
    let length = 0;
    while (length < content.length) {
      const count = await file.read(content.subarray(length));
      if (count === 0) return undefined;
      length += count;
    }
    return (await file.currentInfo()).version === file.info.version ? content : undefined;
  } finally {
    file.close();
  }
}

function streamed(path: string, file: OpenFile): HttpResponse {
  let remaining = file.info.sizeBytes;
  const content: FileSlice = {
    get remaining() {
      return remaining;
    },
    async read(into) {
      const count = await file.read(into);
      remaining -= count;
      return count;
    },
    async isUnchanged() {
      return (await file.currentInfo()).version === file.info.version;
    },
    close: () => file.close(),
  };
  return prepareResponse(200, { fields: fieldsOf(path), content });
}

function fieldsOf(path: string): Record<string, string> {
  const type = contentType(extname(path)) ?? "application/octet-stream";
  return { "Content-Type": type, "X-Content-Type-Options": "nosniff" };
}

/** A folder's relative links need the slash; a relative reference cannot lead to another host. */
function redirectToFolder(request: HttpRequest): HttpResponse {
  const name = request.path.slice(request.path.lastIndexOf("/") + 1);
  const query = request.query === "" ? "" : `?${request.query}`;
  return prepareResponse(301, { fields: { "Location": `./${name}/${query}` } });
}
