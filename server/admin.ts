/** The handler of the admin listener: whether the server lives, whether it takes visitors, and what it has counted. */
import type { Handler, HttpRequest, HttpResponse } from "../http1/message.ts";
import { plainResponse, prepareResponse } from "../http1/response.ts";
import { type MetricsSnapshot, prometheusText } from "./metrics.ts";

/** Settings of {@linkcode adminHandler}. */
export interface AdminOptions {
  /** Whether new visitors are welcome; not while the server drains. */
  isReady(): boolean;
  /** All values of now, of all workers. */
  snapshot(): MetricsSnapshot | Promise<MetricsSnapshot>;
}

const NO_STORE = { "Cache-Control": "no-store" };
const ALIVE = plainResponse(200, "", NO_STORE);
const DRAINING = plainResponse(503, "The server stops", NO_STORE);
const NOT_FOUND = plainResponse(404);
const NOT_ALLOWED = plainResponse(405, "", { "Allow": "GET, HEAD" });

/** Makes the handler of `/livez`, `/readyz` and `/metrics`. */
export function adminHandler({ isReady, snapshot }: AdminOptions): Handler {
  const metrics = async (): Promise<HttpResponse> =>
    prepareResponse(200, {
      fields: { "Content-Type": "text/plain; version=0.0.4; charset=utf-8", ...NO_STORE },
      content: new TextEncoder().encode(prometheusText(await snapshot())),
    });
  return ({ method, path }: HttpRequest) => {
    if (method !== "GET" && method !== "HEAD") return NOT_ALLOWED;
    if (path === "/livez") return ALIVE;
    if (path === "/readyz") return isReady() ? ALIVE : DRAINING;
    return path === "/metrics" ? metrics() : NOT_FOUND;
  };
}
