/** The lab's page: runs what is asked for, on one server or on one of each mode, and shows what came out. */
import { chartOf, element, numbersOf } from "./lab_chart.js";
import { summaryOf } from "./lab_run.js";
import { LabServer } from "./lab_server.js";
import { timesText, timeText, wordsOf } from "./lab_words.js";

const language = document.documentElement.lang, words = wordsOf(language);
const time = (ms) => timeText(ms, language);
const byId = (id) => document.getElementById(id);
const KEPT = "siesta-lab";
const MODES = ["concurrent", "sequential", "blocking"];

/** The server of this page, and after it those of its other modes, where there are any. */
const servers = [new LabServer("", onChange)];
const [own] = servers;
let adopting = Promise.resolve();

// --- a run -----------------------------------------------------------------------------------------------------------

/** Asks all servers who they are; one that is not there shows when it is asked for more. */
async function greet() {
  await own.greet().catch(() => {});
  const origins = own.ports.map((port) => `${location.protocol}//${location.hostname}:${port}`);
  if (origins.join() !== servers.slice(1).map(({ origin }) => origin).join()) {
    const others = origins.map((origin) => new LabServer(origin, () => {}));
    for (const gone of servers.splice(1, Infinity, ...others)) gone.leave();
  }
  await Promise.all(servers.slice(1).map((server) => server.greet().catch(() => {})));
}

async function run(asked) {
  await greet();
  await adopting;
  performance.clearResourceTimings();
  performance.setResourceTimingBufferSize(1_000);
  await Promise.all(servers.map((server) => server.ask("/?lab=first"))); // the page is in each server's memory then
  const startMs = performance.now();
  const runs = await Promise.all(servers.map((server) => server.run(asked, startMs)));
  return runs.sort((a, b) => MODES.indexOf(a.mode) - MODES.indexOf(b.mode));
}

// --- what came out ---------------------------------------------------------------------------------------------------

function say(text) {
  byId("words").textContent = text;
}

function show(asked, runs) {
  byId("picture").replaceChildren(...chartOf(runs, words, language));
  byId("picture").setAttribute("aria-label", words.chart);
  for (const body of [...byId("numbers").tBodies]) body.remove();
  byId("numbers").append(...numbersOf(runs, words, language));
  byId("chart").hidden = false;
  const summaries = runs.map((run) => ({ ...run, ...summaryOf(run.rows) }));
  if (runs.length === 1) tellOne(asked, summaries[0]);
  else tellAll(asked, summaries);
  for (const summary of summaries) keep(asked, summary);
  compare();
}

const tile = (value, name) => element("div", {}, element("dt", {}, name), element("dd", {}, value));

function tellOne(asked, { mode, isInTurn, isWatched, lostCount, sleepsMs, pageMs, heldMs, atOnce }) {
  const parts = [];
  if (asked.sleeps > 0) parts.push(words.took({ sleeps: asked.sleeps, ms: time(asked.ms), total: time(sleepsMs) }));
  if (asked.pages > 0) parts.push(words.pageTook({ pages: asked.pages, page: time(pageMs) }));
  const rest = [];
  if (asked.sleeps > 1) rest.push(words.inTurn(time(asked.sleeps * asked.ms)));
  if (asked.sleeps > 1 && atOnce > 0) rest.push(mode === "blocking" ? words.thread : words.atOnce(atOnce));
  if (heldMs > 20) rest.push(words.held(time(heldMs)));
  if (heldMs > 20 && isWatched && !isInTurn) rest.push(words.stream);
  if (lostCount > 0) rest.push(words.lost(lostCount));
  say(sentence(parts));
  byId("more").textContent = rest.join(" ");
  byId("tiles").replaceChildren(
    tile(time(asked.sleeps > 0 ? sleepsMs : NaN), words.tiles.total),
    tile(time(pageMs), words.tiles.page),
    tile(timesText(asked.sleeps * asked.ms / sleepsMs, language), words.tiles.times),
  );
}

function tellAll(asked, summaries) {
  const named = summaries.map((summary) => ({ ...summary, name: words.modes[summary.mode]?.[0] ?? "–" }));
  const { sleeps, pages } = asked;
  const totals = (figure) => named.map((it) => words.inMode(time(figure(it)), it.name)).join(", ");
  const took = sleeps > 0
    ? words.took({ sleeps, ms: time(asked.ms), total: totals(({ sleepsMs }) => sleepsMs) })
    : words.pageTook({ pages, page: totals(({ pageMs }) => pageMs) });
  say(sentence(sleeps + pages > 0 ? [took] : []));
  byId("more").textContent = words.threeServers;
  byId("tiles").replaceChildren(
    ...named.map(({ name, sleepsMs, pageMs }) =>
      tile(time(sleeps > 0 ? sleepsMs : NaN), pages > 0 ? words.pageHere(time(pageMs), name) : name)
    ),
  );
}

function sentence(parts) {
  const text = parts.join(language === "fr" ? " ; " : "; ");
  return text === "" ? "" : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Takes away what another server has shown. */
function clear() {
  byId("chart").hidden = true;
  byId("tiles").replaceChildren();
  byId("more").textContent = "";
  say("");
}

// --- the three modes, one after the other ----------------------------------------------------------------------------

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "{}");
  } catch {
    return {};
  }
}

function compare() {
  const runs = kept();
  const longestMs = Math.max(1, ...Object.values(runs).map(({ sleepsMs }) => sleepsMs));
  for (const row of byId("modes").rows) {
    const { mode } = row.dataset, ran = runs[mode], isHere = servers.some((server) => server.mode === mode);
    const [, , run, total, page] = row.cells;
    row.classList.toggle("now", isHere);
    row.querySelector(".here").textContent = isHere ? words.here : "";
    run.textContent = ran === undefined ? words.notRun : words.run({ ...ran, ms: time(ran.ms) });
    page.textContent = ran === undefined ? "–" : time(ran.pageMs ?? NaN);
    total.textContent = ran === undefined ? "–" : time(ran.sleepsMs);
    if (ran === undefined) continue;
    const length = element("span", { className: "length" });
    length.style.width = `${100 * ran.sleepsMs / longestMs}%`;
    total.append(length);
  }
}

function keep(asked, { mode, sleepsMs, pageMs }) {
  if (mode === undefined) return;
  try {
    localStorage.setItem(KEPT, JSON.stringify({ ...kept(), [mode]: { ...asked, sleepsMs, pageMs } }));
  } catch {
    // A browser may keep nothing; then there is nothing to compare.
  }
}

// --- the page --------------------------------------------------------------------------------------------------------

function showMode() {
  const [name, meaning] = own.mode === undefined ? ["–", words.noMode] : words.modes[own.mode];
  byId("mode-name").textContent = name;
  byId("mode-meaning").textContent = own.mode === undefined || own.isWatched ? meaning : `${meaning} ${words.noLab}`;
  Object.assign(document.documentElement.dataset, { mode: own.mode ?? "none", watched: own.isWatched });
}

/** The server of the page has stopped, or is another one: what is shown is not of this one. */
function onChange() {
  if (document.documentElement.dataset.ready === undefined) return;
  showMode();
  compare();
  clear();
  if (own.mode === undefined) say(words.stopped);
  else adopting = adoptBanner().catch(() => {});
}

/** Shows above the page what this server has to say of its mode. */
async function adoptBanner() {
  const response = await fetch(location.pathname, { cache: "no-store" });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  document.querySelector("aside.mode")?.remove();
  document.body.prepend(...page.querySelectorAll("aside.mode"));
}

async function onRun(event) {
  event.preventDefault();
  const asked = Object.fromEntries(["sleeps", "ms", "pages"].map((name) => [name, Number(byId(name).value)]));
  const button = byId("run");
  button.disabled = true;
  say(words.running);
  byId("result").setAttribute("aria-busy", "true");
  try {
    show(asked, await run(asked));
  } catch {
    clear();
    say(words.failed);
  }
  byId("result").setAttribute("aria-busy", "false");
  button.disabled = false;
  button.focus({ preventScroll: true });
}

/** Who comes back to the page may have started the server anew meanwhile, in another mode. */
async function onReturn() {
  if (byId("run").disabled) return;
  if (document.visibilityState === "visible") await greet();
  else for (const server of servers) server.leave();
}

byId("form").addEventListener("submit", onRun);
globalThis.addEventListener("focus", onReturn);
document.addEventListener("visibilitychange", onReturn);
await greet();
showMode();
compare();
byId("run").disabled = false;
document.documentElement.dataset.ready = "true";
