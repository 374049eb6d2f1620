/**
 * Asks a server over a raw connection and reads its answer, so that the benchmarks check the octets and not what a
 * client library makes of them.
 *
 * Made for known servers: an answer's content has a Content-Length or comes in chunks; nothing else is understood.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";

/** An answer as it came. */
export interface Answer {
  status: number;
  /** The status line and the field lines, without the empty line. */
  head: string;
  /** Without the chunks' framing, but as it is coded. */
  content: Uint8Array;
  /** Length of the whole answer in octets. */
  sizeBytes: number;
}

/** The part of a connection that is needed here. */
export interface OctetStream {
  read(buffer: Uint8Array): Promise<number | null>;
  write(octets: Uint8Array): Promise<number>;
}

const HEAD_BYTES_MAX = 8192;
const latin1 = new TextDecoder("latin1");

/** The head of an answer. */
export interface AnswerHead {
  status: number;
  /** The status line and the field lines, without the empty line. */
  head: string;
  /** Where the content begins. */
  contentStart: number;
  /** `undefined` if it comes in chunks. */
  contentLength: number | undefined;
}

/**
 * The octets of a GET request as a simple client sends them.
 *
 * @param fields Further field lines, such as `Connection: close`.
 */
export function getRequest(target: string, host: string, fields: readonly string[] = []): Uint8Array {
  const lines = [`GET ${target} HTTP/1.1`, `Host: ${host}`, ...fields];
  return new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`);
}

/** The octets so many times, one after the other. */
export function repeated(octets: Uint8Array, times: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(octets.length * times);
  for (let time = 0; time < times; time++) result.set(octets, time * octets.length);
  return result;
}

/** Writes all of the octets. */
export async function writeAll(conn: OctetStream, octets: Uint8Array): Promise<void> {
  for (let written = 0; written < octets.length;) written += await conn.write(octets.subarray(written));
}

/**
 * Reads as many whole answers as were asked for on this connection.
 *
 * @param count At least 1.
 * @throws {Error} If the connection ends too early, or octets follow, or an answer is not understood.
 */
export async function readAnswers(conn: OctetStream, count: number): Promise<Answer[]> {
  const answers: Answer[] = [];
  let buffer = new Uint8Array(2048);
  let filled = 0;
  let start = 0;
  while (answers.length < count) {
    if (filled === buffer.length) {
      const larger = new Uint8Array(buffer.length * 2);
      larger.set(buffer);
      buffer = larger;
    }
    const read = await conn.read(buffer.subarray(filled));
    if (read === null) throw new Error(`Answer cut short: the connection ended after ${filled - start} octets`);
    filled += read;
    while (answers.length < count) {
      const answer = parseAnswer(buffer.subarray(start, filled));
      if (answer === undefined) break;
      // A copy: the buffer may be replaced, and should not be kept for a short answer.
      answers.push({ ...answer, content: answer.content.slice() });
      start += answer.sizeBytes;
    }
  }
  if (filled > start) throw new Error(`Unexpected octets after the answer: ${filled - start}`);
  return answers;
}

/** Reads one whole answer; see {@linkcode readAnswers}. */
export async function readAnswer(conn: OctetStream): Promise<Answer> {
  return (await readAnswers(conn, 1))[0];
}

/**
 * Parses the answer at the start of the octets.
 *
 * @returns `undefined` if it is not there as a whole; else its content is a view of the octets, or a copy if it came in
 * chunks.
 * @throws {Error} If its status line is bad, its end cannot be told, or its head is too long.
 */
export function parseAnswer(octets: Uint8Array): Answer | undefined {
  const parsed = parseAnswerHead(octets);
  if (parsed === undefined) return undefined;
  const { status, head, contentStart, contentLength } = parsed;
  if (contentLength === undefined) {
    const chunked = parseChunks(octets.subarray(contentStart));
    return chunked && { status, head, content: chunked.content, sizeBytes: contentStart + chunked.sizeBytes };
  }
  const sizeBytes = contentStart + contentLength;
  if (octets.length < sizeBytes) return undefined;
  return { status, head, content: octets.subarray(contentStart, sizeBytes), sizeBytes };
}

/**
 * Parses the head of an answer to GET.
 *
 * @returns `undefined` if it is not there as a whole.
 * @throws {Error} If its status line is bad, it does not say how long its content is, or it is too long.
 */
export function parseAnswerHead(octets: Uint8Array): AnswerHead | undefined {
  const contentStart = endOfHead(octets);
  if (contentStart < 0) {
    if (octets.length > HEAD_BYTES_MAX) {
      throw new Error(`Cannot read answer: no end of its head in ${octets.length} octets`);
    }
    return undefined;
  }
  const head = latin1.decode(octets.subarray(0, contentStart - 4));
  const status = Number(/^HTTP\/1\.[01] ([0-9]{3})(?: |\r|$)/.exec(head)?.[1]);
  if (Number.isNaN(status)) throw new Error("Cannot read answer: bad status line");
  // These have no content, whatever their fields say (RFC 9112 6.3).
  if (status === 204 || status === 304) return { status, head, contentStart, contentLength: 0 };
  if (fieldOf(head, "transfer-encoding")?.toLowerCase() === "chunked") {
    return { status, head, contentStart, contentLength: undefined };
  }
  const length = fieldOf(head, "content-length");
  if (length === undefined || !/^[0-9]+$/.test(length)) {
    throw new Error(`Cannot read answer: status ${status} without a Content-Length`);
  }
  return { status, head, contentStart, contentLength: Number(length) };
}

/** The value of the first field of a name, in lower case, in the text of a head. */
export function fieldOf(head: string, name: string): string | undefined {
  for (const line of head.split("\r\n").slice(1)) {
    const colon = line.indexOf(":");
    if (line.slice(0, colon).toLowerCase() === name) return line.slice(colon + 1).trim();
  }
  return undefined;
}

/** The chunks at the start of the octets (RFC 9112 7.1); `undefined` if they do not end there. */
function parseChunks(octets: Uint8Array): { content: Uint8Array; sizeBytes: number } | undefined {
  const pieces: Uint8Array[] = [];
  for (let at = 0;;) {
    const lineEnd = octets.indexOf(10, at);
    if (lineEnd < 0) return undefined;
    const line = latin1.decode(octets.subarray(at, lineEnd));
    const size = /^([0-9a-fA-F]+)\r$/.exec(line)?.[1];
    if (size === undefined) throw new Error(`Cannot read answer: bad chunk size "${line}"`);
    const start = lineEnd + 1;
    const end = start + parseInt(size, 16);
    if (octets.length < end + 2) return undefined;
    if (octets[end] !== 13 || octets[end + 1] !== 10) throw new Error("Cannot read answer: a chunk does not end");
    if (end === start) return { content: Buffer.concat(pieces), sizeBytes: end + 2 };
    pieces.push(octets.subarray(start, end));
    at = end + 2;
  }
}

/** The content coding of an answer; `identity` if it says nothing. */
export function codingOf({ head }: Pick<Answer, "head">): string {
  return fieldOf(head, "content-encoding")?.toLowerCase() ?? "identity";
}

/**
 * The content of an answer without its coding.
 *
 * @throws {Error} If the coding is unknown or the content is not of it.
 */
export function decodedContent(answer: Answer): Uint8Array {
  switch (codingOf(answer)) {
    case "identity":
      return answer.content;
    case "gzip":
      return gunzipSync(answer.content);
    case "deflate":
      return inflateSync(answer.content);
    case "br":
      return brotliDecompressSync(answer.content);
    default:
      throw new Error(`Cannot decode answer: its coding is "${codingOf(answer)}"`);
  }
}

/**
 * Fails unless the answer is 200 with exactly the given content, after its coding was undone.
 *
 * @throws {Error} That says what is wrong with it.
 */
export function checkAnswer(answer: Answer, expected: Uint8Array): void {
  if (answer.status !== 200) throw new Error(`Wrong answer: status ${answer.status}`);
  const content = decodedContent(answer);
  if (content.length !== expected.length) {
    throw new Error(`Wrong answer: ${content.length} octets of content, not ${expected.length}`);
  }
  if (Buffer.compare(content, expected) === 0) return;
  const index = content.findIndex((octet, index) => octet !== expected[index]);
  throw new Error(`Wrong answer: its content differs at octet ${index}`);
}

/** Index after the first CRLFCRLF, or -1. */
function endOfHead(octets: Uint8Array): number {
  for (let index = octets.indexOf(13); index >= 0; index = octets.indexOf(13, index + 1)) {
    if (octets[index + 1] === 10 && octets[index + 2] === 13 && octets[index + 3] === 10) return index + 4;
  }
  return -1;
}
