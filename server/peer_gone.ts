/** Tells a peer that went away, which is its right and nobody's error, from what somebody should hear of. */

const PEER_GONE = [
  Deno.errors.ConnectionReset,
  Deno.errors.ConnectionAborted,
  Deno.errors.BrokenPipe,
  Deno.errors.NotConnected,
  Deno.errors.TimedOut,
  // A TLS peer that left without close_notify, or never spoke TLS.
  Deno.errors.UnexpectedEof,
  Deno.errors.InvalidData,
];

/** Returns whether an error of a socket means that its peer is gone. */
export function isPeerGone(error: unknown): boolean {
  return PEER_GONE.some((kind) => error instanceof kind);
}
