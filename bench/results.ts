/**
 * What a run has measured, and the table of it.
 *
 * @module
 */

import { type Column, formatNumber, markdownTable, median, medianRatio } from "./figures.ts";
import { NGINX, type PeerName, PEERS } from "./peers.ts";

/** One figure of a workload for all servers. */
export interface Metric {
  /** Number of the workload. */
  id: string;
  title: string;
  unit: string;
  decimals: number;
  better: "lower" | "higher";
  /** The server that ours is divided by, besides nginx. */
  floor: PeerName;
  /** What is to be reached. */
  goal?: string;
  /** Whether its ratios are in the plot. */
  plotted?: boolean;
  /** A figure for each round; all of the same length unless a server fell out. */
  series: Partial<Record<PeerName, readonly number[]>>;
}

/** What was measured in one workload. */
export interface Measured {
  metrics: Metric[];
  /** Sentences about what is missing, and why. */
  notes: string[];
  /** Whether ours broke down. */
  failed?: boolean;
}

/**
 * The sentence about a server that is left out.
 *
 * @param why Without a subject, such as `is missing`, or what was thrown.
 */
export function leftOut(id: string, name: PeerName, why: unknown): string {
  const reason = why instanceof Error ? `fails (${firstLine(why)})` : `${why}`;
  // That is so in every workload, and needs to be said only once.
  return reason === "is missing" ? `${name} is missing: left out` : `${id}: ${name} ${reason}: left out`;
}

/** What an error says, without the lines that a process printed. */
export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : `${error}`).split("\n")[0];
}

/** The servers that have figures in at least one of the metrics, in the order of the table of peers. */
export function measuredPeers(metrics: readonly Metric[]): PeerName[] {
  const all = Object.keys(PEERS) as PeerName[];
  return all.filter((name) => metrics.some(({ series }) => (series[name]?.length ?? 0) > 0));
}

/** The configuration of nginx that did best in a metric. */
export function bestNginx({ series, better }: Metric): PeerName | undefined {
  const sign = better === "lower" ? 1 : -1;
  const medianOf = (name: PeerName) => sign * median(series[name]!);
  return NGINX.filter((name) => (series[name]?.length ?? 0) > 0).sort((a, b) => medianOf(a) - medianOf(b)).at(0);
}

/**
 * A server's figure divided by another's, round by round; the median of that.
 *
 * @returns `undefined` if one of them has no figures, or the rounds of both do not belong together.
 */
export function ratio({ series }: Metric, name: PeerName, other: PeerName | undefined): number | undefined {
  const numerators = series[name];
  const denominators = other && series[other];
  if (!numerators?.length || numerators.length !== denominators?.length) return undefined;
  const value = medianRatio(numerators, denominators);
  return Number.isFinite(value) ? value : undefined;
}

/** The table of a run: a line for each metric, a column for each server. */
export function resultTable(metrics: readonly Metric[]): string {
  const peers = measuredPeers(metrics);
  const right = (title: string): Column => ({ title, align: "right" });
  const columns: Column[] = [
    { title: "workload", align: "left" },
    { title: "figure", align: "left" },
    ...peers.map(right),
    right("siesta x floor"),
    right("siesta x nginx"),
    { title: "goal", align: "left" },
  ];
  return markdownTable(columns, metrics.map((metric) => row(metric, peers)));
}

function row(metric: Metric, peers: readonly PeerName[]): string[] {
  const { id, title, unit, decimals, series, floor, goal = "" } = metric;
  const nginx = bestNginx(metric);
  const withNginx = (text: string) => text === "" || nginx === "nginx" ? text : `${text} (no sendfile)`;
  // A variant of ours stands in for ours where that is what the workload is about.
  const ours = floor !== "siesta" ? "siesta" : series.siesta_log ? "siesta_log" : "siesta_workers";
  const toFloor = ratioText(ratio(metric, ours, floor));
  const pair = ratioText(ratio(metric, "bare_pair", "bare_loop"));
  return [
    `${id} ${title}`,
    unit,
    ...peers.map((name) => series[name]?.length ? formatNumber(median(series[name]!), decimals) : ""),
    [toFloor && `${toFloor} x ${floor}`, pair && `bare_pair ${pair} x bare_loop`].filter(Boolean).join("; "),
    withNginx(ratioText(ratio(metric, ours, nginx))),
    goal,
  ];
}

function ratioText(value: number | undefined): string {
  return value === undefined ? "" : formatNumber(value, value < 0.1 ? 3 : 2);
}
