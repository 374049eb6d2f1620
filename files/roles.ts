/**
 * Roles: as what a file answers. As itself, as the page for what is missing, as the shell of an app, as a translation: a
 * role says for which path, with which fields, and under which key the answer is kept. `locate.ts` asks the disk what is
 * there; a role is given to what it found, and asks nobody.
 *
 * A file that was asked for by its path is kept under that path. One that stands in for others (a shell, the page for
 * what is missing, a translation) is kept once, whatever was asked for, so that unknown paths do not fill the cache.
 */
import type { Fields, FileEntry } from "./file_entry.ts";
import type { Subject } from "./file_fields.ts";
import type { Translation } from "./language.ts";
import type { Wanted } from "./prepare_entry.ts";
import type { SiteRules } from "./site_rules.ts";

/** A file, and as what it answers. */
export interface Role extends Wanted {
  /** Key in the cache. */
  readonly key: string;
  /** Path that was asked for. */
  readonly askedPath: string;
  /** Whether it stands for whatever was asked for, and so is never kept without being asked for again. */
  readonly isStandIn: boolean;
}

/** What led to a file: a role, or the key of the path that was asked for, so that a hit needs no role to be made. */
export type AskedBy = string | Role;

/**
 * The key of a file that is asked for by its path: the raw path of those who encode nothing, and then that very string,
 * which a map finds without comparing texts.
 */
export function keyOf(path: string, rawPath?: string): string {
  const key = `/${path}`;
  return key === rawPath ? rawPath : key;
}

/** The path whose key it is. */
export function pathOf(key: string): string {
  return key.slice(1);
}

interface StandIn {
  readonly path: string;
  readonly askedPath: string;
  readonly status?: 200 | 404;
  readonly vary?: readonly string[];
  readonly translation?: Translation;
  readonly isStandIn?: boolean;
}

/** Gives files their roles. */
export class Roles {
  readonly #rules: SiteRules;
  readonly #fieldsOf: (subject: Subject) => Fields;
  /** What decides between the shell of a single-page site and 404. */
  readonly #missingVary: readonly string[];

  /** `isSingle` says whether unknown paths of an app get its shell. */
  constructor(rules: SiteRules, fieldsOf: (subject: Subject) => Fields, isSingle: boolean) {
    this.#rules = rules;
    this.#fieldsOf = fieldsOf;
    this.#missingVary = isSingle ? ["Accept"] : [];
  }

  /** A file that was found at the path of a key. */
  file(key: string, path: string): Role {
    const askedPath = pathOf(key);
    const fields = (vary: readonly string[]) => this.#fieldsOf({ askedPath, filePath: path, isStandIn: false, vary });
    return { key, askedPath, path, status: 200, fields, isStandIn: false, isTranslatable: true };
  }

  /** The page for what is missing. */
  notFound(askedPath: string): Role {
    return this.#standIn({ path: "404.html", askedPath, status: 404, vary: this.#missingVary });
  }

  /** The shell of a single-page site. */
  shell(path: string, askedPath: string): Role {
    return this.#standIn({ path, askedPath, vary: this.#missingVary });
  }

  /** A file that a rule of the site puts in the role of a path. */
  rewritten(path: string, askedPath: string): Role {
    return this.#standIn({ path, askedPath });
  }

  /**
   * A translation of a page.
   *
   * @param askedBy what led to the page
   */
  translation(askedBy: AskedBy, page: FileEntry, translation: Translation): Role {
    const { askedPath, isStandIn } = typeof askedBy === "string"
      ? { askedPath: pathOf(askedBy), isStandIn: false }
      : askedBy;
    const path = page.path.slice(0, page.path.lastIndexOf("/") + 1) + translation.name;
    // The page may itself have been chosen by Accept, as a shell is.
    const isByAccept = page.identity.fields["Vary"]?.split(/, */).includes("Accept");
    const vary = ["Accept-Language", ...(isByAccept ? ["Accept"] : [])];
    return this.#standIn({ path, askedPath, status: page.status, vary, translation, isStandIn });
  }

  /** A folder, shown as a page or as JSON. */
  listing(askedPath: string, isJson: boolean): Role {
    const path = `${askedPath}listing.${isJson ? "json" : "html"}`;
    const fields = (vary: readonly string[]) => this.#fieldsOf({ askedPath, filePath: path, isStandIn: true, vary });
    return { key: "\0", askedPath, path, status: 200, fields, isStandIn: true, isTranslatable: false };
  }

  #standIn({ path, askedPath, status = 200, vary: always = [], translation, isStandIn = true }: StandIn): Role {
    const language = translation?.language;
    const location = translation === undefined ? undefined : `/${path.split("/").map(encodeURIComponent).join("/")}`;
    const fields = (vary: readonly string[]) =>
      this.#fieldsOf({ askedPath, filePath: path, isStandIn, vary: [...vary, ...always], language, location });
    const rules = this.#rules.headersKey(`/${askedPath}`);
    // No path has a NUL, so that no path is one of these keys. How long a translation may be kept depends on its page.
    const key = ["\0", status, path, rules, language, isStandIn ? "" : askedPath].join("\0");
    return { key, askedPath, path, status, fields, isStandIn, isTranslatable: translation === undefined };
  }
}
