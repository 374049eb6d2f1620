/** What entity tags are made of. */
import { encodeHex } from "@std/encoding/hex";
import type * as nodeCrypto from "node:crypto";

/** Hexadecimal digits of a digest: half of a SHA-256, which nobody hits by chance. */
const DIGITS = 32;
/** After so many, `node:crypto` is worth the 35 ms that it takes to load; most sites never need it. */
const LOADED_AFTER = 64;
/** What is hashed at once: 32 KB take 27 us; the Web Crypto API copies them, and takes 49 by way of the thread pool. */
const AT_ONCE_BYTES_MAX = 65_536;

let count = 0;
let node: typeof nodeCrypto | undefined;

/** Returns what an entity tag of some octets is made of. */
export async function digestOf(octets: Uint8Array): Promise<string> {
  if (++count === LOADED_AFTER) import("node:crypto").then((loaded) => node = loaded);
  if (node !== undefined && octets.length <= AT_ONCE_BYTES_MAX) {
    return node.createHash("sha256").update(octets).digest("hex").slice(0, DIGITS);
  }
  const digest = await crypto.subtle.digest("SHA-256", octets as Uint8Array<ArrayBuffer>);
  return encodeHex(new Uint8Array(digest, 0, DIGITS / 2));
}
