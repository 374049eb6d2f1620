/**
 * The words that every room of the house shares: request, response, content, handler, limits, protocol error.
 *
 * Types flow up from here; this file imports nothing and knows neither sockets nor files nor time.
 */

/**
 * The fields that the parser recognises in its one pass; any other field is found by name, later and slower.
 *
 * A value is an index into the request's slots, so there can be at most 31 (one bit each).
 */
export const FIELD = {
  "host": 0,
  "connection": 1,
  "content-length": 2,
  "transfer-encoding": 3,
  "expect": 4,
  "content-type": 5,
  "authorization": 6,
  "user-agent": 7,
  "referer": 8,
  "accept": 9,
  "accept-encoding": 10,
  "accept-language": 11,
  "if-match": 12,
  "if-none-match": 13,
  "if-modified-since": 14,
  "if-unmodified-since": 15,
  "if-range": 16,
  "range": 17,
  "origin": 18,
  "max-forwards": 19,
  "from": 20,
  "upgrade": 21,
  "forwarded": 22,
  "x-forwarded-for": 23,
  "access-control-request-method": 24,
  "access-control-request-headers": 25,
} as const;

/** Index of a recognised field, see {@linkcode FIELD}. */
export type FieldId = typeof FIELD[keyof typeof FIELD];

/** Who is at the other end of a connection. */
export interface Peer {
  /** IP address, or the path of a unix socket. */
  readonly address: string;
  /** Port, 0 where there is none. */
  readonly port: number;
  /** Whether the connection is encrypted. */
  readonly secure: boolean;
}

/** The content of a request, read piece by piece. */
export interface RequestContent {
  /** Octets announced by Content-Length; `undefined` for chunked content. */
  readonly length: number | undefined;
  /**
   * Reads the next piece; asks the peer for it with `100 (Continue)` when it expects that (RFC 9110 10.1.1).
   *
   * @returns octets that stay valid until the next call, or `undefined` at the end
   * @throws {ProtocolError} when the framing is broken or a limit is passed
   */
  read(): Promise<Uint8Array | undefined>;
}

/**
 * A request as it lies in the connection's buffer. There is one per connection, reused: it is valid until its
 * handler settles. Strings are made when they are asked for, one character per octet (Latin-1).
 */
export interface HttpRequest {
  /** Method token, case-sensitive (RFC 9110 9.1). */
  readonly method: string;
  /** Request-target as it came (RFC 9112 3.2). */
  readonly target: string;
  /** Path of the target, still percent-encoded; `*` for the asterisk-form. */
  readonly path: string;
  /** Query of the target without its `?`, still percent-encoded; empty when there is none. */
  readonly query: string;
  /** 1 for HTTP/1.1 and any higher minor version, 0 for HTTP/1.0. */
  readonly minorVersion: 0 | 1;
  /**
   * Returns the value of a field; several field lines of one name are joined by `, ` (RFC 9110 5.3).
   *
   * @param id a recognised field's index, or any field's name in lower case
   */
  field(id: FieldId | string): string | undefined;
  /** Returns whether a recognised field came at all; a bit test, where {@linkcode field} makes a string. */
  has(id: FieldId): boolean;
  /** All field lines in the order they came, names in lower case. */
  fields(): Iterable<[name: string, value: string]>;
  /** The request's content, `null` when it has none. */
  readonly content: RequestContent | null;
  /** Who asked. */
  readonly peer: Peer;
  /**
   * Aborted when nobody waits for the answer any more: the peer is gone, or a drain has run out of patience.
   * Made on first use, so a handler that never waits never pays for it.
   */
  readonly signal: AbortSignal;
}

/** Part of a file, read through one open handle while it goes out. */
export interface FileSlice {
  /** Octets that {@linkcode read} has still to give. */
  readonly remaining: number;
  /**
   * Reads the next octets of the slice.
   *
   * @returns how many were read, 0 when the file ends before the slice does
   */
  read(into: Uint8Array): Promise<number>;
  /** The same without a promise; `undefined`, or absent, where that would hold everybody up. */
  readNow?(into: Uint8Array): number | undefined;
  /**
   * Reads all that remains, without a promise, and makes sure that the file is unchanged. Absent where that never works;
   * never throws.
   *
   * @param into as long as what remains
   * @returns whether it worked; else nothing was read, and {@linkcode read} can be asked
   */
  readAllNow?(into: Uint8Array): boolean;
  /** Whether the file is still the one whose length and validators were announced; asked before the last piece. */
  isUnchanged(): Promise<boolean>;
  /** Gives the handle back; called exactly once, however the answer ends. */
  close(): void;
}

/** What a response carries: octets in memory, part of a file, or a stream of unknown length. */
export type Content = Uint8Array | FileSlice | AsyncIterable<Uint8Array>;

/**
 * A response, built only by `prepareResponse()`. It may be shared between requests as long as its content is octets
 * in memory; nobody may change it.
 */
export interface HttpResponse {
  /** Status code, 200 to 599. */
  readonly status: number;
  /** Status line and field lines; no Date, Server, Connection, Transfer-Encoding, and no empty line at the end. */
  readonly head: Uint8Array;
  /** Octets of the content; `undefined` when they are only known at its end. */
  readonly contentLength: number | undefined;
  /** The content, `null` for none. */
  readonly content: Content | null;
}

/** Answers a request, now or later. A hit in memory should answer now: a promise costs a flush. */
export type Handler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;

/**
 * Upper bound of everything that a peer can make us spend. Units are in the names.
 * The defaults and their reasons are in {@linkcode DEFAULT_LIMITS}.
 */
export interface Limits {
  /** Octets of a request's head (431). */
  readonly headBytesMax: number;
  /** Empty lines before a request line (400). */
  readonly emptyLinesMax: number;
  /** Octets of a method (501). */
  readonly methodBytesMax: number;
  /** Octets of a request-target (414). */
  readonly targetBytesMax: number;
  /** Field lines of a request (431). */
  readonly fieldCountMax: number;
  /** Octets of a request's content (413). */
  readonly contentBytesMax: number;
  /** Octets of all chunk extensions of a request together (400). */
  readonly chunkExtensionBytesMax: number;
  /** Octets of a trailer section (431). */
  readonly trailerBytesMax: number;
  /** Octets of answers collected before they are written. */
  readonly batchBytesMax: number;
  /** Octets of content that nobody wants, read only to save the connection. */
  readonly discardBytesMax: number;
  /** Time from the first octet of a head to its last; of a new connection, from the start. */
  readonly headReadMs: number;
  /** Time without an octet of content, and time for all of the content that nobody wants. */
  readonly contentStallMs: number;
  /** Time in which the peer takes nothing of an answer. */
  readonly writeStallMs: number;
  /** Time between an answer and the next request. */
  readonly idleMs: number;
  /** Time for a handler to answer, and for a stream to have something to send. */
  readonly handlerMs: number;
  /** Time without an octet for a peer to read an answer and close, after our side is closed. */
  readonly lingerMs: number;
  /** Time for the same in all, for a peer that goes on sending. */
  readonly lingerTotalMs: number;
  /** Octets that a peer may go on sending after our side is closed. */
  readonly lingerBytesMax: number;
  /** Time for running answers to end when the server stops (`--grace`). */
  readonly drainMs: number;
  /** Connections open at once. */
  readonly connectionsMax: number;
  /** Connections of one peer address open at once (503); loopback, unix sockets and trusted proxies are not counted. */
  readonly connectionsPerAddressMax: number;
  /** Requests answered on one connection. */
  readonly requestsPerConnectionMax: number;
}

/** Default limits, each with its reason. */
export const DEFAULT_LIMITS: Limits = {
  // Cookies of a large site reach 8 KiB; other servers stop between 8 and 64 KiB.
  headBytesMax: 16_384,
  // RFC 9112 2.2 asks to forgive one; old clients send one or two after content.
  emptyLinesMax: 16,
  // The longest registered one has 17 (UPDATEREDIRECTREF).
  methodBytesMax: 40,
  // RFC 9112 3 asks for at least 8,000 octets of request line.
  targetBytesMax: 8_192,
  // A browser sends about 20; a proxy chain adds a few.
  fieldCountMax: 100,
  // A file server wants no content; this is room for a form sent to the wrong place to get its 405.
  contentBytesMax: 16_777_216,
  // Nobody uses chunk extensions; signatures in them are under 100 octets a chunk.
  chunkExtensionBytesMax: 4_096,
  // Trailers are dropped; they are read only to find their end.
  trailerBytesMax: 8_192,
  // One write of 64 KiB costs little more than one of 4; more only holds memory.
  batchBytesMax: 65_536,
  // Reading more than this costs the peer and us more than a new connection.
  discardBytesMax: 262_144,
  // A head fits one packet or two; ten seconds forgive three lost ones.
  headReadMs: 10_000,
  // A mobile network's hand-over takes up to ten seconds.
  contentStallMs: 20_000,
  writeStallMs: 20_000,
  // Browsers reuse a connection within seconds; every idle one costs memory.
  idleMs: 15_000,
  // The longest /sleep, twice: longer is a mistake of ours, and must not hold a connection.
  handlerMs: 120_000,
  // Enough for a round trip round the world and a retransmission.
  lingerMs: 2_000,
  // A form of some megabytes over a slow line is let through to its end, so that its sender hears the answer.
  lingerTotalMs: 30_000,
  // The same bound as for content: more is nobody's mistake.
  lingerBytesMax: 16_777_216,
  // Container platforms kill after 10 s (Docker) or 30 s (Kubernetes).
  drainMs: 10_000,
  // About 10 KiB each when idle: 160 MB at the worst.
  connectionsMax: 16_384,
  // One address cannot take all; a whole office may come from one, though.
  connectionsPerAddressMax: 4_096,
  // A connection that never ends is never balanced anew; high, since a new one costs as much as three requests.
  requestsPerConnectionMax: 100_000,
};

/** The only error that `http1/` throws: the peer broke the protocol, or passed a limit. */
export class ProtocolError extends Error {
  /** Tells it from other errors. */
  override readonly name = "ProtocolError";
  /** Status code of the answer, 400 to 599. */
  readonly status: number;
  /** The rule that was broken, such as `RFC 9112 6.1`. */
  readonly rule: string;

  /**
   * Says what was broken, and how that is answered.
   *
   * @param status status code of the answer
   * @param rule the section that was broken
   * @param message what is wrong: fixed text, never octets of the peer
   */
  constructor(status: number, rule: string, message: string) {
    super(message);
    this.status = status;
    this.rule = rule;
  }
}
