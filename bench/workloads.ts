/**
 * The workloads by their numbers: what is asked for, of whom, and what is to be reached.
 *
 * @module
 */

import { BROWSER_FIELDS } from "./browser_fields.ts";
import type { Mode, PeerName } from "./peers.ts";
import { HELLO, LARGE, LONE_PAGE, MEGABYTE, PAGE } from "./site.ts";

/** What all kinds of workloads have. */
interface Common {
  id: string;
  title: string;
  peers: readonly PeerName[];
}

/** A load of requests, as fast as the server answers them. */
export interface LoadWorkload extends Common {
  kind: "load";
  mode: Mode;
  /** Relative to the site's root: a file, in the mode `files` a folder. */
  file: string;
  /** Connections that are open at the same time, each with its next request as soon as it has its answer. */
  connections: number;
  /** Requests that are sent at once, before any of their answers. */
  pipelineDepth: number;
  /** Field lines of the requests besides Host. */
  fields: readonly string[];
  /** How many files the folder has, in the mode `files`. */
  fileCount?: number;
  /** The coding that servers with one file give it in, where they can. */
  coding?: "br";
  figures: readonly Figure[];
  /** Whether all servers may use all cores, the load's too: one that has two loops, and what it is compared with. */
  onAllCores?: true;
}

/** What can be read off a load. */
export type FigureName =
  | "cpuUsPerRequest"
  | "cpuSecondsPerGigabyte"
  | "megabytesPerSecond"
  | "requestsPerSecond"
  | "peakMegabytes";

/** A figure that is in the table. */
export interface Figure {
  name: FigureName;
  /** The server that ours is divided by, besides nginx. */
  floor: PeerName;
  goal?: string;
}

/** Connections that have had their answer and stay. */
export interface IdleWorkload extends Common {
  kind: "idle";
  connections: number;
  goal: string;
}

/** From the start of the process to its first answer. */
export interface StartWorkload extends Common {
  kind: "start";
  goals: { ms: string; megabytes: string };
}

/** Visitors who wait in the server. */
export interface SleepersWorkload extends Common {
  kind: "sleepers";
  count: number;
  ms: number;
  /** Time over which they come; 0: all at once. */
  rampMs: number;
  goals: { slowest: string; p99: string; late: string };
}

/** A workload of any kind. */
export type Workload = LoadWorkload | IdleWorkload | StartWorkload | SleepersWorkload;

const IN_NO_MEMORY: readonly PeerName[] = ["bare_disk", "nginx", "nginx_no_sendfile", "lighttpd", "caddy"];
const FROM_NPM: readonly PeerName[] = ["sirv", "serve", "http_server"];
const FASTEST: readonly PeerName[] = [
  ...["siesta", "bare_loop", "deno_serve", "node_http", "nginx", "nginx_no_sendfile", "lighttpd", "caddy"] as const,
];

function load(
  id: string,
  title: string,
  others: Partial<LoadWorkload> & Pick<LoadWorkload, "figures">,
): LoadWorkload {
  const usual = { mode: "plain", file: HELLO, connections: 64, pipelineDepth: 1, fields: [], peers: FASTEST } as const;
  return { kind: "load", id, title, ...usual, ...others };
}

function cpu(floor: PeerName, goal?: string): Figure {
  return { name: "cpuUsPerRequest", floor, goal };
}

const LOADS: readonly LoadWorkload[] = [
  load("W1", "hello.html, keep-alive, 64 connections", {
    figures: [cpu("bare_loop", "<= 1.25 x bare loop, <= 0.75 x nginx")],
    peers: [...FASTEST, "bare_disk", ...FROM_NPM],
  }),
  load("W2", "the same, pipelined 16 deep", {
    mode: "pipelined",
    pipelineDepth: 16,
    figures: [cpu("bare_loop", "<= 0.20 x nginx")],
  }),
  load("W3", "hello.html, one request per connection", {
    mode: "close",
    fields: ["Connection: close"],
    figures: [cpu("bare_loop", "<= 1.15 x bare loop")],
  }),
  load("W4", "page of 12 KB, a browser's head of 600 octets, br and gzip siblings", {
    file: PAGE,
    fields: BROWSER_FIELDS,
    coding: "br",
    figures: [cpu("bare_loop", "<= 0.75 x nginx")],
    peers: [...FASTEST, ...FROM_NPM],
  }),
  load("W4b", "the same page without siblings, gzip accepted", {
    file: LONE_PAGE,
    fields: ["Accept-Encoding: gzip"],
    figures: [cpu("bare_loop", "<= 0.08 x nginx")],
    peers: [...FASTEST, ...FROM_NPM],
  }),
  load("W5", "file of 1 MB, 16 connections", {
    file: MEGABYTE,
    connections: 16,
    figures: [{ name: "cpuSecondsPerGigabyte", floor: "bare_loop", goal: "<= 1.15 x bare loop" }],
    peers: [...FASTEST, "bare_disk", ...FROM_NPM],
  }),
  load("W6", "file of 512 MB, 2 connections", {
    mode: "stream",
    file: LARGE,
    connections: 2,
    figures: [
      { name: "megabytesPerSecond", floor: "bare_disk", goal: ">= 0.6 x nginx" },
      { name: "cpuSecondsPerGigabyte", floor: "bare_disk", goal: "<= 1.1 x bare disk" },
      { name: "peakMegabytes", floor: "bare_disk", goal: "<= 60 MB" },
    ],
    peers: [...FASTEST, "bare_disk", ...FROM_NPM],
  }),
  load("W7", "conditional GET of hello.html, 304", {
    mode: "conditional",
    figures: [cpu("bare_loop", "<= 1.15 x bare loop")],
  }),
];

const SMALL_FILES: readonly LoadWorkload[] = [
  load("W9", "2,000 files of 1 to 64 KB at random: they fit the cache", {
    mode: "files",
    file: "files",
    fileCount: 2_000,
    figures: [cpu("bare_loop", "<= 1.15 x bare loop")],
    peers: [...FASTEST, "bare_disk", ...FROM_NPM],
  }),
  load("W9b", "16,000 files of 1 to 64 KB at random: 520 MB, more than the cache holds", {
    mode: "files",
    file: "many",
    fileCount: 16_000,
    figures: [cpu("bare_disk", "<= 1.2 x bare disk")],
    peers: ["siesta", ...IN_NO_MEMORY],
  }),
];

const ALL_AT_ONCE = { kind: "sleepers", count: 10_000, ms: 5_000 } as const;
const ONE_AND_TWO: readonly PeerName[] = ["siesta", "siesta_workers", "bare_loop", "bare_pair"];
const WITH_SLEEP: readonly PeerName[] = ["siesta", "bare_loop", "deno_serve", "node_http"];

/** All workloads, in the order in which they run. */
export const WORKLOADS: readonly Workload[] = [
  ...LOADS,
  {
    kind: "idle",
    id: "W8",
    title: "10,000 idle connections",
    connections: 10_000,
    goal: "<= 9.5 KB",
    peers: FASTEST.filter((name) => name !== "nginx_no_sendfile"),
  },
  ...SMALL_FILES,
  {
    kind: "start",
    id: "W10",
    title: "start",
    goals: { ms: "<= 1.5 x bare loop", megabytes: "<= 40 MB" },
    peers: [...FASTEST.filter((name) => name !== "nginx_no_sendfile"), ...FROM_NPM],
  },
  {
    ...ALL_AT_ONCE,
    id: "W11",
    title: "10,000 GET /sleep opened over 2 s",
    rampMs: 2_000,
    goals: { slowest: "5.0 to 5.2 s", p99: "<= 20 ms", late: "none" },
    peers: WITH_SLEEP,
  },
  {
    ...ALL_AT_ONCE,
    id: "W11b",
    title: "10,000 GET /sleep opened at once",
    rampMs: 0,
    goals: { slowest: "", p99: "", late: "no more than bare loop" },
    peers: WITH_SLEEP,
  },
  load("W12", "access log on (siesta_log) and off (siesta), as W1", {
    figures: [cpu("siesta", "on <= 1.10 x off")],
    peers: ["siesta", "siesta_log"],
  }),
  load("W12b", "one worker and two, all on the cores that the load runs on too, as W1", {
    // One worker on a core of its own would be spared what two on the load's core pay.
    onAllCores: true,
    figures: [
      cpu("siesta", "<= 1.1 x one worker"),
      { name: "requestsPerSecond", floor: "siesta", goal: "x one worker >= two bare loops x one" },
    ],
    peers: ONE_AND_TWO,
  }),
  load("W12c", "the same, all bound to the server's core: what two workers cost more by themselves", {
    figures: [cpu("siesta", "<= 1.1 x one worker")],
    peers: ONE_AND_TWO,
  }),
];
