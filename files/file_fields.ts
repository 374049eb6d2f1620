/**
 * The fields that every answer of a file has: its type, how long it may be kept, and what the site's owner adds. Pure.
 */
import { globToRegExp } from "@std/path/posix/glob-to-regexp";
import type { Fields } from "./file_entry.ts";
import { mediaType } from "./media_type.ts";
import { NO_RULES, type SiteRules } from "./site_rules.ts";

/** What the owner of a site decides. */
export interface FieldSettings {
  /** Seconds for which an answer may be used without asking again; by default it is asked for every time. */
  readonly maxAgeSeconds?: number;
  /** Globs of files that never change under their name; one without a slash is about names in any folder. */
  readonly immutable?: readonly string[];
  /** Further fields, which take the place of ours of the same name. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Origin whose pages may read the answers (the Fetch Standard's CORS protocol), `*` for all. */
  readonly corsOrigin?: string;
  /** What the `_headers` of the site says. */
  readonly rules?: SiteRules;
}

/** What an answer is about. */
export interface Subject {
  /** Path that was asked for, relative to the root. */
  readonly askedPath: string;
  /** Path of the file in the store; its name tells the media type. */
  readonly filePath: string;
  /** Whether the answer stands for others that were asked for: a shell, a page for what is missing. */
  readonly isStandIn: boolean;
  /** Names of request fields that the answer depends on. */
  readonly vary: readonly string[];
  /** Language of a page that was chosen among several. */
  readonly language?: string;
  /** Where a chosen page lies by itself, relative to what was asked for. */
  readonly location?: string;
}

/** Keep it, and ask before it is used again (RFC 9111 5.2.2.4). */
export const REVALIDATE = "no-cache";
const IMMUTABLE = "public, max-age=31536000, immutable";
/** What a script of another origin may see besides the few fields that are always safe. */
const EXPOSED = "Accept-Ranges, Content-Encoding, Content-Length, Content-Range, ETag";

/** Makes the function that tells the fields of answers. */
export function fieldsOf(settings: FieldSettings): (subject: Subject) => Fields {
  const { maxAgeSeconds, immutable = [], headers = [], corsOrigin, rules = NO_RULES } = settings;
  const globs = immutable.map((glob) => ({
    isName: !glob.includes("/"),
    pattern: globToRegExp(glob.replace(/^\//, "")),
  }));
  const usual = maxAgeSeconds === undefined ? REVALIDATE : `max-age=${maxAgeSeconds}`;
  const cors: Fields = corsOrigin === undefined
    ? {}
    : { "Access-Control-Allow-Origin": corsOrigin, "Access-Control-Expose-Headers": EXPOSED };
  const isImmutable = (path: string) =>
    globs.some(({ isName, pattern }) => pattern.test(isName ? path.slice(path.lastIndexOf("/") + 1) : path));

  return ({ askedPath, filePath, isStandIn, vary, language, location }) => {
    const fields: Record<string, string> = {
      "Content-Type": mediaType(filePath),
      "X-Content-Type-Options": "nosniff",
      "Cache-Control": isStandIn ? REVALIDATE : isImmutable(askedPath) ? IMMUTABLE : usual,
      ...(language === undefined ? {} : { "Content-Language": language }),
      ...(location === undefined ? {} : { "Content-Location": location }),
      ...(vary.length === 0 ? {} : { "Vary": vary.join(", ") }),
      ...cors,
    };
    replace(fields, headers);
    const { set, unset } = rules.headers(`/${askedPath}`);
    for (const name of unset) remove(fields, name);
    replace(fields, set);
    return fields;
  };
}

/** Puts fields in the place of those of the same name; several of one name are one list, and Vary only grows. */
function replace(fields: Record<string, string>, own: readonly (readonly [string, string])[]): void {
  const lists = new Map<string, string>();
  for (const [name, value] of own) {
    const key = name.toLowerCase();
    lists.set(key, lists.has(key) ? `${lists.get(key)}, ${value}` : value);
  }
  for (const [name, value] of lists) {
    const vary = name === "vary" ? remove(fields, name) : undefined;
    const spelled = remove(fields, name) ?? { name: own.find((field) => field[0].toLowerCase() === name)![0] };
    fields[spelled.name] = vary === undefined ? value : `${vary.value}, ${value}`;
  }
}

function remove(fields: Record<string, string>, name: string): { name: string; value: string } | undefined {
  for (const [other, value] of Object.entries(fields)) {
    if (other.toLowerCase() !== name.toLowerCase()) continue;
    delete fields[other];
    return { name: other, value };
  }
  return undefined;
}

/** Fields of an answer that are not about its content. */
export function bareFields(fields: Fields): Fields {
  const about =
    /^(?:content-(?:type|language|location|encoding)|cache-control|etag|last-modified|accept-ranges|vary)$/i;
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !about.test(name)));
}
