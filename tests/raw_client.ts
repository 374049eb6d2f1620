/** A client for tests that sees every octet: it sends what it is given, and takes answers apart by their framing only. */

/** One answer as it came, one character per octet. */
export interface RawAnswer {
  status: number;
  /** Status line and field lines, with the empty line. */
  head: string;
  /** Fields by lower-case name; a name that came twice has both values, joined by `|`. */
  fields: Record<string, string>;
  content: string;
}

/** Encodes a string of Latin-1 characters, one octet each. */
export function octets(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** A connection to a server on loopback. */
export class RawClient implements Disposable {
  readonly conn: Deno.TcpConn;
  #received = "";
  #isEnded = false;

  private constructor(conn: Deno.TcpConn) {
    this.conn = conn;
  }

  static async connect(port: number): Promise<RawClient> {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    conn.setNoDelay();
    return new RawClient(conn);
  }

  /** Sends all of the octets. */
  async send(text: string): Promise<void> {
    const bytes = octets(text);
    for (let sent = 0; sent < bytes.length;) sent += await this.conn.write(bytes.subarray(sent));
  }

  /** Sends a GET for a target. */
  get(target: string): Promise<void> {
    return this.send(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
  }

  /** Reads more, unless the server has ended. Returns whether there was more. */
  async #more(): Promise<boolean> {
    if (this.#isEnded) return false;
    const into = new Uint8Array(65_536);
    const count = await this.conn.read(into);
    if (count === null) this.#isEnded = true;
    else this.#received += latin1(into.subarray(0, count));
    return count !== null;
  }

  /**
   * Reads the next answer.
   *
   * @param method of the request, since a HEAD's answer has no content
   * @returns `undefined` when the server has ended instead
   */
  async answer(method = "GET"): Promise<RawAnswer | undefined> {
    while (!this.#received.includes("\r\n\r\n")) {
      if (await this.#more()) continue;
      if (this.#received === "") return undefined;
      throw new Error(`Answer is cut short: ${JSON.stringify(this.#received)}`);
    }
    const head = this.#received.slice(0, this.#received.indexOf("\r\n\r\n") + 4);
    this.#received = this.#received.slice(head.length);
    const status = Number(/^HTTP\/1\.1 ([0-9]{3}) [A-Za-z ]+\r\n/.exec(head)?.[1]);
    const fields = fieldsOf(head);
    const hasContent = method !== "HEAD" && status !== 204 && status !== 304 && status >= 200;
    const content = hasContent ? await this.#content(fields) : "";
    return { status, head, fields, content };
  }

  async #content(fields: Record<string, string>): Promise<string> {
    if (fields["transfer-encoding"] === "chunked") return await this.#chunked();
    const length = fields["content-length"];
    if (length !== undefined) return await this.#take(Number(length));
    while (await this.#more());
    return this.#take(this.#received.length);
  }

  async #chunked(): Promise<string> {
    let content = "";
    for (;;) {
      while (!this.#received.includes("\r\n")) await this.#need();
      const line = await this.#take(this.#received.indexOf("\r\n") + 2);
      const size = parseInt(line, 16);
      content += (await this.#take(size + 2)).slice(0, -2);
      if (size === 0) return content;
    }
  }

  async #take(count: number): Promise<string> {
    while (this.#received.length < count) await this.#need();
    const taken = this.#received.slice(0, count);
    this.#received = this.#received.slice(count);
    return taken;
  }

  async #need(): Promise<void> {
    if (!await this.#more()) throw new Error(`Content is cut short: ${JSON.stringify(this.#received)}`);
  }

  /** Reads all that comes until the server ends its side. */
  async rest(): Promise<string> {
    while (await this.#more());
    return this.#received;
  }

  [Symbol.dispose](): void {
    this.conn.close();
  }
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const octet of bytes) text += String.fromCharCode(octet);
  return text;
}

function fieldsOf(head: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const line of head.trimEnd().split("\r\n").slice(1)) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    fields[name] = name in fields ? `${fields[name]}|${value}` : value;
  }
  return fields;
}
