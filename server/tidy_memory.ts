/**
 * Gives memory back when a crowd has left.
 *
 * V8 lets garbage lie until its heap has grown by much, and then keeps the pages for itself: after forty times five
 * hundred visitors a process that had held 75 MB held 246, after a collection 103. So when nearly all of a crowd have
 * gone and much was allocated, all garbage is collected once. It stops the loop for 15 to 85 ms and throws away compiled
 * code, so that the next hundred thousand requests cost a fifth more: nobody does it while there is a crowd, often, or
 * where there was none, unless very much has grown. Without V8's flag `--expose-gc` nothing happens.
 */
import type { Clock } from "./clock.ts";

/** How often the memory is asked for: it costs 0.05 ms. */
const LOOK_EVERY_MS = 1_000;
/** Time between two collections. */
const REST_MS = 5_000;
/** So many connections at a time are a crowd. */
const CROWD_CONNECTIONS = 128;
/** Growth since the last collection that is worth one, in octets: after a crowd, and without one. */
const GROWN_BYTES = { afterCrowd: 6_291_456, else: 50_331_648 };
/** So many connections are few. */
const FEW_CONNECTIONS = 32;
/** When only this part of the connections is left that there were, the crowd has left. */
const LEFT_SHARE = 0.02;

/** Settings of {@linkcode tidyMemory}. */
export interface TidyMemoryOptions {
  /** Ticks; the memory is looked at on some of them. */
  readonly clock: Clock;
  /** How many connections are open. */
  readonly connections: { readonly size: number };
  /** Octets that the heap takes, and what hangs on it. */
  usedBytes?(): number;
  /** Collects all garbage, and gives the pages back; `undefined` where V8 offers none. */
  collect?: (() => void) | undefined;
}

/** Looks once a second whether there is memory to be given back. */
export function tidyMemory(options: TidyMemoryOptions): void {
  const { clock, connections, usedBytes = heapBytes, collect = collector() } = options;
  if (collect === undefined) return;
  let leastBytes = Infinity, mostConnections = 0, lookAtMs = clock.nowMs, restEndMs = clock.nowMs;
  clock.onTick((nowMs) => {
    const { size } = connections;
    mostConnections = Math.max(mostConnections, size);
    if (nowMs < lookAtMs) return;
    lookAtMs = nowMs + LOOK_EVERY_MS;
    if (nowMs < restEndMs || size > Math.max(FEW_CONNECTIONS, LEFT_SHARE * mostConnections)) return;
    const bytes = usedBytes();
    leastBytes = Math.min(leastBytes, bytes);
    const isAfterCrowd = mostConnections >= CROWD_CONNECTIONS;
    if (bytes < leastBytes + (isAfterCrowd ? GROWN_BYTES.afterCrowd : GROWN_BYTES.else)) return;
    collect();
    leastBytes = usedBytes();
    mostConnections = size;
    restEndMs = nowMs + REST_MS;
  });
}

function heapBytes(): number {
  const { heapTotal, external } = Deno.memoryUsage();
  return heapTotal + external;
}

/** V8's own function, when the program was started with `--expose-gc`. */
function collector(): (() => void) | undefined {
  const { gc } = globalThis as { gc?: (options: { type: "major"; flavor: "last-resort" }) => void };
  // Any other flavour keeps the empty pages for eight more seconds.
  return gc && (() => gc({ type: "major", flavor: "last-resort" }));
}
