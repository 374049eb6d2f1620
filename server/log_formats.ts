/**
 * The formats of the access log, one line for an exchange. Pure: an exchange and a time go in, a line comes out.
 *
 * Whatever a peer sends, a line stays one line, and no octet of it can steer a terminal: control characters, quotes and
 * everything beyond ASCII are escaped.
 */
import type { Exchange } from "./observer.ts";

/** Formats of the access log. */
export const LOG_FORMATS = ["auto", "pretty", "combined", "json", "off"] as const;

/** A format that lines are written in. */
export type LineFormat = "pretty" | "combined" | "json";

/** What a line of {@linkcode jsonLine} and {@linkcode prettyLine} needs besides its exchange. */
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

const UNSAFE = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;

/** Writes octets that are not plain text as nginx does: `\xHH`. */
export function escaped(text: string): string {
  if (!UNSAFE.test(text)) return text;
  return text.replace(new RegExp(UNSAFE, "g"), (character) => {
    const hex = character.charCodeAt(0).toString(16).toUpperCase();
    return `\\x${hex.padStart(2, "0")}`;
  });
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Time as the Apache formats write it, in UTC. */
function combinedDate(dateMs: number): string {
  const iso = new Date(dateMs).toISOString();
  const month = MONTHS[Number(iso.slice(5, 7)) - 1];
  return `${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}

/** nginx writes 499 for a client that left before its answer; there is no status code that was sent. */
const NO_STATUS = 499;

function orDash(text: string | undefined): string {
  return text === undefined ? "-" : escaped(text);
}

/**
 * Writes the "combined" format of Apache and nginx. A line is made of four pieces, and of each the last one is kept: a
 * page and its files come from one browser within a second, and for a file that is asked for again and again all four
 * are the same. The texts of a request are kept by their parser, so they are compared by their place in memory mostly.
 */
export class CombinedLines {
  #client = "";
  #seconds = -1;
  #who = "";
  #method = "";
  #target = "";
  #minorVersion = -1;
  #request = "";
  #status = -1;
  #sentBytes = -1;
  #result = "";
  #referer: string | undefined = "";
  #userAgent: string | undefined = "";
  #browser = "";
  #line = "";

  /** Returns the line of an exchange, with its line end. */
  of(exchange: Exchange, client: string, dateMs: number): string {
    const { method, target, minorVersion, status, sentBytes, referer, userAgent } = exchange;
    const seconds = Math.floor(dateMs / 1_000);
    let isSame = true;
    if (seconds !== this.#seconds || client !== this.#client) {
      isSame = false;
      [this.#seconds, this.#client] = [seconds, client];
      this.#who = `${client} - - [${combinedDate(dateMs)}] "`;
    }
    if (target !== this.#target || method !== this.#method || minorVersion !== this.#minorVersion) {
      isSame = false;
      [this.#target, this.#method, this.#minorVersion] = [target, method, minorVersion];
      this.#request = method === "" ? '-" ' : `${method} ${escaped(target)} HTTP/1.${minorVersion}" `;
    }
    if (sentBytes !== this.#sentBytes || status !== this.#status) {
      isSame = false;
      [this.#sentBytes, this.#status] = [sentBytes, status];
      this.#result = `${status === 0 ? NO_STATUS : status} ${sentBytes} "`;
    }
    if (userAgent !== this.#userAgent || referer !== this.#referer) {
      isSame = false;
      [this.#userAgent, this.#referer] = [userAgent, referer];
      this.#browser = `${orDash(referer)}" "${orDash(userAgent)}"\n`;
    }
    if (!isSame) this.#line = this.#who + this.#request + this.#result + this.#browser;
    return this.#line;
  }
}

/** What stands before the path in a target of the absolute-form (RFC 9112 3.2.2). */
const ABSOLUTE_FORM = /^https?:\/\/[^/?]*/i;

/** One object, with the names of the OpenTelemetry semantic conventions for HTTP. */
export function jsonLine(exchange: Exchange, { client, dateMs, durationMs }: LineContext): string {
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
    "network.peer.address": peer.address || undefined,
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
export function prettyLine(exchange: Exchange, { dateMs, durationMs, isColoured }: LineContext): string {
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
