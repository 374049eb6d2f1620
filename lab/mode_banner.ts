/** Says on a page that the server does not run as it should: nobody is to take a lesson's problem for the server. Pure. */

const TEXTS = {
  en: {
    sequential: "Mode: sequential. One visitor at a time; everybody else waits.",
    blocking: "Mode: blocking. A sleeper holds the thread; everybody else waits.",
    meanwhile: 'Meanwhile <a href="/">everybody else</a> has to wait.',
  },
  fr: {
    sequential: "Mode : séquentiel. Un visiteur à la fois ; tous les autres attendent.",
    blocking: "Mode : bloquant. Un dormeur occupe le fil d’exécution ; tous les autres attendent.",
    meanwhile: 'Pendant ce temps, <a href="/">tous les autres</a> doivent attendre.',
  },
} as const;

/** Modes that have a banner. */
export type BannerMode = "sequential" | "blocking";

/**
 * Returns a page with the banner of a mode as the first thing in its body, in the page's language, and without the
 * contrary where it says what becomes of the others.
 */
export function withBanner(page: string, mode: BannerMode): string {
  const texts = TEXTS[/<html[^>]*\slang="fr"/.test(page) ? "fr" : "en"];
  return page
    .replace(/<body[^>]*>/, (body) => `${body}\n    <aside class="mode">${texts[mode]}</aside>`)
    .replace(/(<span class="meanwhile">).*?(<\/span>)/s, (_, start, end) => `${start}${texts.meanwhile}${end}`);
}
