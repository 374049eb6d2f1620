/**
 * Asks a server over a raw connection and reads its answer, so that the benchmarks check the octets and not what a
 * client library makes of them.
 *
 * Made for known servers: every answer has a Content-Length; nothing else is understood.
 *
 * @module
 */

/** An answer as it came. */
export interface Answer {
  status: number;
  /** The status line and the field lines, without the empty line. */
  head: string;
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

/** The octets of a GET request as a simple client sends them. */
export function getRequest(target: string, host: string): Uint8Array {
  return new TextEncoder().encode(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
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
 * @returns `undefined` if it is not there as a whole; else its content is a view of the octets.
 * @throws {Error} If its status line is bad, it has no Content-Length, or its head is too long.
 */
export function parseAnswer(octets: Uint8Array): Answer | undefined {
  const contentStart = endOfHead(octets);
  if (contentStart < 0) {
    if (octets.length > HEAD_BYTES_MAX) {
      throw new Error(`Cannot read answer: no end of its head in ${octets.length} octets`);
    }
    return undefined;
  }
  const head = latin1.decode(octets.subarray(0, contentStart - 4));
  const status = /^HTTP\/1\.[01] ([0-9]{3})(?: |\r|$)/.exec(head)?.[1];
  if (status === undefined) throw new Error("Cannot read answer: bad status line");
  const length = /\r\ncontent-length:[ \t]*([0-9]+)[ \t]*(?:\r|$)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`Cannot read answer: status ${status} without a Content-Length`);
  const sizeBytes = contentStart + Number(length);
  if (octets.length < sizeBytes) return undefined;
  return { status: Number(status), head, content: octets.subarray(contentStart, sizeBytes), sizeBytes };
}

/**
 * Fails unless the answer is 200 with exactly the given content.
 *
 * @throws {Error} That says what is wrong with it.
 */
export function checkAnswer(answer: Answer, content: Uint8Array): void {
  if (answer.status !== 200) throw new Error(`Wrong answer: status ${answer.status}`);
  if (answer.content.length !== content.length) {
    throw new Error(`Wrong answer: ${answer.content.length} octets of content, not ${content.length}`);
  }
  for (let index = 0; index < content.length; index++) {
    if (answer.content[index] !== content[index]) {
      throw new Error(`Wrong answer: its content differs at octet ${index}`);
    }
  }
}

/** Index after the first CRLFCRLF, or -1. */
function endOfHead(octets: Uint8Array): number {
  for (let index = octets.indexOf(13); index >= 0; index = octets.indexOf(13, index + 1)) {
    if (octets[index + 1] === 10 && octets[index + 2] === 13 && octets[index + 3] === 10) return index + 4;
  }
  return -1;
}
