/**
 * Pages in several languages: `hello.fr.html` beside `hello.html` is the same page in French. Pure.
 */
import { acceptsLanguages } from "@std/http/negotiation";

/** A page in another language. */
export interface Translation {
  /** Language tag as it stands in the file's name. */
  readonly language: string;
  /** Name of the file. */
  readonly name: string;
}

/**
 * A name of two dots before `html`, whose middle is a language of two letters, with or without a script and a region.
 * Longer ones are left alone: there are languages named `min`, `old` and `bak`.
 */
const TRANSLATED = /^(.+)\.([a-z]{2}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?)\.html$/i;

/** Finds the translations of all pages of a folder, by the name of the page. */
export function translationsOf(names: readonly string[]): Map<string, Translation[]> {
  const found = new Map<string, Translation[]>();
  for (const name of names) {
    const match = TRANSLATED.exec(name);
    if (match === null) continue;
    const page = `${match[1]}.html`;
    found.set(page, [...found.get(page) ?? [], { language: match[2], name }]);
  }
  for (const translations of found.values()) translations.sort((a, b) => a.language < b.language ? -1 : 1);
  return found;
}

/** Returns the language that a page says it is in, in the `lang` of its `html` element; `undefined` when it does not. */
export function languageOf(page: Uint8Array): string | undefined {
  const start = new TextDecoder("latin1").decode(page.subarray(0, 1_024));
  return /<html(?:\s[^>]*?)?\slang\s*=\s*["']?([a-z]{2,8}(?:-[a-z\d]{1,8})*)/i.exec(start)?.[1];
}

/**
 * Chooses among a page and its translations.
 *
 * @param acceptLanguage value of the field
 * @param own the page's own language; when it is not known, a translation has to be the first choice to be chosen
 * @returns index of the translation, or -1 for the page itself
 */
export function chosenTranslation(
  acceptLanguage: string,
  own: string | undefined,
  translations: readonly Translation[],
): number {
  const request = { headers: new Headers({ "accept-language": acceptLanguage }) };
  const languages = translations.map(({ language }) => language);
  if (own !== undefined) {
    const chosen = acceptsLanguages(request, own, ...languages);
    return chosen === undefined || chosen === own ? -1 : languages.indexOf(chosen);
  }
  const first = acceptsLanguages(request)[0];
  const chosen = first === undefined || first === "*" ? undefined : acceptsLanguages(
    { headers: new Headers({ "accept-language": first }) },
    ...languages,
  );
  return chosen === undefined ? -1 : languages.indexOf(chosen);
}
