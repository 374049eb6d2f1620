/** The measuring side of the lab's page, without a page. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  axisStep,
  browserView,
  clockOffset,
  mostAtOnce,
  planOf,
  rowsOf,
  ServerLog,
  summaryOf,
} from "../static/lab_run.js";
import { axisText, timesText, timeText } from "../static/lab_words.js";

Deno.test("planOf asks for sleeps and pages in turn, each at an address of its own", () => {
  const plan = planOf({ sleeps: 2, ms: 50, pages: 3 }, "x");
  assertEquals(plan.map(({ target }: { target: string }) => target), [
    ...["/sleep?ms=50&lab=x-s1", "/?lab=x-p1", "/sleep?ms=50&lab=x-s2", "/?lab=x-p2", "/?lab=x-p3"],
  ]);
});

Deno.test("browserView splits a request into held back, waiting, receiving", () => {
  const timing = { startTime: 100, requestStart: 130, responseStart: 150, responseEnd: 151 };
  assertEquals(browserView(timing, 100), { firedMs: 0, sentMs: 30, headMs: 50, endMs: 51 });
  assertEquals(browserView({ startTime: 1, requestStart: 0, responseStart: 0, responseEnd: 9 }, 0).sentMs, 9);
});

Deno.test("clockOffset is the shortest way that a request had", () => {
  const pair = (sentMs: number, askedMs: number) => ({ browser: { sentMs }, server: { askedMs } });
  assertEquals(clockOffset([pair(0, 1_010), pair(20, 1_021), pair(30, 1_100)]), 1_001);
});

Deno.test("rowsOf puts the server's events on the browser's axis, summaryOf sums them up", () => {
  const plan = planOf({ sleeps: 2, ms: 100, pages: 1 }, "x"), log = new ServerLog();
  const visit = (connection: number, target: string, fromMs: number, toMs: number) => {
    log.take("asked", { connection, ms: fromMs, target });
    log.take("answered", { connection, ms: toMs, target, status: 200 });
    log.take("sent", { connection, ms: toMs, target });
  };
  log.take("accepted", { connection: 1, ms: 1_000 });
  visit(1, plan[0].target, 1_001, 1_101);
  visit(2, plan[1].target, 1_003, 1_004);
  visit(1, plan[2].target, 1_102, 1_202);
  log.take("closed", { connection: 1, ms: 1_300 });
  log.take("lost", { count: 3 });
  const rows = rowsOf(plan, [
    { firedMs: 0, sentMs: 1, headMs: 101, endMs: 102 },
    { firedMs: 0, sentMs: 2, headMs: 5, endMs: 6 },
    { firedMs: 0, sentMs: 102, headMs: 202, endMs: 203 },
  ], log);
  assertEquals(rows.map(({ server }: { server: { askedMs: number } }) => server.askedMs), [1, 3, 102]);
  assertEquals(rows.map(({ server }: { server: { isFirst: boolean } }) => server.isFirst), [true, true, false]);
  assertEquals(rows[0].server.acceptedMs, 0);
  assertEquals(rows[2].server.closedMs, 300);
  assertEquals([log.has(plan.map(({ target }: { target: string }) => target)), log.has(["/other"]), log.lostCount], [
    true,
    false,
    3,
  ]);
  const { totalMs, sleepsMs, pageMs, heldMs, atOnce } = summaryOf(rows);
  assertEquals([totalMs, sleepsMs, pageMs, heldMs, atOnce], [203, 203, 4, 102, 1]);
});

Deno.test("rowsOf leaves the server's side empty where it has not told", () => {
  const plan = planOf({ sleeps: 1, ms: 1, pages: 0 }, "x");
  const [row] = rowsOf(plan, [{ firedMs: 0, sentMs: 0, headMs: 1, endMs: 1 }], new ServerLog());
  assertEquals(row.server, undefined);
});

Deno.test("mostAtOnce counts what overlaps; an end at the moment of a start does not", () => {
  const span = (askedMs: number, answeredMs: number) => ({ askedMs, answeredMs });
  assertEquals(mostAtOnce([]), 0);
  assertEquals(mostAtOnce([span(0, 10), span(10, 20), span(20, 30)]), 1);
  assertEquals(mostAtOnce([span(0, 10), span(9, 20), span(9.5, 9.6)]), 3);
});

Deno.test("axisStep gives at most five lines beyond zero, at round numbers", () => {
  assertEquals([3, 10, 880, 1_000, 3_300, 40_000].map(axisStep), [1, 2, 200, 200, 1_000, 10_000]);
});

Deno.test("Times are written with three digits or less, in the page's language", () => {
  const texts = (language: string) =>
    [0.44, 9.94, 9.96, 412, 999.4, 999.6, 1_020, 12_340, NaN].map((ms) => timeText(ms, language));
  assertEquals(texts("en"), ["0.4 ms", "9.9 ms", "10 ms", "412 ms", "999 ms", "1.00 s", "1.02 s", "12.3 s", "–"]);
  assertEquals(texts("fr").slice(5, 7), ["1,00 s", "1,02 s"]);
  assertEquals([timesText(3.64, "en"), timesText(3.64, "fr"), timesText(NaN, "en")], ["3.6 ×", "3,6 ×", "–"]);
  assertEquals([0, 200, 1_500].map((ms) => axisText(ms, "fr")), ["0", "200 ms", "1,5 s"]);
  assertAlmostEquals(Number(timeText(412.3, "en").slice(0, 3)), 412);
});
