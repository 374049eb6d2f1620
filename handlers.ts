/**
 * The route table: which handler answers which path.
 *
 * `/` is the page, `/sleep` (and `/pause`) the same page after a nap, and everything else is a file or the 404 page.
 * Handlers know nothing of sockets: a request goes in, a response or the promise of one comes out.
 */
import { delay } from "@std/async/delay";
import type { FileHandler } from "./files/static_files.ts";
import { FIELD, type Handler, type HttpRequest, type HttpResponse } from "./http1/message.ts";
import { plainResponse, prepareResponse } from "./http1/response.ts";
import { faultHandler } from "./lab/faults.ts";

/** Settings of {@linkcode handlers}. */
export interface HandlersOptions {
  /** Path of the page at `/`, such as `/hello.html`; by default the root folder's index. */
  readonly home?: string;
  /**
   * Whether `/sleep`, `/pause` and the faults of the lab are served; a public site should not offer a way to hold
   * connections open.
   */
  readonly lesson?: boolean;
  /** How `/sleep` waits; by default on a promise. */
  readonly wait?: (ms: number, options: { signal: AbortSignal }) => Promise<void>;
  /** Further routes. */
  readonly lab?: ReadonlyMap<string, Handler>;
  /** Origin whose pages may read the files, `*` for all; by default the files' own alone. */
  readonly corsOrigin?: string;
}

const SLEEP_MS = 5_000;
const SLEEP_MS_MAX = 60_000;

/** Makes the handler of all requests from the one of files. */
export function handlers(files: FileHandler, options: HandlersOptions = {}): Handler {
  const { home = "/", lesson = false, wait = delay, corsOrigin } = options;
  const preflight = corsOrigin === undefined ? undefined : preflightResponse(corsOrigin);
  const hello: Handler = (request) => files(request, home);

  /** Waits on a promise, and so holds nobody up; the wait ends early when nobody is left to hear the answer. */
  const sleep: Handler = async (request) => {
    const ms = sleepMs(request.query);
    if (ms === undefined) return plainResponse(400, `ms takes a whole number from 0 to ${SLEEP_MS_MAX}`);
    await wait(ms, { signal: request.signal });
    return hello(request);
  };

  const routes = new Map<string, Handler>([["/", hello], ...options.lab ?? []]);
  if (lesson) routes.set("/sleep", sleep).set("/pause", sleep);

  const routeOf = (path: string) => routes.get(path) ?? (lesson ? faultHandler(path) : undefined);

  return (request) => {
    const { method, path } = request;
    if (method !== "GET" && method !== "HEAD") return otherMethod(request, preflight);
    const route = routeOf(path.includes("%") ? decoded(path) : path);
    return route === undefined ? files(request, path) : route(request);
  };
}

/** Milliseconds to sleep; `undefined` when the query asks for what cannot be had. */
function sleepMs(query: string): number | undefined {
  const [ms = `${SLEEP_MS}`, ...others] = new URLSearchParams(query).getAll("ms");
  return others.length === 0 && /^[0-9]+$/.test(ms) && Number(ms) <= SLEEP_MS_MAX ? Number(ms) : undefined;
}

/** A path without the encoding that nobody needs: `/%73leep` is `/sleep` (RFC 3986 6.2.2.2). */
function decoded(path: string): string {
  return path.replace(/%[0-9a-f]{2}/gi, (octet) => {
    const character = String.fromCharCode(parseInt(octet.slice(1), 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : octet;
  });
}

const ALLOW = { "Allow": "GET, HEAD, OPTIONS" };
const OPTIONS = prepareResponse(204, { fields: ALLOW });
const METHOD_NOT_ALLOWED = plainResponse(405, "", ALLOW);
const NOT_IMPLEMENTED = plainResponse(501);
/** Methods that others know (RFC 9110 9, RFC 5789); of the rest nobody can say what it asks for. */
const KNOWN_METHODS = new Set(["POST", "PUT", "DELETE", "PATCH", "CONNECT", "TRACE"]);

function otherMethod(request: HttpRequest, preflight: HttpResponse | undefined): HttpResponse {
  if (request.method === "OPTIONS") {
    const isPreflight = request.has(FIELD.origin) && request.has(FIELD["access-control-request-method"]);
    return isPreflight && preflight !== undefined ? preflight : OPTIONS;
  }
  return KNOWN_METHODS.has(request.method) ? METHOD_NOT_ALLOWED : NOT_IMPLEMENTED;
}

/** What a browser is told that asks, for a page of another origin, whether it may ask (Fetch Standard, CORS protocol). */
function preflightResponse(origin: string): HttpResponse {
  return prepareResponse(204, {
    fields: {
      ...ALLOW,
      "Access-Control-Allow-Origin": origin,
      "Access-Control-Allow-Methods": "GET, HEAD",
      "Access-Control-Allow-Headers": "*",
      "Access-Control-Max-Age": "86400",
    },
  });
}
