/**
 * The PROXY protocol, versions 1 and 2: what a proxy says of its client before the client's first octet.
 *
 * It is demanded of every connection where it is on, since a server that takes it where it comes and does without it
 * where it does not lets every client say who it is.
 */
import { addressOf, octetsOf } from "./client_address.ts";
import type { OpenConnection, OpenConnections } from "./open_connections.ts";
import type { Clock } from "./clock.ts";
import type { Socket } from "./socket.ts";

/** What a prefix comes to: how many octets it has and who the client is; `undefined` for the proxy itself. */
export interface ProxyPrefix {
  /** Octets of the prefix. */
  readonly length: number;
  /** Who the client is. */
  readonly client: Deno.NetAddr | undefined;
}

/** Octets of the longest prefix that is taken: addresses and a few kilooctets of what we do not need. */
export const PREFIX_BYTES_MAX = 4_096;
const V1_BYTES_MAX = 107;
const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];

/**
 * Reads a prefix from the first octets of a connection.
 *
 * @returns `undefined` when more octets are needed
 * @throws {TypeError} when it is none
 */
export function parsePrefix(octets: Uint8Array): ProxyPrefix | undefined {
  if (octets.length === 0) return undefined;
  return octets[0] === SIGNATURE[0] ? parseBinary(octets) : parseText(octets);
}

function broken(): never {
  throw new TypeError("There is no PROXY header");
}

/** A number as the protocol has it: no zeros in front, which some would read as octal. */
const NUMBER = "(0|[1-9][0-9]{0,4})";
const ADDRESSES = new RegExp(`^PROXY TCP([46]) (\\S+) (\\S+) ${NUMBER} ${NUMBER}\r\n$`);

function parseText(octets: Uint8Array): ProxyPrefix | undefined {
  const end = octets.indexOf(0x0a);
  const line = String.fromCharCode(
    ...octets.subarray(0, Math.min(end < 0 ? octets.length : end + 1, V1_BYTES_MAX + 1)),
  );
  if (!"PROXY ".startsWith(line.slice(0, 6)) && !line.startsWith("PROXY ")) broken();
  if (end < 0) return line.length > V1_BYTES_MAX ? broken() : undefined;
  const length = end + 1;
  if (length > V1_BYTES_MAX) broken();
  if (/^PROXY UNKNOWN(?: [^\r\n]*)?\r\n$/.test(line)) return { length, client: undefined };
  const [, family, source, target, ...ports] = ADDRESSES.exec(line) ?? [];
  const isAddress = (text: string) => text.includes(":") === (family === "6") && octetsOf(text) !== undefined;
  if (family === undefined || ![source, target].every(isAddress) || ports.some((it) => Number(it) > 65_535)) broken();
  return { length, client: { transport: "tcp", hostname: addressOf(octetsOf(source)!), port: Number(ports[0]) } };
}

/** Octets of both addresses and ports, by the address family in the high half of its octet; others are not assigned. */
const ADDRESS_BYTES = [0, 12, 36, 216];
/** Highest assigned transport, in the low half: none, stream, datagram. */
const TRANSPORT_MAX = 2;

function parseBinary(octets: Uint8Array): ProxyPrefix | undefined {
  for (let i = 0; i < Math.min(octets.length, SIGNATURE.length); i++) if (octets[i] !== SIGNATURE[i]) broken();
  if (octets.length < 16) return undefined;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  const command = octets[12], family = octets[13], length = 16 + view.getUint16(14);
  if (command !== 0x20 && command !== 0x21 || length > PREFIX_BYTES_MAX) broken();
  if (octets.length < length) return undefined;
  // LOCAL is the proxy's own health check, whatever else it says.
  if (command === 0x20) return { length, client: undefined };
  const addressBytes = ADDRESS_BYTES[family >> 4];
  if (addressBytes === undefined || (family & 15) > TRANSPORT_MAX || length < 16 + addressBytes) broken();
  demandRecords(octets.subarray(16 + addressBytes, length));
  if (family === 0x11) {
    const hostname = octets.subarray(16, 20).join(".");
    return { length, client: { transport: "tcp", hostname, port: view.getUint16(24) } };
  }
  if (family === 0x21) {
    const address = Array.from({ length: 8 }, (_, i) => view.getUint16(16 + 2 * i).toString(16)).join(":");
    const hostname = addressOf(octetsOf(address)!);
    return { length, client: { transport: "tcp", hostname, port: view.getUint16(48) } };
  }
  // What is no TCP over IP tells of no address that we know.
  return { length, client: undefined };
}

/** Follows the records (TLVs) behind the addresses; none is of use here, but they have to come out even. */
function demandRecords(octets: Uint8Array): void {
  let at = 0;
  while (at + 3 <= octets.length) at += 3 + (octets[at + 1] << 8 | octets[at + 2]);
  if (at !== octets.length) broken();
}

/** Time for a prefix that has not come yet when the server stops: it is probably on its way, with a request behind it. */
const NEWCOMER_MS = 1_000;

/** Settings of {@linkcode behindProxy}. */
export interface BehindProxyOptions {
  /** Tells the time. */
  readonly clock: Clock;
  /** The set that a waiting connection counts in. */
  readonly connections: OpenConnections;
  /** Time for the prefix. */
  readonly headReadMs: number;
  /** Whether a proxy may be at this address. */
  isTrusted(address: Deno.Addr): boolean;
  /** Told why a connection is closed, unless it is our stop or its peer left without a word, as some checks do. */
  refused(address: Deno.Addr, reason: string): void;
}

/**
 * Reads the prefix of a connection.
 *
 * @returns the socket as its client's, or `undefined` when it has no prefix or comes from elsewhere: it is closed then
 */
export async function behindProxy(socket: Socket, options: BehindProxyOptions): Promise<Socket | undefined> {
  const { clock, connections, headReadMs, isTrusted } = options;
  const refuse = (reason: string) => options.refused(socket.remoteAddr, reason);
  let isClosed = false, isStopping = false, filled = 0;
  const close = () => {
    if (isClosed) return;
    isClosed = true;
    connections.delete(waiting);
    socket.close();
  };
  const waiting = {
    deadlineMs: clock.nowMs + headReadMs,
    isIdle: false,
    isSpare: false,
    onDeadline() {
      if (!isClosed && !isStopping) refuse("its PROXY header does not come");
      close();
    },
    stop() {
      isStopping = true;
      waiting.deadlineMs = Math.min(waiting.deadlineMs, clock.nowMs + NEWCOMER_MS);
    },
    giveWay: close,
    cut: close,
  } satisfies OpenConnection;
  connections.add(waiting);
  try {
    if (!isTrusted(socket.remoteAddr)) {
      refuse("it comes from none of the trusted proxies (--trust-forwarded)");
      return void close();
    }
    const buffer = new Uint8Array(PREFIX_BYTES_MAX);
    while (filled < buffer.length) {
      const count = await socket.read(buffer.subarray(filled));
      if (count === null) break;
      filled += count;
      const prefix = parsePrefix(buffer.subarray(0, filled));
      if (prefix === undefined) continue;
      if (isClosed) return undefined;
      connections.delete(waiting);
      return new ProxiedSocket(socket, prefix.client ?? socket.remoteAddr, buffer.slice(prefix.length, filled));
    }
  } catch {
    // The peer is told nothing: it is a proxy with a mistake in its settings, or none.
  }
  if (filled > 0 && !isClosed) refuse("it does not begin with a PROXY header");
  return void close();
}

/** A socket whose first octets are here already, and whose peer is a proxy's client. */
class ProxiedSocket implements Socket {
  readonly remoteAddr: Deno.Addr;
  readonly #socket: Socket;
  #first: Uint8Array;

  constructor(socket: Socket, remoteAddr: Deno.Addr, first: Uint8Array) {
    this.#socket = socket;
    this.remoteAddr = remoteAddr;
    this.#first = first;
  }

  read(into: Uint8Array): Promise<number | null> {
    if (this.#first.length === 0) return this.#socket.read(into);
    const piece = this.#first.subarray(0, into.length);
    into.set(piece);
    this.#first = this.#first.subarray(piece.length);
    return Promise.resolve(piece.length);
  }

  write(octets: Uint8Array): Promise<number> {
    return this.#socket.write(octets);
  }

  closeWrite(): Promise<void> {
    return this.#socket.closeWrite();
  }

  close(): void {
    this.#socket.close();
  }
}
