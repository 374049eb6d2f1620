/**
 * Content that tells whether it is one version whole: each line names its version.
 *
 * @module
 */

import { Buffer } from "node:buffer";

/** Octets of a line. */
export const LINE_BYTES = 20;
/** Lines that are appended at once; a file that grows has a multiple of it. */
export const BLOCK_LINES = 8;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Content of a version that is written as a whole; each line says how many there are. */
export function wholeContent(version: number, lines: number): Uint8Array<ArrayBuffer> {
  const line = encoder.encode(`v${pad(version, 8)} n${pad(lines, 8)}\n`);
  const content = new Uint8Array(lines * LINE_BYTES);
  content.set(line);
  for (let length = LINE_BYTES; length < content.length; length *= 2) content.copyWithin(length, 0, length);
  return content;
}

/** Lines of a file that grows and is cut, from `from` (inclusive) to `to` (exclusive); all of an epoch fit together. */
export function grownContent(epoch: number, from: number, to: number): Uint8Array<ArrayBuffer> {
  let text = "";
  for (let line = from; line < to; line++) text += `e${pad(epoch, 8)} i${pad(line, 8)}\n`;
  return encoder.encode(text);
}

/**
 * Returns a name for the version that some content is.
 *
 * @returns `undefined` when it is none: parts of two, or not all of one
 */
export function versionOf(content: Uint8Array): string | undefined {
  if (content.length === 0) return "empty";
  if (content.length % LINE_BYTES !== 0) return undefined;
  const lines = content.length / LINE_BYTES;
  const first = decoder.decode(content.subarray(0, LINE_BYTES));
  if (first.startsWith("v")) {
    // Every line is like the one before it.
    const rest = Buffer.from(content.buffer, content.byteOffset + LINE_BYTES, content.length - LINE_BYTES);
    const isEven = rest.equals(content.subarray(0, content.length - LINE_BYTES));
    return isEven && first.slice(10, 19) === `n${pad(lines, 8)}` ? first.slice(0, 9) : undefined;
  }
  if (lines % BLOCK_LINES !== 0) return undefined;
  const epoch = Number(first.slice(1, 9));
  return decoder.decode(content) === decoder.decode(grownContent(epoch, 0, lines)) ? `e${epoch}n${lines}` : undefined;
}

function pad(value: number, digits: number): string {
  return `${value}`.padStart(digits, "0");
}
