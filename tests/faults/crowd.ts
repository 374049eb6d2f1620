/** Many connections of one peer that can be told what to do together. */
import { delay } from "@std/async/delay";

/** How many connect at the same time: less than any server's backlog. */
const AT_A_TIME = 100;
/** How much of an answer is kept to look at. */
const KEPT_BYTES = 512;

/** One connection of a {@linkcode Crowd}. */
export class Member {
  /** Octets that have come. */
  received = 0;
  /** The first octets that came, one character each. */
  text = "";
  /** Whether the server has ended the connection. */
  isLetGo = false;

  constructor(readonly conn: Deno.TcpConn) {}

  /** Sends octets, unless the server has ended the connection. */
  async send(octets: Uint8Array<ArrayBuffer>): Promise<void> {
    try {
      for (let sent = 0; sent < octets.length && !this.isLetGo;) sent += await this.conn.write(octets.subarray(sent));
    } catch {
      this.isLetGo = true;
    }
  }

  /** Reads what comes until the server ends. */
  async read(): Promise<void> {
    const into = new Uint8Array(16_384), decoder = new TextDecoder("latin1");
    try {
      for (let count; (count = await this.conn.read(into)) !== null;) {
        this.received += count;
        if (this.text.length < KEPT_BYTES) this.text += decoder.decode(into.subarray(0, Math.min(count, KEPT_BYTES)));
      }
    } catch { /* reset, or we have left: that is an end, too */ }
    this.isLetGo = true;
  }
}

/** Connections to a port, of loopback unless told otherwise. */
export class Crowd implements AsyncDisposable {
  readonly members: readonly Member[];
  readonly #reading: Promise<void>[] = [];

  private constructor(members: Member[]) {
    this.members = members;
  }

  static async connect(port: number, count: number, hostname = "127.0.0.1"): Promise<Crowd> {
    const members: Member[] = [];
    while (members.length < count) {
      const connecting = Array.from({ length: Math.min(AT_A_TIME, count - members.length) }, async () => {
        members.push(new Member(await Deno.connect({ hostname, port })));
      });
      await Promise.all(connecting);
    }
    return new Crowd(members);
  }

  /** All send the same. */
  async send(octets: Uint8Array<ArrayBuffer>): Promise<void> {
    await Promise.all(this.members.map((member) => member.send(octets)));
  }

  /** All begin to read. */
  read(): void {
    for (const member of this.members) this.#reading.push(member.read());
  }

  /** How many connections the server has ended. */
  get letGo(): number {
    return this.members.filter(({ isLetGo }) => isLetGo).length;
  }

  /** Waits until the server has ended all connections that are read from, or time is up; returns the seconds it took. */
  async untilLetGo(seconds: number, everySecond: () => void = () => {}): Promise<number> {
    const startMs = performance.now();
    for (let passed = 0; passed < seconds && this.letGo < this.members.length; passed++) {
      everySecond();
      for (let tick = 0; tick < 10 && this.letGo < this.members.length; tick++) await delay(100);
    }
    return (performance.now() - startMs) / 1_000;
  }

  /** Leaves: all connections are closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const { conn } of this.members) {
      try {
        conn.close();
      } catch { /* it is closed */ }
    }
    await Promise.all(this.#reading);
  }
}
