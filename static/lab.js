/** The lab's page: fires the requests of a run, hears the server's events, and draws both on one axis. */
import { axisStep, browserView, planOf, rowsOf, ServerLog, summaryOf } from "./lab_run.js";
import { axisText, timesText, timeText, wordsOf } from "./lab_words.js";

const language = document.documentElement.lang, words = wordsOf(language);
const time = (ms) => timeText(ms, language);
const byId = (id) => document.getElementById(id);
const ONE_DIGIT = { minimumFractionDigits: 1, maximumFractionDigits: 1, useGrouping: false };
const KEPT = "siesta-lab";
/** How long the server's last events are waited for. */
const EVENTS_MS = 3_000;

/** The server's side: its mode, and its events while it is listened to. */
const server = { mode: undefined, isInTurn: false, next: 1, source: undefined, log: new ServerLog() };

// --- the server's events ---------------------------------------------------------------------------------------------

/** Listens to the server; resolves when it has said hello, or that it will not. */
function listen(from) {
  const source = new EventSource(from === undefined ? "/lab/events" : `/lab/events?from=${from}`);
  server.source = source;
  return new Promise((resolve) => {
    source.addEventListener("hello", ({ data }) => {
      const { mode, isInTurn, next } = JSON.parse(data);
      Object.assign(server, { mode, isInTurn, next });
      if (!isInTurn) resolve();
    });
    for (const name of ["accepted", "asked", "answered", "sent", "closed", "lost"]) {
      source.addEventListener(name, ({ data }) => server.log.take(name, JSON.parse(data)));
    }
    source.addEventListener("end", ({ data }) => {
      const { reason, next } = JSON.parse(data);
      source.close();
      server.next = next;
      if (reason === "stop") say(words.stopped);
      resolve();
    });
    source.onerror = () => {
      // Where there is no lab it is a page that was not found, and trying again would not help.
      if (source.readyState === EventSource.CLOSED) resolve();
    };
  });
}

/** Waits until the server has told of all requests, in whichever way it tells. */
async function hear(targets) {
  if (server.mode === undefined) return;
  if (server.isInTurn) return await listen(server.next);
  const endMs = performance.now() + EVENTS_MS;
  while (!server.log.has(targets) && performance.now() < endMs) await pause(20);
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// --- a run -----------------------------------------------------------------------------------------------------------

async function run(asked) {
  const plan = planOf(asked, Math.random().toString(36).slice(2, 8));
  const targets = plan.map(({ target }) => target);
  performance.clearResourceTimings();
  performance.setResourceTimingBufferSize(1_000);
  await fetch("/?lab=first", { cache: "no-store" }); // the page is in the server's memory then
  server.log = new ServerLog();
  const startMs = performance.now();
  await Promise.all(targets.map(async (target) => {
    const response = await fetch(target, { cache: "no-store" });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${target}: ${response.status}`);
  }));
  const timings = await timingsOf(targets);
  await hear(targets);
  return rowsOf(plan, timings.map((timing) => browserView(timing, startMs)), server.log);
}

/** The browser writes a request's times down a moment after its answer. */
async function timingsOf(targets) {
  for (;;) {
    const byName = new Map(performance.getEntriesByType("resource").map((entry) => [entry.name, entry]));
    const timings = targets.map((target) => byName.get(new URL(target, location.href).href));
    if (timings.every((timing) => timing !== undefined)) return timings;
    await pause(20);
  }
}

// --- the picture -----------------------------------------------------------------------------------------------------

/** Makes an element; children that are strings become text. */
function element(name, { className, ...rest } = {}, ...children) {
  const made = document.createElement(name);
  if (className !== undefined) made.className = className;
  for (const [attribute, value] of Object.entries(rest)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

function draw(rows) {
  const ends = rows.flatMap(({ browser, server }) => [browser.endMs, server?.answeredMs ?? 0]);
  const totalMs = Math.max(...ends) * 1.01, step = axisStep(totalMs);
  const bar = (className, fromMs, toMs) => {
    const made = element("span", { className });
    made.style.left = `${100 * Math.max(0, fromMs) / totalMs}%`;
    made.style.width = `${100 * Math.max(0, toMs - Math.max(0, fromMs)) / totalMs}%`;
    return made;
  };
  const line = (ms, label) => {
    const made = element("span", {}, label);
    made.style.left = `${100 * ms / totalMs}%`;
    return made;
  };
  const axis = element("div", { className: "axis" });
  const lines = element("div", { className: "lines" });
  for (let ms = 0; ms <= totalMs; ms += step) {
    axis.append(line(ms, axisText(ms, language)));
    lines.append(line(ms, ""));
  }
  const drawn = rows.map(({ kind, number, browser, server }) => {
    const track = element(
      "div",
      { className: "track" },
      bar("held", browser.firedMs, browser.sentMs),
      bar("waiting", browser.sentMs, browser.headMs),
      bar("receiving", browser.headMs, browser.endMs),
    );
    if (server !== undefined) {
      track.append(bar("serving", server.askedMs, server.answeredMs));
      if (server.isFirst && server.acceptedMs >= 0) track.append(bar("accepted", server.acceptedMs, server.acceptedMs));
    }
    const label = element("span", { className: "label" }, `${words.kinds[kind]} ${number}`);
    const value = element("span", { className: "value" }, time(browser.endMs - browser.firedMs));
    return element("div", { className: `row ${kind}` }, label, track, value);
  });
  byId("picture").replaceChildren(axis, element("div", { className: "rows" }, lines, ...drawn));
  byId("picture").setAttribute("aria-label", words.chart);
}

function tabulate(rows) {
  const cell = (ms) => {
    const shown = Number.isFinite(ms)
      ? element("data", { value: ms.toFixed(2) }, ms.toLocaleString(language, ONE_DIGIT))
      : "–";
    return element("td", {}, shown);
  };
  byId("numbers").replaceChildren(...rows.map(({ kind, number, browser, server }) => {
    const row = element("tr", { "data-kind": kind });
    row.append(
      element("th", { scope: "row" }, `${words.kinds[kind]} ${number}`),
      ...[browser.sentMs - browser.firedMs, browser.headMs - browser.sentMs, browser.endMs - browser.headMs].map(cell),
      cell(browser.endMs),
      element("td", {}, server === undefined ? "–" : String(server.connection)),
      ...["acceptedMs", "askedMs", "answeredMs", "sentMs", "closedMs"].map((name) => cell(server?.[name] ?? NaN)),
    );
    return row;
  }));
}

function say(text) {
  byId("words").textContent = text;
}

function tell(asked, rows) {
  const summary = summaryOf(rows);
  const { sleepsMs, pageMs, heldMs, atOnce } = summary;
  const parts = [];
  if (asked.sleeps > 0) parts.push(words.took({ sleeps: asked.sleeps, ms: time(asked.ms), total: time(sleepsMs) }));
  if (asked.pages > 0) parts.push(words.pageTook({ pages: asked.pages, page: time(pageMs) }));
  const first = parts.join(language === "fr" ? " ; " : "; ");
  const rest = [];
  if (asked.sleeps > 1) rest.push(words.inTurn(time(asked.sleeps * asked.ms)));
  if (asked.sleeps > 1 && atOnce > 0) rest.push(server.mode === "blocking" ? words.thread : words.atOnce(atOnce));
  if (heldMs > 20) rest.push(words.held(time(heldMs)));
  if (heldMs > 20 && server.mode !== undefined && !server.isInTurn) rest.push(words.stream);
  if (server.log.lostCount > 0) rest.push(words.lost(server.log.lostCount));
  if (server.mode === undefined) rest.push(words.noLab);
  say(`${first.charAt(0).toUpperCase()}${first.slice(1)}.`);
  byId("more").textContent = rest.join(" ");
  const tile = (value, name) => element("div", {}, element("dt", {}, words.tiles[name]), element("dd", {}, value));
  byId("tiles").replaceChildren(
    tile(time(sleepsMs), "total"),
    tile(time(pageMs), "page"),
    tile(timesText(asked.sleeps * asked.ms / sleepsMs, language), "times"),
  );
  return summary;
}

// --- the three modes side by side ------------------------------------------------------------------------------------

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
    const { mode } = row.dataset, ran = runs[mode];
    const [, , run, total, page] = row.cells;
    row.classList.toggle("now", mode === server.mode);
    row.querySelector(".here").textContent = mode === server.mode ? words.here : "";
    run.textContent = ran === undefined ? words.notRun : words.run({ ...ran, ms: time(ran.ms) });
    page.textContent = ran === undefined ? "–" : time(ran.pageMs ?? NaN);
    total.textContent = ran === undefined ? "–" : time(ran.sleepsMs);
    if (ran === undefined) continue;
    const length = element("span", { className: "length" });
    length.style.width = `${100 * ran.sleepsMs / longestMs}%`;
    total.append(length);
  }
}

function keep(asked, { sleepsMs, pageMs }) {
  if (server.mode === undefined) return;
  try {
    localStorage.setItem(KEPT, JSON.stringify({ ...kept(), [server.mode]: { ...asked, sleepsMs, pageMs } }));
  } catch {
    // A browser may keep nothing; then there is nothing to compare.
  }
}

// --- the page --------------------------------------------------------------------------------------------------------

function showMode() {
  const [name, meaning] = server.mode === undefined ? ["–", words.noLab] : words.modes[server.mode];
  byId("mode-name").textContent = name;
  byId("mode-meaning").textContent = meaning;
  document.documentElement.dataset.mode = server.mode ?? "none";
}

async function onRun(event) {
  event.preventDefault();
  const asked = Object.fromEntries(["sleeps", "ms", "pages"].map((name) => [name, Number(byId(name).value)]));
  const button = byId("run");
  button.disabled = true;
  say(words.running);
  byId("result").setAttribute("aria-busy", "true");
  try {
    const rows = await run(asked);
    draw(rows);
    tabulate(rows);
    keep(asked, tell(asked, rows));
    compare();
    byId("chart").hidden = false;
  } catch {
    say(words.failed);
  }
  byId("result").setAttribute("aria-busy", "false");
  button.disabled = false;
  button.focus({ preventScroll: true });
}

byId("form").addEventListener("submit", onRun);
await listen();
showMode();
compare();
byId("run").disabled = false;
document.documentElement.dataset.ready = "true";
