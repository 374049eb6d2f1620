/**
 * Answers only requests whose authority has a name that is ours.
 *
 * A page of another site can let its own name resolve to an address of this machine (DNS rebinding) and then read what
 * is served here; its requests still carry that name.
 */
import { FIELD, type Handler, type HttpRequest } from "../http1/message.ts";
import { plainResponse } from "../http1/response.ts";

const MISDIRECTED = plainResponse(421, "This host is not served here");

/** Wraps a handler; names are in lower case and without a port, IPv6 addresses in brackets. */
export function allowHosts(names: readonly string[], handler: Handler): Handler {
  if (names.length === 0) return handler;
  const allowed = new Set(names);
  return (request) => allowed.has(hostOf(request)) ? handler(request) : MISDIRECTED;
}

/** Name of the authority; that of an absolute-form counts before Host (RFC 9112 3.2.2). */
function hostOf(request: HttpRequest): string {
  const [, authority] = /^https?:\/\/([^/?#]*)/i.exec(request.target) ?? [];
  return (authority ?? request.field(FIELD["host"]) ?? "").replace(/:[0-9]*$/, "").toLowerCase();
}
