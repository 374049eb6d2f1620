/** Mutants of `files/` that change nothing that can be told from outside; see `equivalent_mutants.ts`. */
import type { Equivalent } from "./mutants.ts";

/** All that are known. */
export const EQUIVALENT_IN_FILES: readonly Equivalent[] = [
  {
    file: "files/compression.ts",
    at: [
      "const AT_ONCE_BYTES_MAX = 32_768;",
      "const isShort = content.length <= AT_ONCE_BYTES_MAX;",
    ],
    changes: ["`32_768` to `32769`", "`content.length <= AT_ONCE_BYTES_MAX`: `<=` to `<`"],
    reason: "at its bound content comes out the same, at once or by way of the thread",
  },
  {
    file: "files/compression_thread.ts",
    at: ["const IDLE_MS = 10_000;"],
    reason: "a millisecond of ten seconds",
  },
  {
    file: "files/digest.ts",
    at: [
      "const LOADED_AFTER = 64;",
      "let count = 0;",
      'if (++count === LOADED_AFTER) import("node:crypto").then((loaded) => node = loaded);',
    ],
    changes: ["`64` to `65`", "`0` to `1`", "`++count === LOADED_AFTER`: `===` to `!==`"],
    reason: "node:crypto is loaded sooner or later; a digest is the same",
  },
  {
    file: "files/dir_listing.ts",
    at: [
      "collator.compare(a.name, b.name) || (a.name < b.name ? -1 : 1);",
      "const sign = isDescending ? -1 : 1;",
      "return [...listed].sort((a, b) => Number(b.isFolder) - Number(a.isFolder) || sign * compare(a, b));",
    ],
    changes: ["`a.name < b.name`: `<` to `<=`", "`1` to `2`", "`sign * compare(a, b)`: `*` to `/`"],
    reason: "no two names of a folder are the same; of a comparison only the sign counts",
  },
  {
    file: "files/dir_listing.ts",
    at: ["const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));"],
    changes: ["`bytes < 1`: `<` to `<=`", "`1` to `2`"],
    reason: "of 1 octet the power is 0 either way",
  },
  {
    file: "files/disk_pace.ts",
    at: ["if (this.#slowness > 0) this.#slowness--;"],
    changes: ["`this.#slowness > 0`: `>` to `>=`"],
    reason: "it stops at -1, and six slow answers more than that are too many all the same",
  },
  {
    file: "files/entry_loader.ts",
    at: [
      "const GLANCE_AGE_MS_MAX = 300_000;",
      "if (nowMs - entry.checkedAtMs > GLANCE_AGE_MS_MAX || !this.#isSourceStill(identity.source)) return false;",
    ],
    changes: ["`300_000` to `300001`", "`nowMs - entry.checkedAtMs > GLANCE_AGE_MS_MAX`: `>` to `>=`"],
    reason: "a millisecond of five minutes",
  },
  {
    file: "files/entry_loader.ts",
    at: ["const start = new Uint8Array(1_024);"],
    reason: "an octet more of a page's beginning is read",
  },
  {
    file: "files/file_answers.ts",
    at: ["return undefined;"],
    reason: "it is the end of its function",
  },
  {
    file: "files/file_fields.ts",
    at: ["return undefined;"],
    reason: "it is the end of its function",
  },
  {
    file: "files/disk_files.ts",
    at: [
      "const OPEN_ATTEMPTS = 10, OPEN_PAUSE_MS = 100;",
      "const LIST_WIDTH = 8;",
    ],
    changes: ["`100` to `101`", "`8` to `9`"],
    reason: "a millisecond, or one look more at a time",
  },
  {
    file: "files/disk_file.ts",
    at: ["this.inode = stat.ino ?? 0;"],
    changes: ["`0` to `1`"],
    reason: "any number will do for all files of a system that numbers none",
  },
  {
    file: "files/disk_file.ts",
    at: ["#isMoved = false;", "if (offset === 0 && !this.#isMoved) return;"],
    changes: ["`false` to `true`", "`return;` to `;`"],
    reason: "the system is asked to move to where the handle stands already",
  },
  {
    file: "files/disk_file.ts",
    at: ["return undefined; // embedded in a compiled program, see `statOf`"],
    reason: "it is the end of its function",
  },
  {
    file: "files/disk_files.ts",
    at: ["#glancedAtMs = -Infinity;"],
    reason: "as long as it stands there no file was glanced at, and a path is none of those",
  },
  {
    file: "files/disk_files.ts",
    at: ["return path.length > 1 && path.endsWith(SEPARATOR) ? path.slice(0, -1) : path;"],
    changes: ["`path.length > 1`: `>` to `>=`"],
    reason: "a full path begins with the root and a separator, which are two characters at least",
  },
  {
    file: "files/disk_files.ts",
    at: ["return undefined;"],
    reason: "it is the end of its function",
  },
  {
    file: "files/file_entry.ts",
    at: [
      'const info = { sizeBytes: content.length, mtimeMs: 0, changedMs: 0, links: 1, version: "" };',
      '{ path: "", info, isSettled: true, digest, language: undefined, content },',
      "checkedAtMs: 0,",
    ],
    changes: ["`0` to `1`", "`1` to `2`", "`true` to `false`"],
    reason: "of a text in no file nobody asks when it changed; its time is set by whoever keeps it",
  },
  {
    file: "files/partial_content.ts",
    at: ["return undefined;"],
    reason: "it is the end of its function",
  },
  {
    file: "files/hot_cache.ts",
    at: ["export const ENTRY_BYTES = 3_072;", "#epoch = 0;"],
    changes: ["`3_072` to `3073`", "`0` to `1`"],
    reason: "an octet of an estimate; epochs are compared with each other only",
  },
  {
    file: "files/hot_cache.ts",
    at: ["if (!hasRoom && ++this.#questions % COMPARED_EVERY !== 0) return false;"],
    changes: ["`++this.#questions`: `++` to `--`"],
    reason: "every eighth number is divided by eight without a remainder, below 0 as well",
  },
  {
    file: "files/static_files.ts",
    at: [
      "const LANGUAGES_MAX = 64;",
      "if (chosen === undefined || chosen.size > LANGUAGES_MAX) this.#translations.set(entry, chosen = new Map());",
    ],
    changes: [
      "`64` to `65`",
      "`chosen.size > LANGUAGES_MAX`: `>` to `>=`",
      "`chosen.size > LANGUAGES_MAX`: `>` to `<=`",
    ],
    reason: "what is not remembered is found out again, and one value more or less has room",
  },
  {
    file: "files/static_files.ts",
    at: [
      "const { nowMs = () => performance.now(), cacheBytesMax = 100_663_296, cacheEntriesMax = 20_000 } = options;",
    ],
    changes: ["`100_663_296` to `100663297`"],
    reason: "an octet of 96 MiB",
  },
  {
    file: "files/static_files.ts",
    at: ["if (request.has(ACCEPT_LANGUAGE) && entry.translations.length > 0) {"],
    changes: [
      "`request.has(ACCEPT_LANGUAGE) && entry.translations.length...`: `&&` to `||`",
      "`entry.translations.length > 0`: `>` to `>=`",
    ],
    reason: "without translations, and without a wish, the page itself is chosen after more work",
  },
  {
    file: "files/steady_read.ts",
    at: ["const WRITE_BYTES_PER_MS = 100_000;", "const PATIENCE_MS = 1_000;", "if (nowMs >= endMs) return undefined;"],
    changes: ["`100_000` to `100001`", "`1_000` to `1001`", "`nowMs >= endMs`: `>=` to `>`"],
    reason: "a millisecond of patience, or less",
  },
  {
    file: "files/target_path.ts",
    at: ['const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });'],
    changes: ["`true` to `false`"],
    reason: "a path begins with a slash, so that no mark of an order of octets does",
  },
  {
    file: "files/target_path.ts",
    at: [
      'return Deno.build.os !== "windows" || !/[:*?"<>|]|[ ]$|^(?:con|prn|aux|nul|com\\d|lpt\\d)(?:\\.|$)/i.test(segment);',
    ],
    changes: [
      '`!/[:*?"<>|]|[ ]$|^(?:con|prn|aux|nul|com\\d|lpt\\d)(?:\\.|$)...` to ' +
      '`(/[:*?"<>|]|[ ]$|^(?:con|prn|aux|nul|com\\d|lpt\\d)(?:\\.|$)/i.test(segment))`',
    ],
    reason: "names of Windows are told on Windows only",
  },
  {
    file: "files/target_path.ts",
    at: ["return undefined;"],
    reason: "it is the end of its function",
  },
  {
    file: "files/site_rules.ts",
    at: ["return undefined;"],
    reason: "it is the end of its function",
  },
  {
    file: "files/http_date.ts",
    at: ["const date = new Date(Date.UTC(2000, monthIndex, Number(day), hour, minute, Math.min(second, 59)));"],
    changes: ["`2000` to `2001`"],
    reason: "year, month and day are set again",
  },
  {
    file: "files/language.ts",
    at: ['const start = new TextDecoder("latin1").decode(page.subarray(0, 1_024));'],
    changes: ["`1_024` to `1025`"],
    reason: "an octet more of a page's beginning is read",
  },
  {
    file: "files/language.ts",
    at: ["return chosen === undefined || chosen === own ? -1 : languages.indexOf(chosen);"],
    changes: ["`chosen === undefined || chosen === own`: `||` to `&&`"],
    reason: "neither is among the translations",
  },
  {
    file: "files/http_date.ts",
    at: ["if (match !== null) return timeOf(match[6], match[1], match[2], match.slice(3, 6));"],
    changes: ["`6` to `7`"],
    reason: "of the time only three parts are looked at",
  },
  {
    file: "files/language.ts",
    at: ["for (const translations of found.values()) translations.sort((a, b) => a.language < b.language ? -1 : 1);"],
    changes: ["`a.language < b.language`: `<` to `<=`", "`1` to `2`"],
    reason: "no two translations of a page have the same language; of a comparison only the sign counts",
  },
];
