/** Draws runs on one axis, and writes the numbers behind the picture. */
import { axisStep } from "./lab_run.js";
import { axisText, timeText } from "./lab_words.js";

const ONE_DIGIT = { minimumFractionDigits: 1, maximumFractionDigits: 1, useGrouping: false };

/** Makes an element; children that are strings become text. */
export function element(name, { className, ...rest } = {}, ...children) {
  const made = document.createElement(name);
  if (className !== undefined) made.className = className;
  for (const [attribute, value] of Object.entries(rest)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

/** What is drawn of some runs: an axis, and a row for each request. */
export function chartOf(runs, words, language) {
  const all = runs.flatMap(({ rows }) => rows);
  const totalMs = Math.max(1, ...all.flatMap(({ browser, server }) => [browser.endMs, server?.answeredMs ?? 0])) * 1.01;
  const line = (ms, label) => {
    const made = element("span", {}, label);
    made.style.left = `${100 * ms / totalMs}%`;
    return made;
  };
  const axis = element("div", { className: "axis" }), lines = element("div", { className: "lines" });
  const step = axisStep(totalMs);
  for (let ms = 0; ms <= totalMs; ms += step) {
    axis.append(line(ms, axisText(ms, language)));
    lines.append(line(ms, ""));
  }
  const drawn = runs.flatMap(({ mode, rows }) => [
    ...runs.length === 1 ? [] : [element("div", { className: "group" }, words.modes[mode]?.[0] ?? "–")],
    ...rows.map((row) => rowOf(row, { totalMs, words, language })),
  ]);
  return [axis, element("div", { className: "rows" }, lines, ...drawn)];
}

function rowOf({ kind, number, browser, server }, { totalMs, words, language }) {
  const bar = (className, fromMs, toMs) => {
    const made = element("span", { className });
    made.style.left = `${100 * Math.max(0, fromMs) / totalMs}%`;
    made.style.width = `${100 * Math.max(0, toMs - Math.max(0, fromMs)) / totalMs}%`;
    return made;
  };
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
  const value = element("span", { className: "value" }, timeText(browser.endMs - browser.firedMs, language));
  return element("div", { className: `row ${kind}` }, label, track, value);
}

/** The rows of the table, in a body for each run. */
export function numbersOf(runs, words, language) {
  const cell = (ms) => {
    const shown = Number.isFinite(ms)
      ? element("data", { value: ms.toFixed(2) }, ms.toLocaleString(language, ONE_DIGIT))
      : "–";
    return element("td", {}, shown);
  };
  const line = ({ kind, number, browser, server }) => {
    const row = element("tr", { "data-kind": kind });
    row.append(
      element("th", { scope: "row" }, `${words.kinds[kind]} ${number}`),
      ...[browser.sentMs - browser.firedMs, browser.headMs - browser.sentMs, browser.endMs - browser.headMs].map(cell),
      cell(browser.endMs),
      element("td", {}, server === undefined ? "–" : String(server.connection)),
      ...["acceptedMs", "askedMs", "answeredMs", "sentMs", "closedMs"].map((name) => cell(server?.[name] ?? NaN)),
    );
    return row;
  };
  return runs.map(({ mode, rows }) => {
    const body = element("tbody", { "data-mode": mode ?? "none" });
    if (runs.length > 1) {
      body.append(
        element("tr", {}, element("th", { scope: "rowgroup", colspan: "11" }, words.modes[mode]?.[0] ?? "–")),
      );
    }
    body.append(...rows.map(line));
    return body;
  });
}
