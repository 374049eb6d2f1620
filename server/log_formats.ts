/**
 * The formats of the access log, one line for an exchange. Pure: an exchange and a time go in, a line comes out.
 *
 * Whatever a peer sends, a line stays one line, and no octet of it can steer a terminal: control characters, quotes and
 * everything beyond ASCII are escaped.
 */
import type { Exchange } from "./observer.ts";

/** Formats of the access log. */
export const LOG_FORMATS = ["auto", "pretty", "combined", "json", "off"] as const;

/** A format that {@linkcode lineOf} writes. */
export type LineFormat = "pretty" | "combined" | "json";

/** What a line needs besides its exchange. */
export interface LineContext {
  /** Address of the client, as far as it is known. */
  readonly client: string;
  /** When the answer ended, in milliseconds since 1970. */
  readonly dateMs: number;
  /** How long it took, from the whole head to the last octet, in milliseconds. */
  readonly durationMs: number;
  /** Whether a line for people has colours. */
  readonly isColoured: boolean;
}

/** Returns the line of an exchange, with its line end. */
export function lineOf(format: LineFormat, exchange: Exchange, context: LineContext): string {
  switch (format) {
    case "combined":
      return combinedLine(exchange, context);
    case "json":
      return jsonLine(exchange, context);
    case "pretty":
      return prettyLine(exchange, context);
  }
}

const UNSAFE = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;

/** Writes octets that are not plain text as nginx does: `\xHH`. */
export function escaped(text: string): string {
  if (!UNSAFE.test(text)) return text;
  return text.replace(new RegExp(UNSAFE, "g"), (character) => {
    const hex = character.charCodeAt(0).toString(16).toUpperCase();
    return `\\x${hex.padStart(2, "0")}`;
  });
}

/** The same few texts come again and again; a text that is kept is compared by its place in memory. */
class LastEscaped {
  #text: string | undefined;
  #escaped = "-";

  of(text: string | undefined): string {
    if (text === this.#text) return this.#escaped;
    this.#text = text;
    return this.#escaped = text === undefined ? "-" : escaped(text);
  }
}

const lastTarget = new LastEscaped(), lastReferer = new LastEscaped(), lastUserAgent = new LastEscaped();

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
let lastSeconds = -1, lastDate = "";

/** Time as the Apache formats write it, in UTC; made once a second. */
function combinedDate(dateMs: number): string {
  const seconds = Math.floor(dateMs / 1_000);
  if (seconds === lastSeconds) return lastDate;
  lastSeconds = seconds;
  const iso = new Date(seconds * 1_000).toISOString();
  const month = MONTHS[Number(iso.slice(5, 7)) - 1];
  return lastDate = `${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}

/** nginx writes 499 for a client that left before its answer; there is no status code that was sent. */
const NO_STATUS = 499;

/** The "combined" format of Apache and nginx. */
function combinedLine(exchange: Exchange, { client, dateMs }: LineContext): string {
  const { method, target, minorVersion, status, sentBytes } = exchange;
  const request = method === "" ? "-" : `${method} ${lastTarget.of(target)} HTTP/1.${minorVersion}`;
  return `${client} - - [${combinedDate(dateMs)}] "${request}" ${status === 0 ? NO_STATUS : status} ${sentBytes} "` +
    `${lastReferer.of(exchange.referer)}" "${lastUserAgent.of(exchange.userAgent)}"\n`;
}

/** What stands before the path in a target of the absolute-form (RFC 9112 3.2.2). */
const ABSOLUTE_FORM = /^https?:\/\/[^/?]*/i;

/** One object, with the names of the OpenTelemetry semantic conventions for HTTP. */
function jsonLine(exchange: Exchange, { client, dateMs, durationMs }: LineContext): string {
  const { method, target, minorVersion, status, sentBytes, error, peer, userAgent, referer } = exchange;
  const isAbsolute = ABSOLUTE_FORM.test(target);
  const [own, query] = target.replace(ABSOLUTE_FORM, "").split(/\?(.*)/s), path = isAbsolute && own === "" ? "/" : own;
  const line = JSON.stringify({
    "timestamp": new Date(dateMs).toISOString(),
    "http.request.method": method || undefined,
    "url.path": path || undefined,
    "url.query": query,
    "http.response.status_code": status || undefined,
    "http.response.body.size": sentBytes,
    "http.server.request.duration": Math.round(1_000 * durationMs) / 1_000_000,
    "network.protocol.version": `1.${minorVersion}`,
    "network.peer.address": peer.address,
    "network.peer.port": peer.port || undefined,
    "client.address": client,
    "user_agent.original": userAgent,
    "http.request.header.referer": referer,
    "error.type": error ?? (status >= 500 ? String(status) : undefined),
  });
  // JSON escapes what is below the space itself.
  const plain = line.replace(/[\x7f-\uffff]/g, (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `${plain}\n`;
}

const RESET = "\x1b[0m";

/** For people: time, status, method, target, size, time taken. */
function prettyLine(exchange: Exchange, { dateMs, durationMs, isColoured }: LineContext): string {
  const { method, target, status, sentBytes, error } = exchange;
  const date = new Date(dateMs);
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map((it) => `${it}`.padStart(2, "0")).join(":");
  const colour = ["31", "36", "32", "36", "33", "31"][Math.floor(status / 100)] ?? "31";
  const paint = (text: string, code: string) => isColoured ? `\x1b[${code}m${text}${RESET}` : text;
  const code = paint(status === 0 ? "---" : `${status}`, colour);
  const took = durationMs < 10 ? durationMs.toFixed(1) : durationMs.toFixed(0);
  const rest = paint(`${sizeOf(sentBytes)}  ${took} ms${error === undefined ? "" : `  ${error}`}`, "2");
  return `${paint(time, "2")} ${code} ${(method || "-").padEnd(4)} ${escaped(target || "-")}  ${rest}\n`;
}

function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const kilo = bytes / 1_000;
  if (kilo < 1_000) return `${kilo.toFixed(kilo < 10 ? 1 : 0)} kB`;
  return kilo < 1e6 ? `${(kilo / 1e3).toFixed(1)} MB` : `${(kilo / 1e6).toFixed(1)} GB`;
}
