/**
 * Plays octets to a parser the way a connection does: reads into its room, takes requests, reads their content to the
 * end, stops at a refusal or at the last request of the connection.
 *
 * Used by the transcripts, the property tests and the fuzz task; it knows nothing of what should come out.
 */
import { DEFAULT_LIMITS, FIELD, type Limits, ProtocolError } from "../message.ts";
import type { ParsedRequest, RequestSource } from "../parsed_request.ts";
import { RequestParser } from "../request_parser.ts";

/** Everything that a request says, copied out of the parser's buffer before the next octets come in. */
export interface PlayedRequest {
  method: string;
  target: string;
  path: string;
  query: string;
  minorVersion: 0 | 1;
  persistent: boolean;
  expectsContinue: boolean;
  contentLength: number | undefined;
  /** The field lines in the order they came. */
  lines: [name: string, value: string][];
  /** What `field()` gives for each name that came, and for each recognised name that did not. */
  values: [name: string, value: string | undefined][];
  /** The decoded content as far as it came, `null` for none. */
  content: string | null;
}

/** What came out of a transcript. Two outcomes are the same when they are equal in depth. */
export interface Outcome {
  requests: PlayedRequest[];
  refusal: { status: number; rule: string; message: string } | undefined;
  /** Whether the content of the last request came to its end. */
  contentDone: boolean;
}

/** An outcome and what it cost. */
export interface Played {
  outcome: Outcome;
  /** Largest buffer that the parser had at any time, in octets. */
  bufferBytesMax: number;
  /** Buffer that the parser has while it waits for a next request; `undefined` when it does not wait for one. */
  bufferBytesIdle: number | undefined;
}

/** What a request needs from its connection; a transcript has no connection. */
const NO_CONNECTION: RequestSource = {
  peer: { address: "192.0.2.1", port: 50_000, secure: false },
  signal: new AbortController().signal,
  readContent: () => Promise.resolve(undefined),
};

/** Turns a transcript into octets, one for each character (Latin-1). */
export function octetsOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => {
    const octet = character.charCodeAt(0);
    if (octet > 0xff) throw new RangeError(`Character ${JSON.stringify(character)} is no octet`);
    return octet;
  });
}

/** Turns octets into a transcript. */
export function textOf(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += String.fromCharCode(octet);
  return text;
}

/**
 * Plays octets to a new parser.
 *
 * @param nextCut says how many octets to read at most, each time the parser wants more
 * @throws whatever leaves the parser and is no {@linkcode ProtocolError}, and when a request does not stay what it was
 * until its content is read
 */
export function play(octets: Uint8Array, nextCut: () => number, limits: Limits = DEFAULT_LIMITS): Played {
  const parser = new RequestParser(limits, NO_CONNECTION);
  const player: Player = {
    parser,
    outcome: { requests: [], refusal: undefined, contentDone: true },
    request: undefined,
  };
  let at = 0, bufferBytesMax = parser.bufferBytes, isOpen = true;
  while (isOpen && at < octets.length) {
    const room = parser.space();
    if (room.length === 0) throw new Error("Parser wants more octets and has no room for them");
    const taken = Math.min(room.length, octets.length - at, Math.max(1, nextCut()));
    room.set(octets.subarray(at, at + taken));
    parser.commit(taken);
    at += taken;
    isOpen = take(player);
    bufferBytesMax = Math.max(bufferBytesMax, parser.bufferBytes);
  }
  player.outcome.contentDone = parser.contentDone;
  return { outcome: player.outcome, bufferBytesMax, bufferBytesIdle: isOpen ? bufferBytesIdle(parser) : undefined };
}

function bufferBytesIdle(parser: RequestParser): number | undefined {
  if (!parser.contentDone || !parser.isEmpty) return undefined;
  parser.space();
  return parser.bufferBytes;
}

interface Player {
  readonly parser: RequestParser;
  readonly outcome: Outcome;
  /** The last request, as the parser keeps it. */
  request: ParsedRequest | undefined;
}

/** Takes all that is in the parser; returns whether the connection would go on. */
function take(player: Player): boolean {
  const { parser, outcome } = player;
  try {
    while (true) {
      const last = outcome.requests.at(-1);
      if (!parser.contentDone) {
        const piece = parser.content();
        if (piece !== undefined) last!.content += textOf(piece);
        else if (!parser.contentDone) return true;
        continue;
      }
      if (player.request !== undefined) assertUnchanged(player.request, last!);
      if (last?.persistent === false) return false;
      player.request = parser.next();
      if (player.request === undefined) return true;
      outcome.requests.push(copied(player.request));
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    outcome.refusal = { status: error.status, rule: error.rule, message: error.message };
    return false;
  }
}

/** While content came in, the head before it must have stayed what it was: the handler may ask it at any time. */
function assertUnchanged(request: ParsedRequest, before: PlayedRequest): void {
  if (before.content === null) return;
  const now = { ...copied(request), content: before.content };
  if (JSON.stringify(now) !== JSON.stringify(before)) throw new Error("Request changed while its content was read");
}

function copied(request: ParsedRequest): PlayedRequest {
  const { method, target, path, query, minorVersion, persistent, expectsContinue, contentLength } = request;
  const lines = [...request.fields()];
  const names = new Set([...Object.keys(FIELD), ...lines.map(([name]) => name)]);
  return {
    ...{ method, target, path, query, minorVersion, persistent, expectsContinue, contentLength, lines },
    values: [...names].map((name) => [name, request.field(name)]),
    content: request.content === null ? null : "",
  };
}
