/**
 * Who a client is behind proxies: what they say in Forwarded (RFC 7239) and X-Forwarded-For is believed as far as it
 * comes from networks that are trusted, and no further, since everybody can send these fields.
 */
import type { Exchange } from "./observer.ts";

/** A network: the first `bits` of an address of four or sixteen octets. */
export interface Network {
  /** The address, in network order. */
  readonly octets: readonly number[];
  /** How many of its first bits count. */
  readonly bits: number;
}

/** Reads an address, with or without a prefix length; `undefined` when it is none. */
export function networkOf(text: string): Network | undefined {
  const [address, length, rest] = text.split("/");
  const octets = octetsOf(address);
  if (octets === undefined || rest !== undefined) return undefined;
  const bits = length === undefined ? 8 * octets.length : Number(length);
  return /^[0-9]{1,3}$/.test(length ?? "0") && bits <= 8 * octets.length ? { octets, bits } : undefined;
}

/** Octets of an IP address; an IPv4 address in IPv6 is the IPv4 address. Zeros in front some would read as octal. */
export function octetsOf(address: string): number[] | undefined {
  const four = IPV4.exec(address);
  if (four !== null) return four.slice(1).map(Number);
  if (!/^[0-9a-f:.]+$/i.test(address) || !URL.canParse(`http://[${address}]/`)) return undefined;
  // The URL's form has no leading zeros, and one gap at most.
  const [before, after] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split("::");
  const groups = (text: string | undefined) => text ? text.split(":") : [];
  const head = groups(before), tail = groups(after);
  const all = [...head, ...Array(8 - head.length - tail.length).fill("0"), ...tail];
  const octets = all.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]);
  const isMapped = MAPPED.every((octet, at) => octets[at] === octet);
  return isMapped ? octets.slice(MAPPED.length) : octets;
}

const OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
const IPV4 = new RegExp(`^${Array(4).fill(OCTET).join("\\.")}$`);
/** What stands before an IPv4 address in IPv6 (RFC 4291 2.5.5.2). */
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255];

/** The one way to write an address (RFC 5952), so that a client is the same in every line of the log. */
export function addressOf(octets: readonly number[]): string {
  if (octets.length === 4) return octets.join(".");
  const groups = Array.from({ length: 8 }, (_, at) => (octets[2 * at] << 8 | octets[2 * at + 1]).toString(16));
  return new URL(`http://[${groups.join(":")}]/`).hostname.slice(1, -1);
}

function isIn(octets: readonly number[], network: Network): boolean {
  if (octets.length !== network.octets.length) return false;
  for (let at = 0, bits = network.bits; bits > 0; at++, bits -= 8) {
    const mask = bits >= 8 ? 255 : 256 - (1 << (8 - bits));
    if ((octets[at] & mask) !== (network.octets[at] & mask)) return false;
  }
  return true;
}

/** Networks that are trusted. */
export class TrustedNetworks {
  readonly #networks: readonly Network[];

  /** `networks` are addresses and networks as {@linkcode networkOf} reads them. */
  constructor(networks: readonly string[]) {
    this.#networks = networks.flatMap((text) => networkOf(text) ?? []);
  }

  /** Returns whether an address is trusted. */
  has(address: string): boolean {
    const octets = octetsOf(address);
    return octets !== undefined && this.#networks.some((network) => isIn(octets, network));
  }

  /**
   * Returns the address of the client: the last one that a trusted proxy names and is none itself.
   *
   * A proxy writes one of the two fields, and lets the other one through as a client has made it up. So when they name
   * different clients nobody can say which is true, and it is the proxy's own address.
   */
  clientOf({ peer, forwarded, forwardedFor }: Exchange): string {
    if (forwarded === undefined && forwardedFor === undefined) return peer.address;
    // The path of a unix socket, or nothing: whoever may open it is on this machine.
    if (octetsOf(peer.address) !== undefined && !this.has(peer.address)) return peer.address;
    const clients = [
      forwarded === undefined ? undefined : this.#lastOf(forwardedAddresses(forwarded), peer.address),
      forwardedFor === undefined ? undefined : this.#lastOf(forwardedFor.split(",").map(bare), peer.address),
    ].filter((client) => client !== undefined);
    return new Set(clients).size === 1 ? clients[0] : peer.address;
  }

  #lastOf(named: string[], nearest: string): string {
    let client = nearest;
    for (const address of named.reverse()) {
      const octets = octetsOf(address);
      if (octets === undefined) break;
      client = addressOf(octets);
      if (!this.has(address)) break;
    }
    return client;
  }
}

/** The `for` parameters of Forwarded, in order; what is no address, or in no element of RFC 7239 4, becomes empty. */
function forwardedAddresses(field: string): string[] {
  return elementsOf(field).map((element) => {
    const named: string[] = [];
    let end = 0;
    for (const { 0: all, 1: name, 2: value, index } of element.matchAll(PARAMETER)) {
      end = index + all.length;
      if (name?.toLowerCase() === "for") named.push(value);
    }
    return end === element.length && named.length === 1 ? bare(named[0]) : "";
  });
}

/** A parameter of an element, or none, with its semicolon. */
const PARAMETER = /(?:[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=("(?:[^"\\]|\\.)*"|[^",;\s]+))?(?:;|$)/gy;

/**
 * Splits at the commas that are in no quoted text. From behind: the last element is the nearest proxy's, and a quote that
 * a client began and did not end, further in front, must not swallow it. Nor may a comma in a Host that is told on.
 */
function elementsOf(field: string): string[] {
  const elements: string[] = [];
  let end = field.length, isQuoted = false;
  for (let at = end - 1; at >= 0; at--) {
    if (field[at] === '"') {
      let slashes = 0;
      while (field[at - 1 - slashes] === "\\") slashes++;
      if (!isQuoted || slashes % 2 === 0) isQuoted = !isQuoted;
    } else if (field[at] === "," && !isQuoted) {
      elements.push(field.slice(at + 1, end).trim());
      end = at;
    }
  }
  elements.push(field.slice(0, end).trim());
  return elements.reverse();
}

/** An address without quotes, brackets and port. */
function bare(text: string): string {
  const node = text.trim().replace(/^"(.*)"$/, "$1");
  const [, six] = /^\[([^\]]*)\](?::[0-9]+)?$/.exec(node) ?? [];
  if (six !== undefined) return six;
  return /^[0-9.]+:[0-9]+$/.test(node) ? node.slice(0, node.indexOf(":")) : node;
}
