/**
 * The measuring side of the lab: what is asked for, and what the browser's and the server's times come to. It knows no
 * page, so that it can be tested without one. All times are milliseconds from the start of the run.
 */

/**
 * Lists the requests of a run: sleeps and pages in turn, each with an address of its own, since a browser asks for one
 * address once at a time.
 */
export function planOf({ sleeps, ms, pages }, id) {
  const plan = [];
  for (let i = 0; i < Math.max(sleeps, pages); i++) {
    if (i < sleeps) plan.push({ kind: "sleep", number: i + 1, target: `/sleep?ms=${ms}&lab=${id}-s${i + 1}` });
    if (i < pages) plan.push({ kind: "page", number: i + 1, target: `/?lab=${id}-p${i + 1}` });
  }
  return plan;
}

/** Splits what the browser has measured of one request; `startMs` is the run's start in the browser's time. */
export function browserView(timing, startMs) {
  // A request that failed has no times of its own.
  const sentMs = timing.requestStart || timing.responseEnd, headMs = timing.responseStart || timing.responseEnd;
  return {
    firedMs: timing.startTime - startMs,
    sentMs: sentMs - startMs,
    headMs: headMs - startMs,
    endMs: timing.responseEnd - startMs,
  };
}

/** Collects the server's events, in its own time, by target and by connection. */
export class ServerLog {
  requests = new Map();
  connections = new Map();
  lostCount = 0;

  /** Takes one event. */
  take(name, data) {
    if (name === "lost") this.lostCount += data.count;
    else if (name === "accepted") this.connections.set(data.connection, { acceptedMs: data.ms });
    else if (name === "closed") {
      const connection = this.connections.get(data.connection);
      if (connection !== undefined) connection.closedMs = data.ms;
    } else if (name === "asked") {
      this.requests.set(data.target, { connection: data.connection, askedMs: data.ms });
    } else {
      const request = this.requests.get(data.target);
      if (request !== undefined) request[`${name}Ms`] = data.ms;
    }
  }

  /** Whether all of these targets are answered, to the last octet. */
  has(targets) {
    return targets.every((target) => this.requests.get(target)?.sentMs !== undefined);
  }
}

/**
 * Finds how far the server's time is ahead of the browser's: no head can be parsed before it was sent, so it is the
 * shortest way that a request had, which on one machine is under a millisecond.
 */
export function clockOffset(pairs) {
  return Math.min(...pairs.map(({ browser, server }) => server.askedMs - browser.sentMs));
}

/** Puts both views together: one row for each request of the plan. */
export function rowsOf(plan, browserViews, log) {
  const pairs = plan.flatMap(({ target }, i) => {
    const server = log.requests.get(target);
    return server?.answeredMs === undefined ? [] : [{ browser: browserViews[i], server }];
  });
  const offset = pairs.length === 0 ? NaN : clockOffset(pairs);
  const seen = new Set();
  return plan.map((request, i) => {
    const server = log.requests.get(request.target);
    const row = { ...request, browser: browserViews[i], server: undefined };
    if (server?.answeredMs === undefined) return row;
    const { acceptedMs = NaN, closedMs = NaN } = log.connections.get(server.connection) ?? {};
    const isFirst = !seen.has(server.connection);
    seen.add(server.connection);
    row.server = {
      connection: server.connection,
      acceptedMs: acceptedMs - offset,
      askedMs: server.askedMs - offset,
      answeredMs: server.answeredMs - offset,
      sentMs: (server.sentMs ?? NaN) - offset,
      closedMs: closedMs - offset,
      isFirst,
    };
    return row;
  });
}

/** The run in a few numbers. */
export function summaryOf(rows) {
  const sleeps = rows.filter(({ kind }) => kind === "sleep"), pages = rows.filter(({ kind }) => kind === "page");
  const pageMs = pages.map(({ browser }) => browser.endMs - browser.sentMs).sort((a, b) => a - b);
  const first = Math.min(...rows.map(({ browser }) => browser.firedMs));
  const last = (these) => these.length === 0 ? 0 : Math.max(...these.map(({ browser }) => browser.endMs)) - first;
  return {
    totalMs: last(rows),
    sleepsMs: last(sleeps),
    pageMs: pageMs.length === 0 ? NaN : pageMs[Math.floor((pageMs.length - 1) / 2)],
    pageMaxMs: pageMs.at(-1) ?? NaN,
    heldMs: Math.max(...rows.map(({ browser }) => browser.sentMs - browser.firedMs)),
    atOnce: mostAtOnce(sleeps.flatMap(({ server }) => server === undefined ? [] : [server])),
  };
}

/** The most requests between their question and their answer at the same moment. */
export function mostAtOnce(spans) {
  const steps = spans.flatMap(({ askedMs, answeredMs }) => [[askedMs, 1], [answeredMs, -1]]);
  steps.sort(([a, up], [b, down]) => a - b || up - down);
  let count = 0, most = 0;
  for (const [, step] of steps) most = Math.max(most, count += step);
  return most;
}

/** A distance between the lines of an axis: 1, 2 or 5 times a power of ten, and at most five of them. */
export function axisStep(totalMs) {
  for (let power = 1;; power *= 10) {
    for (const factor of [1, 2, 5]) if (totalMs / (factor * power) <= 5) return factor * power;
  }
}
