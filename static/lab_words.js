/** The words of the lab that are not in its page, in both languages. */

const EN = {
  modes: {
    concurrent: ["concurrent", "Each connection has a handler that nobody awaits. A sleeper holds nobody up."],
    sequential: ["sequential", "The loop awaits each handler: one visitor at a time. Everybody else waits."],
    blocking: ["blocking", "Handlers are not awaited, but /sleep holds the thread. Everybody waits all the same."],
  },
  kinds: { sleep: "sleep", page: "page" },
  running: "Running…",
  noLab: "This server runs without its lab, so its own view will be missing. With it: deno task lab",
  noMode: "The server does not say. Is it still there?",
  threeServers: "Each mode has a server of its own; all were asked at the same moment.",
  lost: (count) => `${count} of the server’s events were lost.`,
  failed: "A request has failed: is the server still there?",
  stopped: "The server has stopped. When it runs again, come back to this page.",
  took: ({ sleeps, ms, total }) => `${sleeps} ${sleeps === 1 ? "sleep" : "sleeps"} of ${ms} took ${total}`,
  pageTook: ({ pages, page }) => pages === 1 ? `the page in between took ${page}` : `a page in between took ${page}`,
  inMode: (ms, mode) => `${ms} (${mode})`,
  pageHere: (page, mode) => `${mode}; a page in between: ${page}`,
  inTurn: (sum) => `One after the other they take ${sum}.`,
  atOnce: (count) =>
    count === 1
      ? "On the server never more than one slept at a time."
      : `On the server up to ${count} slept at the same time.`,
  thread: "On the server the thread slept for each of them in turn, and did nothing else meanwhile.",
  held: (ms) => `The browser itself held back requests for up to ${ms}: it opens six connections to a server.`,
  stream: "One of the six carries the server’s events.",
  tiles: { total: "all sleeps", page: "a page in between (median)", times: "as fast as one after the other" },
  chart: "Chart of the run. The same numbers are in the table below it.",
  notRun: "not run yet",
  run: ({ sleeps, ms, pages }) => `${sleeps} × ${ms}, ${pages} ${pages === 1 ? "page" : "pages"}`,
  here: "runs now",
};

const FR = {
  modes: {
    concurrent: [
      "concurrent",
      "Chaque connexion a un gestionnaire que personne n’attend. Un dormeur ne retient personne.",
    ],
    sequential: [
      "séquentiel",
      "La boucle attend chaque gestionnaire : un visiteur à la fois. Tous les autres patientent.",
    ],
    blocking: [
      "bloquant",
      "Les gestionnaires ne sont pas attendus, mais /sleep occupe le fil : tout le monde patiente.",
    ],
  },
  kinds: { sleep: "sieste", page: "page" },
  running: "En cours…",
  noLab: "Ce serveur tourne sans son laboratoire : son propre point de vue manquera. Pour l’avoir : deno task lab",
  noMode: "Le serveur ne le dit pas. Est-il encore là ?",
  threeServers: "Chaque mode a son propre serveur ; tous ont été interrogés au même moment.",
  lost: (count) => `${count} événements du serveur ont été perdus.`,
  failed: "Une requête a échoué : le serveur est-il encore là ?",
  stopped: "Le serveur s’est arrêté. Quand il tournera de nouveau, revenez à cette page.",
  took: ({ sleeps, ms, total }) =>
    `${sleeps} ${sleeps === 1 ? "sieste" : "siestes"} de ${ms} ${sleeps === 1 ? "a" : "ont"} pris ${total}`,
  pageTook: ({ pages, page }) =>
    pages === 1 ? `la page demandée entre-temps a pris ${page}` : `une page demandée entre-temps a pris ${page}`,
  inMode: (ms, mode) => `${ms} (${mode})`,
  pageHere: (page, mode) => `${mode} ; une page entre-temps : ${page}`,
  inTurn: (sum) => `L’une après l’autre, elles prennent ${sum}.`,
  atOnce: (count) =>
    count === 1 ? "Sur le serveur, jamais plus d’une à la fois." : `Sur le serveur, jusqu’à ${count} en même temps.`,
  thread: "Sur le serveur, le fil a dormi pour chacune à son tour, sans rien faire d’autre entre-temps.",
  held: (ms) =>
    `Le navigateur lui-même a retenu des requêtes jusqu’à ${ms} : il n’ouvre que six connexions vers un serveur.`,
  stream: "L’une des six porte les événements du serveur.",
  tiles: {
    total: "toutes les siestes",
    page: "une page entre-temps (médiane)",
    times: "plus vite que l’une après l’autre",
  },
  chart: "Graphique de l’essai. Les mêmes nombres sont dans le tableau en dessous.",
  notRun: "pas encore essayé",
  run: ({ sleeps, ms, pages }) => `${sleeps} × ${ms}, ${pages} ${pages === 1 ? "page" : "pages"}`,
  here: "en ce moment",
};

/** The words of a language. */
export function wordsOf(language) {
  return language === "fr" ? FR : EN;
}

/** Writes a time with three digits or less: 2.1 ms, 412 ms, 1.02 s. */
export function timeText(ms, language) {
  if (Number.isNaN(ms)) return "–";
  const number = (value, digits) =>
    value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  if (ms < 9.95) return `${number(ms, 1)} ms`;
  if (ms < 999.5) return `${number(ms, 0)} ms`;
  return `${number(ms / 1000, ms < 9995 ? 2 : 1)} s`;
}

/** Writes how many times as fast something is. */
export function timesText(times, language) {
  if (!Number.isFinite(times) || times <= 0) return "–";
  return `${times.toLocaleString(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 })} ×`;
}

/** Writes a time on an axis: 0, 200 ms, 1.5 s. */
export function axisText(ms, language) {
  if (ms === 0) return "0";
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toLocaleString(language)} s`;
}
