/**
 * Counts what happens and tells it in the Prometheus text format.
 *
 * Counting is a few stores in memory; text is made when somebody asks. Labels come from closed sets, never from what a
 * peer sends, so that the number of series is bounded.
 */
import { type Clock, TICK_MS } from "./clock.ts";
import type { Exchange, Observer } from "./observer.ts";
import type { OpenConnections } from "./open_connections.ts";
import { Phase } from "./progress.ts";

/** Values by series, such as `siesta_timeouts_total{phase="head"}`. Plain, so that workers can send theirs. */
export type MetricsSnapshot = Record<string, number>;

/** What the file cache counts. */
export interface CacheFigures {
  /** Octets that are held. */
  readonly bytes: number;
  /** Look-ups that found what they needed; at most a glance at the disk was part of it. */
  readonly hits: number;
  /** Look-ups for which a file had to be looked for, checked or read. */
  readonly misses: number;
  /** Files that had to make room, with their content alone or as a whole. */
  readonly evictions: number;
}

/** Settings of {@linkcode Metrics}. */
export interface MetricsOptions {
  /** Its ticks tell how late the loop is. */
  readonly clock: Clock;
  /** Those that are open. */
  readonly connections: OpenConnections;
  /** What the file cache has counted, when there is one that counts. */
  cacheFigures?(): CacheFigures;
  /** Log lines that were lost. */
  lostLines?(): number;
}

/** Upper bounds in seconds, as the OpenTelemetry conventions advise. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const BYTES = [0, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];
/** Methods that are told by their name; all others are one (`_OTHER`), since a peer may make any up. */
export const METHODS: readonly string[] = [
  "GET",
  "HEAD",
  "OPTIONS",
  "POST",
  "PUT",
  "DELETE",
  "PATCH",
  "CONNECT",
  "TRACE",
];
const PHASES = Object.values(Phase).filter((it) => typeof it === "string").map((it) => it.toLowerCase());
/** Status codes of requests that no handler sees, and connections that are none of a proxy's. */
const REFUSALS = ["400", "408", "413", "414", "417", "431", "501", "503", "505", "proxy"];
/** Why answers do not come to their end: `error` of an exchange. */
const ERRORS = ["timeout", "peer_gone", "content_changed", "cut"];
/** Ticks over which the largest lag is told: longer than most scrape intervals. */
const LAG_TICKS = 60_000 / TICK_MS;

const FAMILIES: Readonly<Record<string, readonly [type: string, help: string]>> = {
  http_server_request_duration_seconds: ["histogram", "Time from a whole head to the last octet of its answer."],
  http_server_response_body_size_bytes: ["histogram", "Octets of content that were sent."],
  http_server_active_requests: ["gauge", "Requests that are being answered."],
  siesta_connections_active: ["gauge", "Open connections."],
  siesta_connections_total: ["counter", "Connections that were accepted."],
  siesta_accept_errors_total: ["counter", "Failures of accept."],
  siesta_timeouts_total: ["counter", "Deadlines that passed, by what was waited for."],
  siesta_rejected_requests_total: [
    "counter",
    "Requests refused before a handler saw them, by status code, or connections without a PROXY header.",
  ],
  siesta_unanswered_requests_total: ["counter", "Requests whose answer did not go out whole, by reason."],
  siesta_file_cache_bytes: ["gauge", "Octets of files in memory."],
  siesta_file_cache_hits_total: ["counter", "Look-ups of files that were in memory."],
  siesta_file_cache_misses_total: ["counter", "Look-ups of files that had to be looked for, checked or read."],
  siesta_file_cache_evictions_total: ["counter", "Files that had to leave memory."],
  siesta_log_lines_lost_total: ["counter", "Lines of the log that could not be written."],
  siesta_event_loop_lag_seconds: ["gauge", "Largest delay of the clock's tick in the last minute."],
  siesta_build_info: ["gauge", "Always 1; the version is in the label."],
};

/** A histogram: counts by bucket, the last without bound. */
class Histogram {
  readonly counts: number[];
  sum = 0;

  constructor(readonly bounds: readonly number[]) {
    this.counts = new Array(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    let at = 0;
    while (at < this.bounds.length && value > this.bounds[at]) at++;
    this.counts[at]++;
    this.sum += value;
  }

  tell(into: MetricsSnapshot, name: string, labels: string): void {
    let count = 0;
    this.counts.forEach((inBucket, at) => {
      count += inBucket;
      into[`${name}_bucket{${labels},le="${this.bounds[at] ?? "+Inf"}"}`] = count;
    });
    into[`${name}_sum{${labels}}`] = this.sum;
    into[`${name}_count{${labels}}`] = count;
  }
}

/** Counts what one loop does. */
export class Metrics implements Observer {
  readonly wantsTime = true;
  readonly #options: MetricsOptions;
  readonly #histograms: Map<number, { seconds: Histogram; bytes: Histogram }> = new Map();
  readonly #timeouts: MetricsSnapshot = {};
  readonly #rejected: MetricsSnapshot = {};
  readonly #unanswered: MetricsSnapshot = {};
  readonly #lags: number[] = new Array(LAG_TICKS).fill(0);
  #ticks = 0;
  #active = 0;
  #connections = 0;
  #acceptErrors = 0;

  /** Counts from zero. */
  constructor(options: MetricsOptions) {
    this.#options = options;
    let lastMs = options.clock.nowMs;
    options.clock.onTick((nowMs) => {
      this.#lags[this.#ticks++ % LAG_TICKS] = Math.max(0, nowMs - lastMs - TICK_MS) / 1_000;
      lastMs = nowMs;
    });
  }

  opened(): void {
    this.#connections++;
  }

  asked(): void {
    this.#active++;
  }

  answered({ method, status, sentBytes, startMs, error }: Exchange, endMs: number): void {
    if (method !== "") this.#active--;
    if (error !== undefined) add(this.#unanswered, error);
    const key = 1_000 * METHODS.indexOf(method) + status;
    let histograms = this.#histograms.get(key);
    if (histograms === undefined) {
      histograms = { seconds: new Histogram(SECONDS), bytes: new Histogram(BYTES) };
      this.#histograms.set(key, histograms);
    }
    histograms.seconds.observe((endMs - startMs) / 1_000);
    histograms.bytes.observe(sentBytes);
  }

  timedOut(phase: string): void {
    add(this.#timeouts, phase);
  }

  refused(reason: number | "proxy"): void {
    add(this.#rejected, `${reason}`);
  }

  acceptFailed(): void {
    this.#acceptErrors++;
  }

  /** All values of now. */
  snapshot(): MetricsSnapshot {
    const { connections, cacheFigures, lostLines } = this.#options;
    const all: MetricsSnapshot = {
      http_server_active_requests: this.#active,
      siesta_connections_active: connections.size,
      siesta_connections_total: this.#connections,
      siesta_accept_errors_total: this.#acceptErrors,
      siesta_event_loop_lag_seconds: Math.max(...this.#lags),
    };
    for (const [key, { seconds, bytes }] of this.#histograms) {
      const method = METHODS[Math.floor(key / 1_000)] ?? "_OTHER";
      const status = ((key % 1_000) + 1_000) % 1_000;
      const labels = `http_request_method="${method}",http_response_status_code="${status || ""}"`;
      seconds.tell(all, "http_server_request_duration_seconds", labels);
      bytes.tell(all, "http_server_response_body_size_bytes", labels);
    }
    // Those that were never counted, too: a series that begins with 1 has no rate.
    tell(all, 'siesta_timeouts_total{phase="', PHASES, this.#timeouts);
    tell(all, 'siesta_rejected_requests_total{reason="', REFUSALS, this.#rejected);
    tell(all, 'siesta_unanswered_requests_total{reason="', ERRORS, this.#unanswered);
    if (lostLines !== undefined) all.siesta_log_lines_lost_total = lostLines();
    for (const [name, value] of Object.entries(cacheFigures?.() ?? {})) {
      all[`siesta_file_cache_${name}${name === "bytes" ? "" : "_total"}`] = value;
    }
    return all;
  }
}

function add(counts: MetricsSnapshot, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function tell(into: MetricsSnapshot, start: string, labels: readonly string[], counts: MetricsSnapshot): void {
  for (const label of new Set([...labels, ...Object.keys(counts)])) into[`${start}${label}"}`] = counts[label] ?? 0;
}

/** Adds up the snapshots of several loops; of lags the largest counts. */
export function summed(all: readonly MetricsSnapshot[]): MetricsSnapshot {
  const sum: MetricsSnapshot = {};
  for (const snapshot of all) {
    for (const [series, value] of Object.entries(snapshot)) {
      const isLag = series === "siesta_event_loop_lag_seconds";
      sum[series] = isLag ? Math.max(sum[series] ?? 0, value) : (sum[series] ?? 0) + value;
    }
  }
  return sum;
}

/** Those values of a snapshot that only grow, and so still count when the loop that counted them has ended. */
export function countersOf(snapshot: MetricsSnapshot): MetricsSnapshot {
  return Object.fromEntries(Object.entries(snapshot).filter(([series]) => familyOf(series)?.[0] !== "gauge"));
}

function familyOf(series: string): readonly [type: string, help: string] | undefined {
  return FAMILIES[series.replace(/\{.*/s, "")];
}

/** Renders a snapshot in the Prometheus text format, version 0.0.4. */
export function prometheusText(snapshot: MetricsSnapshot): string {
  const lines = new Map<string, string[]>(Object.keys(FAMILIES).map((family) => [family, []]));
  for (const [series, value] of Object.entries(snapshot)) {
    const name = series.replace(/\{.*/s, "");
    const family = lines.get(name) ?? lines.get(name.replace(/_(?:bucket|sum|count)$/, ""));
    family?.push(`${series} ${value}\n`);
  }
  let text = "";
  for (const [family, samples] of lines) {
    if (samples.length === 0) continue;
    const [type, help] = FAMILIES[family];
    text += `# HELP ${family} ${help}\n# TYPE ${family} ${type}\n${samples.join("")}`;
  }
  return text;
}
