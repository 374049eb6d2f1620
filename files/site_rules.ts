/**
 * `_headers` and `_redirects`: fields and redirects that a site brings along, in the syntax that Netlify and Cloudflare
 * Pages share. Pure; what is understood of it is in docs/files.md, and what is not is told with its line number.
 */
import { fieldProblem } from "../http1/response.ts";
import type { FileStore } from "./file_store.ts";
import { readWhole } from "./steady_read.ts";

/** What the two files of a site say. */
export interface SiteRules {
  /** Fields for a path, which begins with `/` and is decoded. */
  headers(path: string): HeaderChanges;
  /** A name for what {@linkcode headers} returns: the same for all paths for which that is the same. */
  headersKey(path: string): string;
  /** Where a path leads, and whether even when there is a file. */
  redirect(path: string): Redirect | undefined;
}

/** Changes of the fields of an answer. */
export interface HeaderChanges {
  /** Fields that are sent, whatever {@linkcode unset} says. */
  readonly set: readonly (readonly [name: string, value: string])[];
  /** Names of fields of the server that are not sent. */
  readonly unset: readonly string[];
}

/** Where a path leads. */
export interface Redirect {
  /** 200 answers with another file, the others send the client there. */
  readonly status: 200 | 301 | 302 | 303 | 307 | 308;
  /** Path with its `/`, percent-encoded, or an absolute URL. */
  readonly location: string;
  /** Whether it counts even where there is a file. */
  readonly isForced: boolean;
}

/** Rules, and what was not understood of them. */
export interface ParsedRules {
  /** The rules that were understood. */
  readonly rules: SiteRules;
  /** Sentences for whoever runs the server, such as `_headers:3: ...`. */
  readonly warnings: readonly string[];
}

const NO_CHANGES: HeaderChanges = { set: [], unset: [] };

/** Rules of a site that brings none. */
export const NO_RULES: SiteRules = { headers: () => NO_CHANGES, headersKey: () => "", redirect: () => undefined };

/** More rules than a site that is written by hand has; every miss walks all of them. */
const RULES_MAX = 2_000;
const RULES_BYTES_MAX = 1_048_576;

/**
 * Reads the two files of a site, once: whoever changes them starts the server anew.
 *
 * @throws when one of them is there and cannot be read
 */
export async function readSiteRules(store: FileStore): Promise<ParsedRules> {
  return parseSiteRules(await textOf(store, "_headers"), await textOf(store, "_redirects"));
}

/**
 * Reads a text of a store; empty when it is not there.
 *
 * @throws when it cannot be read
 */
export async function textOf(store: FileStore, path: string): Promise<string> {
  const found = await store.open(path);
  if (found.kind === "absent" || found.kind === "folder") return "";
  if (found.kind === "forbidden") throw new Error(`Cannot read "${path}": permission denied`);
  try {
    if (found.file.info.sizeBytes > RULES_BYTES_MAX) throw new Error(`Cannot read "${path}": it is longer than 1 MiB`);
    const content = await readWhole(found.file, found.file.info);
    if (content === undefined) throw new Error(`Cannot read "${path}": it changed meanwhile`);
    return new TextDecoder().decode(content);
  } finally {
    found.file.close();
  }
}

/** Reads the text of both files; empty for one that is not there. */
export function parseSiteRules(headersText: string, redirectsText: string): ParsedRules {
  const warnings: string[] = [];
  const headers = parseHeaders(headersText, (line, text) => warnings.push(`_headers:${line}: ${text}`));
  const redirects = parseRedirects(redirectsText, (line, text) => warnings.push(`_redirects:${line}: ${text}`));
  const rules: SiteRules = {
    headers: (path) => joined(headers.filter(({ pattern }) => pattern.test(path)).flatMap(({ changes }) => changes)),
    headersKey: (path) => headers.flatMap(({ pattern }, index) => pattern.test(path) ? index : []).join(),
    redirect: (path) => {
      for (const rule of redirects) {
        const match = rule.pattern.exec(path);
        if (match !== null) return { ...rule, location: filledIn(rule.to, match.groups ?? {}) };
      }
      return undefined;
    },
  };
  return { rules, warnings };
}

/** Returns whether a path is that of one of the two files, which are never served; some file systems ignore case. */
export function isRulesFile(path: string): boolean {
  return /^_(?:headers|redirects)$/i.test(path);
}

type Warn = (line: number, text: string) => void;

/** A field that is sent; or, without a value, one that is not. */
interface HeaderChange {
  readonly name: string;
  readonly value: string | undefined;
}

interface HeaderRule {
  readonly pattern: RegExp;
  readonly changes: HeaderChange[];
}

/** Follows changes in their order: what is taken away is what was there until then. */
function joined(changes: readonly HeaderChange[]): HeaderChanges {
  let set: [string, string][] = [];
  const unset: string[] = [];
  for (const { name, value } of changes) {
    if (value !== undefined) {
      set.push([name, value]);
      continue;
    }
    set = set.filter(([other]) => other.toLowerCase() !== name.toLowerCase());
    unset.push(name);
  }
  return { set, unset };
}

function parseHeaders(text: string, warn: Warn): HeaderRule[] {
  const rules: HeaderRule[] = [];
  // What follows a path that was not understood belongs to it, and is left out with it.
  let rule: HeaderRule | undefined;
  for (const { line, content, isIndented } of linesOf(text)) {
    if (!isIndented) {
      const pattern = patternOf(content);
      if (typeof pattern === "string") warn(line, pattern);
      else if (rules.length >= RULES_MAX) return warn(line, `more than ${RULES_MAX} rules`), rules;
      rule = { pattern: typeof pattern === "string" ? /$^/ : pattern, changes: [] };
      if (typeof pattern !== "string") rules.push(rule);
      continue;
    }
    const detached = /^!\s+(\S+)$/.exec(content);
    const field = /^([^\s:]+):\s*(.*)$/.exec(content);
    const problem = rule === undefined
      ? "a field before the first path"
      : detached !== null
      ? fieldProblem(detached[1], "") ?? stayingProblem(detached[1])
      : field === null
      ? "neither a path nor `Name: value`"
      : fieldProblem(field[1], field[2]);
    if (problem !== undefined) warn(line, problem);
    else if (detached !== null) rule!.changes.push({ name: detached[1], value: undefined });
    else rule!.changes.push({ name: field![1], value: field![2] });
  }
  return rules;
}

function stayingProblem(name: string): string | undefined {
  return /^vary$/i.test(name) ? '"Vary" has to stay: without it caches mix answers up' : undefined;
}

interface RedirectRule {
  readonly pattern: RegExp;
  readonly to: string;
  readonly status: Redirect["status"];
  readonly isForced: boolean;
}

function parseRedirects(text: string, warn: Warn): RedirectRule[] {
  const rules: RedirectRule[] = [];
  for (const { line, content } of linesOf(text)) {
    const [from, to, code = "302", ...rest] = content.replace(/\s#.*$/, "").split(/\s+/).filter((word) => word !== "");
    const status = /^(200|30[12378])(!?)$/.exec(code);
    const pattern = patternOf(from);
    const problem = typeof pattern === "string"
      ? pattern
      : to === undefined
      ? "no place to go to"
      : rest.length > 0 || status === null
      ? `"${status === null ? code : rest[0]}" is not understood: a status is 200, 301, 302, 303, 307 or 308`
      : targetProblem(to, status[1] === "200", pattern);
    if (problem !== undefined) warn(line, problem);
    else if (rules.length >= RULES_MAX) return warn(line, `more than ${RULES_MAX} rules`), rules;
    else {
      const code = Number(status![1]) as Redirect["status"];
      rules.push({ pattern: pattern as RegExp, to, status: code, isForced: status![2] === "!" });
    }
  }
  return rules;
}

function targetProblem(to: string, isRewrite: boolean, pattern: RegExp): string | undefined {
  if (!/^(?:\/(?![/\\])|https?:\/\/[^/:?#]+(?::\d+)?(?:[/?#]|$))[\x21-\x7e]*$/.test(to)) {
    return `"${to}" is neither a path nor an http URL`;
  }
  if (isRewrite && !/^\/[^?#]*$/.test(to)) return `"${to}" is not a path, which 200 needs`;
  const known = new Set([...pattern.source.matchAll(/\(\?<(\w+)>/g)].map((match) => match[1]));
  const unknown = [...placeholders(to)].find((name) => !known.has(name));
  return unknown === undefined ? undefined : `":${unknown}" is not in the path`;
}

function placeholders(to: string): string[] {
  return [...to.matchAll(/:([A-Za-z]\w*)/g)].map((match) => match[1]);
}

/** Turns a path with `*` and `:name` into an expression; or says what is wrong with it. */
function patternOf(path: string): RegExp | string {
  if (!/^\/[^?#]*$/.test(path)) return `"${path}" is not a path that begins with "/"`;
  if (path.split("*").length > 2) return `"${path}" has more than one "*"`;
  const names = new Set<string>();
  let decoded: string;
  try {
    decoded = decodeURI(path);
  } catch {
    return `"${path}" is not percent-encoded UTF-8`;
  }
  const source = decoded.split("/").map((segment) => {
    const name = /^:([A-Za-z]\w*)$/.exec(segment)?.[1];
    if (name === undefined) {
      return segment.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace("*", "(?<splat>.*)");
    }
    if (names.has(name) || name === "splat") return undefined;
    names.add(name);
    return `(?<${name}>[^/]+)`;
  });
  return source.includes(undefined) ? `"${path}" names a part twice` : new RegExp(`^${source.join("/")}$`, "us");
}

/** Fills in what a path matched, encoded anew, so that it can end neither the path nor the field. */
function filledIn(to: string, groups: Readonly<Record<string, string>>): string {
  const filled = to.replace(/:([A-Za-z]\w*)/g, (all, name: string) => {
    const value = groups[name];
    return value === undefined ? all : value.split("/").map(encodeURIComponent).join("/");
  });
  // An empty part, or one that begins with a slash, must not make the path another host's.
  return filled.startsWith("/") ? filled.replace(/^\/[/\\]*/, "/") : filled;
}

function* linesOf(text: string): Generator<{ line: number; content: string; isIndented: boolean }> {
  let line = 0;
  for (const raw of text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/)) {
    line++;
    const content = raw.trim();
    if (content !== "" && !content.startsWith("#")) yield { line, content, isIndented: /^[\t ]/.test(raw) };
  }
}
