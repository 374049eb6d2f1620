/**
 * What must hold for the parser whatever the octets are. Used by the property tests and the fuzz task, which bring
 * octets of which nobody has said what should come out.
 */
import type { Limits } from "../message.ts";
import { octetsOf, type Outcome, play, type Played, type PlayedRequest } from "./play.ts";

/** An idle connection keeps a small buffer: there may be ten thousand of them. */
const IDLE_BUFFER_BYTES_MAX = 4096;

/** Octets of the largest buffer that a parser may have: a head at its limit and the smallest read behind it. */
function bufferBytesAllowed(limits: Limits): number {
  return limits.headBytesMax + 2048;
}

/**
 * Plays octets in several ways and throws when something holds that must not.
 *
 * 1. Any cut of the octets gives the same outcome.
 * 2. The buffer stays within its limit, and what was accepted stays within the others.
 * 3. Whatever comes behind a refusal, or behind a last request, changes nothing.
 * 4. What was accepted is valid by the grammar, and means the same when it is written anew.
 *
 * @param nextCut says how many octets to read at most in one of the ways
 * @returns the outcome that all ways had
 */
export function assertInvariants(octets: Uint8Array, nextCut: () => number, limits: Limits): Outcome {
  const { outcome, ...cost } = play(octets, () => Infinity, limits);
  for (const cut of [() => 1, nextCut]) {
    const other = play(octets, cut, limits);
    if (JSON.stringify(other.outcome) !== JSON.stringify(outcome)) {
      throw new Error(`Outcome depends on the cut: ${summary(outcome)} or ${summary(other.outcome)}`);
    }
    assertBuffer(other, limits);
  }
  assertBuffer(cost, limits);
  assertNothingBehind(octets, outcome, limits);
  for (const request of outcome.requests) assertAccepted(request, limits);
  if (outcome.contentDone) assertWrittenAnew(outcome, limits);
  return outcome;
}

function assertBuffer({ bufferBytesMax, bufferBytesIdle = 0 }: Omit<Played, "outcome">, limits: Limits): void {
  if (bufferBytesMax > bufferBytesAllowed(limits)) throw new Error(`Buffer grew to ${bufferBytesMax} octets`);
  if (bufferBytesIdle > IDLE_BUFFER_BYTES_MAX) {
    throw new Error(`Idle parser keeps a buffer of ${bufferBytesIdle} octets`);
  }
}

/** A connection that ended must not hear a request behind its end, however it is written. */
function assertNothingBehind(octets: Uint8Array, outcome: Outcome, limits: Limits): void {
  const isOver = outcome.refusal !== undefined || outcome.requests.at(-1)?.persistent === false && outcome.contentDone;
  if (!isOver) return;
  const behind = octetsOf("\r\n\r\n0\r\n\r\nGET /behind HTTP/1.1\r\nHost: a\r\n\r\n");
  const joined = new Uint8Array(octets.length + behind.length);
  joined.set(octets);
  joined.set(behind, octets.length);
  const longer = play(joined, () => Infinity, limits).outcome;
  if (JSON.stringify(longer) !== JSON.stringify(outcome)) {
    throw new Error(`Octets behind the end changed the outcome: ${summary(outcome)} to ${summary(longer)}`);
  }
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const TARGET = /^[!$%&'()*+,\-./0-9:;=?@A-Z[\\\]^_`a-z{|}~]+$/;
const VALUE = /^([\x21-\x7e\x80-\xff]([\x20-\x7e\x80-\xff\t]*[\x21-\x7e\x80-\xff])?)?$/;
const HOST = /^([-._~!$&'()*+,;=0-9A-Za-z]|%[0-9A-Fa-f]{2}|\[[0-9A-Fa-f:.]+\]|\[[vV][^\]]+\])*(:[0-9]{0,5})?$/;

/** Checks what was accepted against the grammar as regular expressions, which share nothing with the parser's tables. */
function assertAccepted(request: PlayedRequest, limits: Limits): void {
  const { method, target, lines, content } = request;
  const count = (wanted: string) => lines.filter(([name]) => name === wanted).length;
  const value = (wanted: string) => lines.find(([name]) => name === wanted)?.[1];
  const rules: [holds: boolean, rule: string][] = [
    [TOKEN.test(method) && method.length <= 40, "method is no token"],
    [TARGET.test(target) && target.length <= limits.targetBytesMax, "target has octets that it must not have"],
    [lines.length <= limits.fieldCountMax, "too many field lines"],
    [lines.every(([name]) => TOKEN.test(name) && name === name.toLowerCase()), "field name is no token"],
    [lines.every(([, text]) => VALUE.test(text)), "field value has octets that it must not have"],
    [headBytes(request) <= limits.headBytesMax, "head is too large"],
    [count("host") === 1 || request.minorVersion === 0 && count("host") === 0, "not one Host"],
    [HOST.test(value("host") ?? ""), "Host is malformed"],
    [count("content-length") + count("transfer-encoding") <= 1, "framed twice"],
    [/^[0-9]+$/.test(value("content-length") ?? "0"), "Content-Length is no number"],
    [/^chunked$/i.test(value("transfer-encoding") ?? "chunked"), "Transfer-Encoding is not chunked"],
    [count("transfer-encoding") === 0 || request.minorVersion === 1, "Transfer-Encoding in HTTP/1.0"],
    [(content ?? "").length <= limits.contentBytesMax, "content is too large"],
    [
      (content === null) === (count("transfer-encoding") === 0 && request.contentLength === 0),
      "content without framing",
    ],
    [content === null || content.length <= (request.contentLength ?? Infinity), "content longer than its length"],
    [request.path === "*" || target.includes(request.path) || request.path === "/", "path is not in the target"],
  ];
  for (const [holds, rule] of rules) {
    if (!holds) throw new Error(`Accepted although ${rule}: ${JSON.stringify(request).slice(0, 500)}`);
  }
}

/** The fewest octets that the head of a request can have had. */
function headBytes({ method, target, lines }: PlayedRequest): number {
  return lines.reduce(
    (sum, [name, value]) => sum + name.length + value.length + 3,
    method.length + target.length + "  HTTP/1.1\r\n\r\n".length,
  );
}

/** Requests written from what came out must come out again. */
function assertWrittenAnew(outcome: Outcome, limits: Limits): void {
  const written = outcome.requests.map(requestText).join("");
  const again = play(octetsOf(written), () => Infinity, limits).outcome;
  if (JSON.stringify(again.requests) !== JSON.stringify(outcome.requests) || again.refusal !== undefined) {
    throw new Error(
      `Requests mean something else when they are written anew: ${summary(outcome)} or ${summary(again)}`,
    );
  }
}

/** Writes a request with no octet more than it needs, so that no limit is passed that was not passed before. */
function requestText(request: PlayedRequest): string {
  const head = `${request.method} ${request.target} HTTP/1.${request.minorVersion}\r\n` +
    request.lines.map(([name, value]) => `${name}:${value}\r\n`).join("") + "\r\n";
  if (request.content === null) return head;
  if (request.contentLength !== undefined) return head + request.content;
  const { length } = request.content;
  return head + (length === 0 ? "" : `${length.toString(16)}\r\n${request.content}\r\n`) + "0\r\n\r\n";
}

function summary({ requests, refusal }: Outcome): string {
  return JSON.stringify({ requests: requests.map(({ method, target }) => `${method} ${target}`), refusal });
}
