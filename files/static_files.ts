/**
 * Answers requests with files. The steps, in order; those with a `#` are methods of `Files`:
 *
 * 1. `#fresh`: an entry that was checked less than a second ago, or is at a glance, answers at once, without a promise. It
 *    is kept under the raw path, where that has nothing to be decoded: what is refused is never kept
 * 2. `targetPath`: else the raw path becomes a path inside of the root, or is refused
 * 3. `#find`: the path is looked for with `locate`: a redirect, a file, a folder's `index.html`, a page without its
 *    `.html`
 * 4. `#load`: the file is checked or read with `EntryLoader.load`; `#shared` does it once for all who ask meanwhile
 * 5. `#missing`: nothing is there: the shell of a single-page site, the root's `404.html`, or a plain 404; `#instead`
 *    goes back to 1 with the file that stands in for what was asked for
 * 6. `#answer`: a translation of the page if the client would rather have it (`#translated`); then `FileAnswers.of`
 *    (coding, preconditions, ranges). `#answerOrReload` goes back to 4 where the file is another one by now
 *
 * What needs no file, a redirect or a refusal, is in `plain_answers.ts`.
 */
import { FIELD, type Handler, type HttpRequest, type HttpResponse } from "../http1/message.ts";
import { EntryLoader, type Given, type Loaded, type NotLoaded } from "./entry_loader.ts";
import { FileAnswers, type MaybeAnswer } from "./file_answers.ts";
import { type FileEntry, memoryEntry, withoutContent } from "./file_entry.ts";
import { type FieldSettings, fieldsOf } from "./file_fields.ts";
import type { FileStore, HandOver } from "./file_store.ts";
import { type CacheFigures, HotCache } from "./hot_cache.ts";
import { chosenTranslation } from "./language.ts";
import { locate, type Located } from "./locate.ts";
import { type AskedBy, keyOf, pathOf, type Role, Roles } from "./roles.ts";
import { PlainAnswers } from "./plain_answers.ts";
import { isRulesFile, NO_RULES, type Redirect, type SiteRules } from "./site_rules.ts";
import { targetPath } from "./target_path.ts";

/** Settings of {@linkcode staticFiles}; each has a default. */
export interface StaticFilesOptions extends FieldSettings {
  /** Coarse monotonic time in milliseconds; the server's clock. */
  readonly nowMs?: () => number;
  /**
   * Octets of all cached answers; 0 for none, so that each answer is read from its file and nothing is compressed.
   * Default 96 MiB: most sites whole, and no surprise on a machine of 512 MB.
   */
  readonly cacheBytesMax?: number;
  /**
   * Files of which something is kept. Default 20,000: what is known of so many takes most of the half of the cache that
   * it may take.
   */
  readonly cacheEntriesMax?: number;
  /**
   * Octets of a file that is read whole and cached. Default 1 MiB: larger ones are few, and gain little; and a quarter of
   * the cache at most, so that what was compressed has room beside it.
   */
  readonly cachedFileBytesMax?: number;
  /** Whether a folder without an index is shown as a page. */
  readonly dirListing?: boolean;
  /** Whether files and folders whose names begin with a dot are there; `.well-known` always is. */
  readonly dotfiles?: boolean;
  /** File that answers when a browser goes to an unknown path, such as `index.html`. */
  readonly single?: string;
}

/** A handler that can also be told which file to answer with, whatever the target says. */
export type FileHandler = (request: HttpRequest, path?: string) => ReturnType<Handler>;

/** A handler of files. */
export interface StaticFiles extends FileHandler {
  /** What its cache has counted so far. */
  cacheFigures(): CacheFigures;
}

/**
 * How long an entry is good without a look at the disk: a second, less a tick of 250 ms by which the clock may be late,
 * and something for the answer's way. To ask for the exact time costs a pipelined request a fifth (W2).
 */
const FRESH_MS = 600;
/** How often a file that changes between two looks at it is loaded anew. */
const LOAD_ATTEMPTS = 4;
/** Values of Accept-Language whose outcome is remembered for each page. */
const LANGUAGES_MAX = 64;
const ACCEPT_ENCODING = FIELD["accept-encoding"], ACCEPT_LANGUAGE = FIELD["accept-language"];
const BUSY: NotLoaded = { kind: "busy" };

/** What is answered when a file that was to stand in for another is gone. */
type OrElse = () => HttpResponse | Promise<HttpResponse>;

/**
 * Makes a handler that answers GET and HEAD with the files of a store.
 *
 * @example A site in memory
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { memoryFiles } from "./memory_files.ts";
 * import { ask } from "../tests/handler_client.ts";
 *
 * const handler = staticFiles(memoryFiles({ "index.html": "<p>Hello</p>" }));
 * const { status, text } = await ask(handler, "/");
 * assertEquals([status, text], [200, "<p>Hello</p>"]);
 * ```
 */
export function staticFiles(store: FileStore, options: StaticFilesOptions = {}): StaticFiles {
  const files = new Files(store, options);
  const handler = (request: HttpRequest, path?: string) => files.handle(request, path);
  return Object.assign(handler, { cacheFigures: () => files.cacheFigures });
}

class Files {
  readonly #store: FileStore;
  readonly #options: StaticFilesOptions;
  readonly #rules: SiteRules;
  readonly #nowMs: () => number;
  readonly #plain: PlainAnswers;
  readonly #cache: HotCache<FileEntry>;
  readonly #loader: EntryLoader;
  readonly #answers: FileAnswers;
  readonly #roles: Roles;
  /** For each page and each value of Accept-Language the translation, `null` for the page itself. */
  readonly #translations: WeakMap<FileEntry, Map<string, Role | null>> = new WeakMap();
  /** Looks under way, so that a thousand who ask for the same path cost one. */
  readonly #pending: Map<string, Promise<Loaded | Located>> = new Map();
  #hits = 0;
  #misses = 0;

  constructor(store: FileStore, options: StaticFilesOptions) {
    const { nowMs = () => performance.now(), cacheBytesMax = 100_663_296, cacheEntriesMax = 20_000 } = options;
    const cachedFileBytesMax = Math.min(options.cachedFileBytesMax ?? 1_048_576, Math.floor(cacheBytesMax / 4));
    this.#store = store;
    this.#options = options;
    this.#rules = options.rules ?? NO_RULES;
    this.#nowMs = nowMs;
    const fieldsOfSite = fieldsOf(options);
    this.#plain = new PlainAnswers(fieldsOfSite);
    this.#cache = new HotCache({ cacheBytesMax, cacheEntriesMax, withoutContent });
    this.#loader = new EntryLoader(store, {
      contentBytesMax: cachedFileBytesMax,
      hasRoom: (contentBytes) => this.#cache.hasRoom(contentBytes),
    });
    this.#answers = new FileAnswers({ store, cache: this.#cache, contentBytesMax: cachedFileBytesMax });
    this.#roles = new Roles(this.#rules, fieldsOfSite, options.single !== undefined);
  }

  handle(request: HttpRequest, rawPath: string = request.path): HttpResponse | Promise<HttpResponse> {
    const entry = rawPath.includes("%") ? undefined : this.#fresh(rawPath);
    return entry === undefined ? this.#look(request, rawPath) : this.#answer(request, rawPath, entry);
  }

  #look(request: HttpRequest, rawPath: string): HttpResponse | Promise<HttpResponse> {
    const path = targetPath(rawPath, this.#options.dotfiles);
    if (path === 400) return this.#plain.refusal(400, "", "The path is malformed");
    if (path === 404) return this.#instead(request, this.#roles.notFound("404.html"));
    if (isRulesFile(path)) return this.#instead(request, this.#roles.notFound(path));
    const key = keyOf(path, rawPath), entry = key === rawPath ? undefined : this.#fresh(key);
    return entry === undefined ? this.#find(request, key) : this.#answer(request, key, entry);
  }

  /**
   * The entry of a key, if it was checked less than a second ago or a glance shows that it is right.
   *
   * @param path where the file of a role lies; by default where the key says
   */
  #fresh(key: string, path?: string): FileEntry | undefined {
    const entry = this.#cache.get(key);
    if (entry === undefined) return undefined;
    const nowMs = this.#nowMs();
    if (nowMs - entry.checkedAtMs >= FRESH_MS && !this.#isStill(entry, path ?? pathOf(key), nowMs)) return undefined;
    this.#hits++;
    return entry;
  }

  #isStill(entry: FileEntry, path: string, nowMs: number): boolean {
    // Where a path leads by a detour (a page without its `.html`), what lies on the way has to be looked at too.
    const isDirect = entry.path === path || entry.path === `${path}index.html`;
    return isDirect && this.#loader.isStill(entry, nowMs);
  }

  get cacheFigures(): CacheFigures {
    const { bytes, evictions } = this.#cache;
    return { bytes, hits: this.#hits, misses: this.#misses, evictions };
  }

  // --- from a path to an entry -------------------------------------------------------------------------------------

  async #find(request: HttpRequest, key: string): Promise<HttpResponse> {
    const path = pathOf(key);
    this.#misses++;
    const found = await this.#shared(key, async () => {
      const located = await locate(this.#store, path, this.#rules, this.#options.dirListing);
      if (located.kind !== "file") {
        this.#cache.delete(key);
        return located;
      }
      const isForCompression = request.has(ACCEPT_ENCODING);
      return await this.#load(this.#roles.file(key, located.path), { seen: located.info, isForCompression });
    });
    switch (found.kind) {
      case "entry":
        return await this.#answer(request, key, found.entry);
      case "redirect":
        return await this.#redirected(request, path, found.redirect);
      case "slash":
        return this.#plain.redirectToFolder(request, path);
      case "listing":
        return await this.#listing(request, path);
      case "forbidden":
        return this.#plain.refusal(403, path);
      case "busy":
        return this.#plain.busy(path);
      default:
        return await this.#missing(request, path);
    }
  }

  /** Runs a look, once for all who ask for the same meanwhile. */
  async #shared(key: string, look: () => Promise<Loaded | Located>): Promise<Loaded | Located> {
    let pending = this.#pending.get(key);
    if (pending === undefined) {
      pending = look().catch((error) => {
        if (error instanceof Deno.errors.Busy) return BUSY;
        throw error;
      }).finally(() => this.#pending.delete(key));
      this.#pending.set(key, pending);
    }
    return await pending;
  }

  async #load(role: Role, given: Given): Promise<Loaded> {
    const checkedAtMs = this.#nowMs();
    const known = this.#cache.get(role.key);
    const loaded = await this.#loader.load(role, known, checkedAtMs, given);
    if (loaded.kind !== "entry") this.#cache.delete(role.key);
    else if (loaded.entry !== known) this.#cache.set(role.key, loaded.entry);
    return loaded;
  }

  // --- from an entry to an answer ----------------------------------------------------------------------------------

  /** Answers with an entry; one that turns out to be no longer right is loaded anew. */
  #answer(request: HttpRequest, askedBy: AskedBy, entry: FileEntry): HttpResponse | Promise<HttpResponse> {
    if (request.has(ACCEPT_LANGUAGE) && entry.translations.length > 0) {
      const translated = this.#translated(request, askedBy, entry);
      if (translated !== undefined) return translated;
    }
    return this.#answerInOwnLanguage(request, askedBy, entry);
  }

  /** Answers with an entry as it is, whatever other languages there are. */
  #answerInOwnLanguage(request: HttpRequest, askedBy: AskedBy, entry: FileEntry): HttpResponse | Promise<HttpResponse> {
    const answer = this.#answers.of(request, typeof askedBy === "string" ? askedBy : askedBy.key, entry);
    return answer instanceof Promise ? this.#answerOrReload(request, askedBy, entry, answer) : answer;
  }

  /** Waits for an answer; without one the file is loaded anew, since it is another one by now. */
  async #answerOrReload(
    request: HttpRequest,
    askedBy: AskedBy,
    entry: FileEntry,
    first: MaybeAnswer,
  ): Promise<HttpResponse> {
    const again = typeof askedBy === "string" ? this.#roles.file(askedBy, entry.path) : askedBy;
    const handOver: HandOver = { path: again.path, file: undefined };
    try {
      let answer = await first;
      for (let attempt = 0; answer === undefined && attempt < LOAD_ATTEMPTS; attempt++) {
        handOver.file?.close();
        handOver.file = undefined;
        const loaded = await this.#load(again, { handOver, isForCompression: request.has(ACCEPT_ENCODING) });
        if (loaded.kind === "busy") break;
        if (loaded.kind === "forbidden") return this.#plain.refusal(403, again.askedPath);
        if (loaded.kind !== "entry") return await this.#missing(request, again.askedPath);
        answer = await this.#answers.of(request, again.key, loaded.entry, handOver);
      }
      return answer ?? this.#plain.busy(again.askedPath);
    } catch (error) {
      if (error instanceof Deno.errors.Busy) return this.#plain.busy(again.askedPath);
      throw error;
    } finally {
      handOver.file?.close();
    }
  }

  /** Answers with another language of a page; `undefined` when the page itself is the right one. */
  #translated(request: HttpRequest, askedBy: AskedBy, entry: FileEntry): ReturnType<Handler> | undefined {
    const acceptLanguage = request.field(ACCEPT_LANGUAGE)!;
    let chosen = this.#translations.get(entry);
    if (chosen === undefined || chosen.size > LANGUAGES_MAX) this.#translations.set(entry, chosen = new Map());
    let translated = chosen.get(acceptLanguage);
    if (translated === undefined) {
      const index = chosenTranslation(acceptLanguage, entry.ownLanguage, entry.translations);
      translated = index < 0 ? null : this.#roles.translation(askedBy, entry, entry.translations[index]);
      chosen.set(acceptLanguage, translated);
    }
    if (translated === null) return undefined;
    // One that was deleted a moment ago leaves the page itself.
    return this.#instead(request, translated, () => this.#answerInOwnLanguage(request, askedBy, entry));
  }

  // --- answers that stand in for others ----------------------------------------------------------------------------

  /** Answers with a file that nobody asked for by its name. */
  #instead(request: HttpRequest, role: Role, orElse?: OrElse): HttpResponse | Promise<HttpResponse> {
    const entry = this.#fresh(role.key, role.path);
    return entry === undefined ? this.#insteadLater(request, role, orElse) : this.#answer(request, role, entry);
  }

  async #insteadLater(request: HttpRequest, role: Role, orElse?: OrElse): Promise<HttpResponse> {
    this.#misses++;
    const given = { isForCompression: request.has(ACCEPT_ENCODING) };
    const loaded = await this.#shared(role.key, () => this.#load(role, given));
    if (loaded.kind === "entry") return await this.#answer(request, role, loaded.entry);
    if (loaded.kind === "busy") return this.#plain.busy(role.askedPath);
    if (orElse !== undefined) return await orElse();
    if (role.status !== 404) return await this.#instead(request, this.#roles.notFound(role.askedPath));
    // That there is no such page is kept as long as a page would be.
    const fields = role.fields([]);
    const entry = await memoryEntry(404, "404 Not Found\n", { ...fields, "Content-Type": "text/plain; charset=utf-8" });
    entry.checkedAtMs = this.#nowMs();
    this.#cache.set(role.key, entry);
    return await this.#answer(request, role, entry);
  }

  /** Nothing is there: a browser on its way through a single-page site gets the shell, everybody else 404. */
  #missing(request: HttpRequest, path: string): HttpResponse | Promise<HttpResponse> {
    const { single } = this.#options;
    // A path without a dot names no file, such as a script that is missing.
    const isShell = single !== undefined && !path.slice(path.lastIndexOf("/") + 1).includes(".") &&
      request.field(FIELD.accept)?.includes("text/html");
    return this.#instead(request, isShell ? this.#roles.shell(single, path) : this.#roles.notFound(path));
  }

  async #redirected(request: HttpRequest, path: string, { status, location }: Redirect): Promise<HttpResponse> {
    if (status !== 200) return this.#plain.redirect(request, path, status, location);
    const target = targetPath(location, this.#options.dotfiles);
    if (typeof target === "number" || isRulesFile(target)) return await this.#missing(request, path);
    const file = target === "" || target.endsWith("/") ? `${target}index.html` : target;
    return await this.#instead(request, this.#roles.rewritten(file, path));
  }

  async #listing(request: HttpRequest, path: string): Promise<HttpResponse> {
    try {
      const wanted = { query: request.query, accept: request.field(FIELD.accept), dotfiles: this.#options.dotfiles };
      const { listedFolder } = await import("./listed_folder.ts");
      const listed = await listedFolder(this.#store, path, wanted);
      if (listed === undefined) return this.#plain.refusal(403, path);
      const { isJson, text } = listed;
      const role = this.#roles.listing(path, isJson);
      const entry = await memoryEntry(200, text, role.fields(["Accept"]));
      return (await this.#answers.of(request, role.key, entry))!;
    } catch (error) {
      if (error instanceof Deno.errors.Busy) return this.#plain.busy(path);
      throw error;
    }
  }
}
