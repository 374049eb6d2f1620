/** What a connection needs of its socket, so that tests can give it one in memory. */
import type { Peer } from "../http1/message.ts";

/** `Deno.Conn` is one. */
export interface Socket {
  /** Address of the other end. */
  readonly remoteAddr: Deno.Addr;
  /** Present on a TLS connection. */
  handshake?(): Promise<unknown>;
  /** Reads some octets; `null` at the peer's end. */
  read(into: Uint8Array): Promise<number | null>;
  /** Writes some of the octets, and says how many. */
  write(octets: Uint8Array): Promise<number>;
  /** Says that nothing more will be written (FIN). */
  closeWrite(): Promise<void>;
  /** Closes both directions. */
  close(): void;
}

/** Addresses that may speak for many peers: a proxy on the same machine. */
const LOOPBACK = /^(?:::ffff:)?127\.|^::1$/;

/** Returns the address that a connection counts for, `undefined` for loopback, unix sockets and trusted proxies. */
export function countedAddress(address: Deno.Addr, isProxy?: (address: string) => boolean): string | undefined {
  if (!("hostname" in address) || LOOPBACK.test(address.hostname)) return undefined;
  return isProxy?.(address.hostname) ? undefined : address.hostname;
}

/** Returns who is at the other end of a socket. */
export function peerOf({ remoteAddr, handshake }: Socket): Peer {
  const secure = handshake !== undefined;
  if ("hostname" in remoteAddr) return { address: remoteAddr.hostname, port: remoteAddr.port, secure };
  // The other end of a unix socket seldom has a path.
  return { address: ("path" in remoteAddr && remoteAddr.path) || "", port: 0, secure };
}
