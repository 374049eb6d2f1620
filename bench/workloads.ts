/**
 * The workloads by their numbers.
 *
 * @module
 */

import type { Mode } from "./peers.ts";

/** What is asked of every server in the same way. */
export interface Workload {
  id: string;
  title: string;
  /** Connections that are open at the same time, each with its next request as soon as it has its answer. */
  connections: number;
  /** Requests that are sent at once, before any of their answers. */
  pipelineDepth: number;
  /** The mode of servers from memory. */
  mode: Mode;
}

/** All workloads, by number. */
export const WORKLOADS: readonly Workload[] = [
  { id: "W1", title: "hello.html, keep-alive, 64 connections", connections: 64, pipelineDepth: 1, mode: "plain" },
  {
    id: "W2",
    title: "hello.html, keep-alive, 64 connections, pipelined 16 deep",
    connections: 64,
    pipelineDepth: 16,
    mode: "pipelined",
  },
];
