/** An exchange for tests of what watches: a page of twelve octets, answered. */
import type { Exchange } from "../observer.ts";

export const EXCHANGE: Exchange = {
  connection: 1,
  peer: { address: "192.0.2.1", port: 50_000, secure: false },
  method: "GET",
  target: "/a?b=c",
  minorVersion: 1,
  referer: undefined,
  userAgent: undefined,
  forwarded: undefined,
  forwardedFor: undefined,
  startMs: 1_000,
  status: 200,
  sentBytes: 12,
  error: undefined,
};
