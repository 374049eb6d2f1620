/**
 * Settles what a whole head means: form of the target, Host, persistence, expectation and, in one function, framing.
 *
 * Two servers that disagree about where a request ends can be talked out of step (request smuggling), so
 * everything that could be read in two ways is refused here.
 */
import { DIGIT, equalsIgnoringCase, HTAB, isHost, latin1, OCTET, SLASH, SP, TOKEN } from "./grammar.ts";
import { FIELD, type FieldId, type Limits, ProtocolError } from "./message.ts";
import type { ParsedRequest } from "./parsed_request.ts";

/** What may not stand before the last `chunked`: itself, and a name that was a coding once (RFC 9112 7.3). */
const NO_CODINGS = ["chunked", "identity"];

/**
 * Checks a request whose head is whole and fills in what follows from several parts of it.
 *
 * @throws {ProtocolError} when the parts do not fit together or a limit is passed
 */
export function settle(request: ParsedRequest, limits: Limits): void {
  settleTarget(request);
  settlePersistence(request);
  settleFraming(request, limits);
  settleExpectation(request);
}

/** Finds the form of the target (RFC 9112 3.2), and checks the one authority that counts (RFC 9112 3.2, 3.3). */
function settleTarget(request: ParsedRequest): void {
  const { octets, start: base } = request.buffer;
  const start = base + request.targetStart, end = base + request.targetEnd;
  request.pathStart = request.targetStart;
  const isConnect = request.methodEnd === 7 && request.method === "CONNECT";
  if (isConnect) {
    if (!isHost(octets, start, end) || !/:[0-9]+$/.test(latin1(octets, start, end))) throw malformedTarget();
    request.pathEnd = request.targetEnd;
    checkHost(request, true);
  } else if (octets[start] === SLASH) {
    checkHost(request, true);
  } else if (end - start === 1 && octets[start] === 0x2a /* * */ && request.method === "OPTIONS") {
    checkHost(request, true);
  } else {
    settleAbsoluteForm(request);
    checkHost(request, false);
  }
}

function settleAbsoluteForm(request: ParsedRequest): void {
  const { octets, start: base } = request.buffer;
  const start = base + request.targetStart, pathEnd = base + request.pathEnd;
  let authority = start;
  for (const scheme of ["http://", "https://"]) {
    const end = start + scheme.length;
    if (end <= pathEnd && equalsIgnoringCase(octets, start, end, scheme)) authority = end;
  }
  if (authority === start) throw malformedTarget();
  let path = authority;
  while (path < pathEnd && octets[path] !== SLASH) path++;
  if (!isHost(octets, authority, path)) throw malformedTarget();
  request.pathStart = path - base;
}

function malformedTarget(): ProtocolError {
  return new ProtocolError(400, "RFC 9112 3.2", "Request-target has none of the four forms");
}

function checkHost(request: ParsedRequest, mayBeEmpty: boolean): void {
  if (!request.has(FIELD["host"])) {
    if (request.minorVersion >= 1) throw new ProtocolError(400, "RFC 9112 3.2", "Host is missing");
    return;
  }
  const { octets } = request.buffer;
  const start = request.startOf(FIELD["host"]), end = request.endOf(FIELD["host"]);
  if (start === end ? !mayBeEmpty : !isHost(octets, start, end)) {
    throw new ProtocolError(400, "RFC 9112 3.2", "Host is malformed");
  }
}

/** Decides whether the connection goes on after this request (RFC 9112 9.3). */
function settlePersistence(request: ParsedRequest): void {
  request.persistent = request.minorVersion >= 1;
  // What follows a CONNECT may be meant for the tunnel that there is not, and is no request (RFC 9110 9.3.6).
  if (request.methodEnd === 7 && request.method === "CONNECT") {
    request.persistent = false;
    return;
  }
  if (!request.has(FIELD["connection"])) return;
  // What browsers send needs no list, nor does it change anything.
  if (request.minorVersion >= 1 && isAlone(request, FIELD["connection"], "keep-alive")) return;
  const options = listOf(request, FIELD["connection"]);
  if (options.includes("close")) request.persistent = false;
  else if (options.includes("keep-alive")) request.persistent = true;
}

/** Decides where the content ends (RFC 9112 6.3): the only place that does. */
function settleFraming(request: ParsedRequest, limits: Limits): void {
  const isChunked = request.has(FIELD["transfer-encoding"]);
  const hasLength = request.has(FIELD["content-length"]);
  if (isChunked && hasLength) {
    throw new ProtocolError(400, "RFC 9112 6.3", "Transfer-Encoding and Content-Length exclude each other");
  }
  if (isChunked) {
    checkTransferEncoding(request);
    request.contentLength = undefined;
  } else {
    request.contentLength = hasLength ? contentLengthOf(request, limits) : 0;
  }
  request.hasContent = request.contentLength !== 0;
}

function checkTransferEncoding(request: ParsedRequest): void {
  const { octets } = request.buffer;
  const start = request.startOf(FIELD["transfer-encoding"]), end = request.endOf(FIELD["transfer-encoding"]);
  if (request.minorVersion < 1) throw new ProtocolError(400, "RFC 9112 6.1", "Transfer-Encoding came in HTTP/1.0");
  if (equalsIgnoringCase(octets, start, end, "chunked")) return;
  const codings = listOf(request, FIELD["transfer-encoding"]);
  const isFinal = codings.pop() === "chunked";
  // Only where the end of the content is clear may it be said that the rest is not spoken (RFC 9112 6.3, item 4).
  if (isFinal && codings.length > 0 && codings.every((coding) => isToken(coding) && !NO_CODINGS.includes(coding))) {
    throw new ProtocolError(501, "RFC 9112 6.1", "Only the transfer coding chunked is spoken here");
  }
  throw new ProtocolError(400, "RFC 9112 6.1", "Transfer-Encoding is malformed");
}

function contentLengthOf(request: ParsedRequest, limits: Limits): number {
  const { octets } = request.buffer;
  const start = request.startOf(FIELD["content-length"]), end = request.endOf(FIELD["content-length"]);
  let length = 0;
  for (let at = start; at < end; at++) {
    if ((OCTET[octets[at]] & DIGIT) === 0) throw malformedLength();
    length = length * 10 + octets[at] - 0x30;
  }
  if (start === end) throw malformedLength();
  // A number too large to be exact is larger than any limit, so its exact value does not matter.
  if (length > limits.contentBytesMax) {
    throw new ProtocolError(413, "RFC 9110 15.5.14", "Content is larger than contentBytesMax");
  }
  return length;
}

function malformedLength(): ProtocolError {
  return new ProtocolError(400, "RFC 9112 6.3", "Content-Length is malformed");
}

/** `100-continue` is the only expectation there is; HTTP/1.0 has none (RFC 9110 10.1.1). */
function settleExpectation(request: ParsedRequest): void {
  request.expectsContinue = false;
  if (!request.has(FIELD["expect"]) || request.minorVersion < 1) return;
  const expectations = listOf(request, FIELD["expect"]);
  if (expectations.some((member) => member !== "100-continue")) {
    throw new ProtocolError(417, "RFC 9110 10.1.1", "Only the expectation 100-continue is known here");
  }
  request.expectsContinue = expectations.length > 0 && request.hasContent;
}

/** Whether a field came once, with this member alone, in capitals or not. */
function isAlone(request: ParsedRequest, id: FieldId, lowerCase: string): boolean {
  const isRepeated = (request.repeated & 1 << id) !== 0;
  return !isRepeated && equalsIgnoringCase(request.buffer.octets, request.startOf(id), request.endOf(id), lowerCase);
}

/** Members of a list field in lower case, without the empty ones (RFC 9110 5.6.1.2). */
function listOf(request: ParsedRequest, id: FieldId): string[] {
  return (request.field(id) ?? "").split(",").map(trimmedLowerCase).filter((member) => member !== "");
}

/** Folds ASCII letters only: `toLowerCase` would make a `k` of the Kelvin sign, were it there. */
function trimmedLowerCase(member: string): string {
  let start = 0, end = member.length;
  while (start < end && isBlank(member.charCodeAt(start))) start++;
  while (end > start && isBlank(member.charCodeAt(end - 1))) end--;
  return member.slice(start, end).replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function isToken(text: string): boolean {
  return text !== "" && [...text].every((char) => (OCTET[char.charCodeAt(0)] & TOKEN) !== 0);
}

function isBlank(octet: number): boolean {
  return octet === SP || octet === HTAB;
}
