/**
 * Octets as hexadecimal digits, by way of npm.
 *
 * @module
 */

import * as npm from "npm:deno-std@1.4.0/encoding/hex.js";

/** Two lower-case digits for each octet; a string counts as its UTF-8 octets. */
export const encodeHex: (src: string | Uint8Array | ArrayBuffer) => string = npm.encodeHex;

/** The octets that the digits stand for. Throws when `src` is anything but pairs of digits. */
export const decodeHex: (src: string) => Uint8Array<ArrayBuffer> = npm.decodeHex;
