/**
 * The form of a wire transcript: octets in, outcome expected.
 *
 * Every case runs three ways against the parser (whole, octet by octet, with a follower behind it), and again over a
 * real socket. The octets are written as a string of one character per octet (Latin-1).
 */

/** What the parser has to give for one accepted request; only what is written is compared. */
export interface ExpectedRequest {
  method: string;
  target: string;
  path?: string;
  query?: string;
  minorVersion?: 0 | 1;
  /** Values of fields by their lower-case names; `null` for a field that must be absent. */
  fields?: Record<string, string | null>;
  /**
   * The decoded content, as far as it came; absent means that there must be none, which is not the same as content of
   * no octets in the chunked coding.
   */
  content?: string;
  /** Whether the peer waits for `100 (Continue)`. */
  expectsContinue?: boolean;
  /** Whether the connection goes on after it; `true` unless written. */
  persistent?: boolean;
}

/** One wire transcript. */
export interface WireCase {
  /** What is special about it, in a few words; unique within its file. */
  name: string;
  /** Where the rule stands, such as `RFC 9112 5.1`. */
  rule: string;
  /** The octets that the peer sends. */
  octets: string;
  /** Requests that must come out, in order. */
  requests: ExpectedRequest[];
  /** Status of the refusal that ends the transcript, after the requests above. */
  refused?: number;
  /** Set when the octets end in the middle of a request, so that nothing more may come out. */
  incomplete?: true;
  /**
   * Status codes on a real socket, refusals included. Unless written they follow from the above: `/` is 200, another
   * path 404, OPTIONS 204, another known method 405, an unknown one 501.
   */
  answers?: number[];
}

/** Builds a case whose octets are one accepted request. */
export function accepted(rule: string, name: string, octets: string, request: ExpectedRequest): WireCase {
  return { rule, name, octets, requests: [request] };
}

/** Builds a case whose octets are refused with a status before any request comes out. */
export function refused(rule: string, name: string, octets: string, status: number): WireCase {
  return { rule, name, octets, requests: [], refused: status };
}

/** Builds a case whose octets are a valid beginning and no more. */
export function incomplete(rule: string, name: string, octets: string): WireCase {
  return { rule, name, octets, requests: [], incomplete: true };
}

/**
 * Builds a case whose head is accepted and whose content is refused. On a socket the refusal takes the place of the
 * answer: a second one would belong to no request.
 */
export function brokenContent(
  rule: string,
  name: string,
  octets: string,
  request: ExpectedRequest & { content: string },
  status: number,
): WireCase {
  return { rule, name, octets, requests: [request], refused: status, answers: [status] };
}
