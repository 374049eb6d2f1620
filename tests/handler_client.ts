/** Asks a handler without a socket: the parser reads the request, the writer's octets are taken apart again. */
import { type Content, DEFAULT_LIMITS, type Handler, type HttpRequest } from "../http1/message.ts";
import { RequestParser } from "../http1/request_parser.ts";

/** An answer of a handler. */
export interface HandlerAnswer {
  readonly status: number;
  /** Fields by lower-case name. */
  readonly fields: Record<string, string>;
  readonly content: Uint8Array;
  readonly text: string;
  /** Whether the handler answered without a promise. */
  readonly isSync: boolean;
}

/** Settings of a request. */
export interface Asked {
  readonly method?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

/** Parses a request of a target. */
export function requestOf(target: string, { method = "GET", fields = {} }: Asked = {}): HttpRequest {
  const parser = new RequestParser(DEFAULT_LIMITS, {
    peer: { address: "127.0.0.1", port: 1, secure: false },
    signal: new AbortController().signal,
    readContent: () => Promise.resolve(undefined),
  });
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const head = Uint8Array.from(`${method} ${target} HTTP/1.1\r\nHost: a\r\n${lines}\r\n`, (char) => char.charCodeAt(0));
  for (let at = 0; at < head.length;) {
    const space = parser.space();
    const part = head.subarray(at, at + space.length);
    space.set(part);
    parser.commit(part.length);
    at += part.length;
  }
  return parser.next()!;
}

/** Asks a handler, and reads the answer to its end. */
export async function ask(handler: Handler, target: string, asked: Asked = {}): Promise<HandlerAnswer> {
  const result = handler(requestOf(target, asked));
  const isSync = !(result instanceof Promise);
  const { status, head, content, contentLength } = await result;
  const fields: Record<string, string> = {};
  for (const line of new TextDecoder("latin1").decode(head).split("\r\n").slice(1, -1)) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    if (name in fields) throw new Error(`Field "${name}" came twice`);
    fields[name] = line.slice(colon + 1).trim();
  }
  const read = await octetsOf(content, asked.method === "HEAD");
  if (asked.method !== "HEAD" && read.length !== contentLength) throw new Error("Content has another length");
  return { status, fields, content: read, text: new TextDecoder().decode(read), isSync };
}

async function octetsOf(content: Content | null, isHead: boolean): Promise<Uint8Array> {
  if (content === null || content instanceof Uint8Array) return content ?? new Uint8Array();
  if (!("remaining" in content)) throw new Error("Streams are not expected of files");
  try {
    const octets = new Uint8Array(isHead ? 0 : content.remaining);
    for (let at = 0; at < octets.length;) {
      const count = await content.read(octets.subarray(at));
      if (count === 0) throw new Error("Content is cut short");
      at += count;
    }
    if (!await content.isUnchanged()) throw new Error("Content changed");
    return octets;
  } finally {
    content.close();
  }
}
