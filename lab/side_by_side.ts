/** What labs of several modes need to be shown in one picture: each is of another origin than the page. Pure. */

/** Lets pages of other origins read the lesson's pages, and see how long they took (Resource Timing). */
const SHARED = "  Access-Control-Allow-Origin: *\n  Timing-Allow-Origin: *\n";

/** Returns the text of `_headers` with what lets the page ask the same host on other ports, and be asked from there. */
export function withPorts(headers: string, ports: readonly number[]): string {
  if (ports.length === 0) return headers;
  const sources = ports.map((port) => ` *:${port}`).join("");
  return `${headers.trimEnd().replace("connect-src 'self'", (source) => source + sources)}\n${SHARED}`;
}
