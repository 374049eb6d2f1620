/**
 * Gives memory back when a crowd has left, or few connections have left much behind.
 *
 * V8 lets garbage lie until its heap has grown by much, and then keeps the pages for itself: after forty times five
 * hundred visitors a process that had held 75 MB held 246, after a collection 103. So when nearly all of a crowd have
 * gone for a while and much was allocated, all garbage is collected once. It stops the loop for 15 to 85 ms: nobody does
 * it while there is a crowd, or often, or when the last of a crowd are just being answered. Where there was none, more has
 * to have grown; a plain collection would be enough for the loop, but its pages stay: after a million requests of four
 * clients 35 % more than before, instead of 18. What a collection throws away of the compiled code is little, since
 * `open_connections.ts` keeps a connection (W3 1.18 times the bare loop without collections between the rounds, 1.20 with
 * them). Without V8's flag `--expose-gc` nothing happens.
 *
 * What lies outside of the heap is another matter: V8 hardly counts the content of files that had to make room in the
 * cache, and let 500 MB of it lie where the cache holds 96. Of that a plain collection is made even in a crowd, but
 * seldom: a connection with one request leaves 4 KB there, and with a bound of 96 MB a second's work was thrown away each
 * five seconds.
 */
import type { Clock } from "./clock.ts";

/** How often the memory is asked for: it costs 0.05 ms. */
const LOOK_EVERY_MS = 1_000;
/** Time between two collections. */
const REST_MS = 5_000;
/** So many connections at a time are a crowd. */
const CROWD_CONNECTIONS = 128;
/** Growth since the last collection that is worth one, in octets: after a crowd, and without one. */
const GROWN_BYTES = { afterCrowd: 6_291_456, else: 16_777_216 };
/** Octets outside of the heap that grew since the last collection, and time between two collections of these. */
const GROWN_OUTSIDE_BYTES = 268_435_456, OUTSIDE_REST_MS = 60_000;
/** So many connections are few. */
const FEW_CONNECTIONS = 32;
/** When only this part of the connections is left that there were, the crowd has left. */
const LEFT_SHARE = 0.02;
/** For so long it has to have left: who reloads a page is back by then, and who was late has an answer. */
const LEFT_MS = 5_000;

/** Settings of {@linkcode tidyMemory}. */
export interface TidyMemoryOptions {
  /** Ticks; the memory is looked at on some of them. */
  readonly clock: Clock;
  /** How many connections are open. */
  readonly connections: { readonly size: number };
  /** Octets that the heap takes, and what hangs on it. */
  usedBytes?(): number;
  /** Octets that hang on the heap and lie outside of it. */
  outsideBytes?(): number;
  /**
   * Collects all garbage; a plain collection is shorter, and keeps the pages.
   * `undefined` where V8 offers none.
   */
  collect?: ((isPlain: boolean) => void) | undefined;
}

/** Looks once a second whether there is memory to be given back. */
export function tidyMemory(options: TidyMemoryOptions): void {
  const { clock, connections, usedBytes = heapBytes, outsideBytes = externalBytes, collect = collector() } = options;
  if (collect === undefined) return;
  let leastBytes = Infinity, leastOutsideBytes = Infinity, mostConnections = 0;
  let lookAtMs = clock.nowMs, restEndMs = clock.nowMs, outsideRestEndMs = clock.nowMs, crowdEndMs = clock.nowMs;
  clock.onTick((nowMs) => {
    const { size } = connections;
    mostConnections = Math.max(mostConnections, size);
    if (size > Math.max(FEW_CONNECTIONS, LEFT_SHARE * mostConnections)) crowdEndMs = nowMs + LEFT_MS;
    if (nowMs < lookAtMs) return;
    lookAtMs = nowMs + LOOK_EVERY_MS;
    if (nowMs < restEndMs) return;
    const outside = outsideBytes();
    leastOutsideBytes = Math.min(leastOutsideBytes, outside);
    if (outside >= leastOutsideBytes + GROWN_OUTSIDE_BYTES && nowMs >= outsideRestEndMs) {
      collect(true);
      leastOutsideBytes = outsideBytes();
      outsideRestEndMs = nowMs + OUTSIDE_REST_MS;
      return;
    }
    if (nowMs < crowdEndMs) return;
    const bytes = usedBytes();
    leastBytes = Math.min(leastBytes, bytes);
    const { afterCrowd, else: otherwise } = GROWN_BYTES;
    if (bytes < leastBytes + (mostConnections >= CROWD_CONNECTIONS ? afterCrowd : otherwise)) return;
    collect(false);
    leastBytes = usedBytes();
    leastOutsideBytes = outsideBytes();
    mostConnections = size;
    restEndMs = nowMs + REST_MS;
  });
}

function heapBytes(): number {
  const { heapTotal, external } = Deno.memoryUsage();
  return heapTotal + external;
}

function externalBytes(): number {
  return Deno.memoryUsage().external;
}

/** V8's own function, when the program was started with `--expose-gc`. */
function collector(): ((isPlain: boolean) => void) | undefined {
  const { gc } = globalThis as { gc?: (options: { type: "major"; flavor: "regular" | "last-resort" }) => void };
  // The regular one keeps empty pages while there is work.
  return gc && ((isPlain) => gc({ type: "major", flavor: isPlain ? "regular" : "last-resort" }));
}
