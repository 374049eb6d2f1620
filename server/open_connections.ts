/**
 * The set of open connections: their deadlines, who gives way when it is full, and the drain.
 *
 * It knows a connection only as something with a deadline that can be asked to stop.
 */
import type { Clock } from "./clock.ts";
import { type Linked, LinkedList } from "./linked_list.ts";

/** What a connection shows to the set it is in. */
export interface OpenConnection extends Linked<OpenConnection> {
  /** Address that it counts for; none when it counts for nobody. */
  readonly address?: string;
  /** When {@linkcode onDeadline} is due, in the clock's milliseconds; Infinity for never. */
  readonly deadlineMs: number;
  /** Whether it waits for a request of which no octet has come, and was not asked to stop yet. */
  readonly isIdle: boolean;
  /** Whether its last answer is out, and all that it waits for is its peer's end. */
  readonly isLingering?: boolean;
  /** Whether it is idle, and nobody loses anything with it: it was answered, or has been silent since it came. */
  readonly isSpare: boolean;
  /** Called when the deadline has passed; sets another one or closes. */
  onDeadline(): void;
  /** Asked to end as soon as the running answer is out; at once when it is idle. */
  stop(): void;
  /** Asked, while it is idle, to make room for another: it ends at once, or in a moment if it has asked nothing yet. */
  giveWay(): void;
  /** Told to end now. */
  cut(): void;
}

/** How a drain ended. */
export interface DrainResult {
  /** Connections, of those that were open at its start, whose answers were all sent. */
  finished: number;
  /** Connections that were cut when the time was over, with an answer that was not. */
  cut: number;
}

/** Time for a peer to close behind its last answer while the server stops: some round trips, but not a whole grace. */
const DRAIN_LINGER_MS = 1_000;

/** All connections that are open. */
export class OpenConnections {
  /** Whether the server stops: answers say `Connection: close` from now on. */
  isDraining = false;

  readonly #clock: Clock;
  readonly #open: LinkedList<OpenConnection> = new LinkedList();
  readonly #countByAddress: Map<string, number> = new Map();
  readonly #waiting: { below: number; untilMs: number; resolve: () => void }[] = [];
  /**
   * Who left last when nobody was left. V8 forgets the shapes of objects of which none lives, and with them the code that
   * it compiled for these: after a collection of garbage in a pause, a connection with one request cost twice as much.
   */
  #lastToLeave: OpenConnection | undefined;
  /** How many have still to be asked to give way to others. */
  #tooMany = 0;

  /** Looks at deadlines on the ticks of the clock. */
  constructor(clock: Clock) {
    this.#clock = clock;
    clock.onTick((nowMs) => this.#sweep(nowMs));
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  /** How many of an address are open; of none, 0. */
  countOf(address: string | undefined): number {
    return address === undefined ? 0 : this.#countByAddress.get(address) ?? 0;
  }

  /** Takes a connection in. */
  add(connection: OpenConnection): void {
    this.#open.add(connection);
    const { address } = connection;
    if (address !== undefined) this.#countByAddress.set(address, this.countOf(address) + 1);
    // It was on its way when the drain began.
    if (this.isDraining) connection.stop();
  }

  /** Forgets a connection that is closed. */
  delete(connection: OpenConnection): void {
    const { address } = connection;
    const wasOpen = this.#open.delete(connection);
    if (this.#open.size === 0) this.#lastToLeave = connection;
    if (wasOpen && address !== undefined) {
      const count = this.countOf(address);
      if (count > 1) this.#countByAddress.set(address, count - 1);
      else this.#countByAddress.delete(address);
    }
    this.#wake();
  }

  /** Waiters are few: the accept loop when it is full, and a drain. */
  #wake(): void {
    for (let i = this.#waiting.length - 1; i >= 0; i--) {
      const { below, untilMs } = this.#waiting[i];
      if (this.#open.size < below || this.#clock.nowMs >= untilMs) this.#waiting.splice(i, 1)[0].resolve();
    }
  }

  /**
   * Resolves when fewer than `count` connections are open, or at a time in the clock's milliseconds.
   */
  below(count: number, untilMs = Infinity): Promise<void> {
    if (this.#open.size < count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ below: count, untilMs, resolve }));
  }

  /**
   * Resolves when fewer than `count` connections are open, or at a time in the clock's milliseconds. So many of them as
   * have to are asked to give way: the oldest idle ones, now and on every tick, since one that is busy now may be idle
   * then. Nobody lingers for them: peers that do not listen would keep everybody else out.
   */
  async room(count: number, untilMs = Infinity): Promise<void> {
    this.#tooMany = Math.max(0, this.#open.size - count + 1);
    this.#askIdle();
    await this.below(count, untilMs);
    this.#tooMany = 0;
  }

  #askIdle(): void {
    // Newcomers take a moment to go, so those that go at once are asked first.
    for (const which of ["isSpare", "isIdle"] as const) {
      for (const connection of this.#open) {
        if (this.#tooMany === 0) return;
        if (!connection[which]) continue;
        this.#tooMany--;
        connection.giveWay();
      }
    }
  }

  /**
   * Lets what runs come to its end.
   *
   * @param graceMs how long to wait before the rest is cut
   */
  async drain(graceMs: number): Promise<DrainResult> {
    this.isDraining = true;
    const atStart = [...this.#open];
    for (const connection of atStart) connection.stop();
    const graceEndMs = this.#clock.nowMs + graceMs, lingeringSinceMs = new Map<OpenConnection, number>();
    const { promise: graceIsOver, resolve } = Promise.withResolvers<void>();
    let isOver = false;
    this.#clock.onTick((nowMs) => {
      for (const connection of this.#open) {
        if (!connection.isLingering) continue;
        const sinceMs = lingeringSinceMs.get(connection) ?? nowMs;
        if (nowMs - sinceMs >= DRAIN_LINGER_MS) connection.cut();
        else lingeringSinceMs.set(connection, sinceMs);
      }
      isOver = nowMs >= graceEndMs;
      if (isOver) resolve();
    });
    // One that waited for its PROXY header leaves the set for a moment, and comes back as its client's.
    do await Promise.race([this.below(1), graceIsOver]); while (this.#open.size > 0 && !isOver);
    const left = [...this.#open], unfinished = new Set(left.filter(({ isLingering }) => !isLingering));
    // A handler that ignores its signal must not hold the stop, so nobody waits for these.
    this.cut();
    return { finished: atStart.filter((connection) => !unfinished.has(connection)).length, cut: unfinished.size };
  }

  /** Closes all that are open. */
  cut(): void {
    for (const connection of [...this.#open]) connection.cut();
  }

  /** A deadline's function may close, and so delete, its own connection, and no other. */
  #sweep(nowMs: number): void {
    for (const connection of this.#open) {
      if (connection.deadlineMs <= nowMs) connection.onDeadline();
    }
    if (this.#tooMany > 0) this.#askIdle();
    this.#wake();
  }
}
