/** What a connection does at the moment, and until when: the part of it that its reading and its writing share. */
import type { Clock } from "./clock.ts";

/** What a connection does, which says whose turn it is when its deadline passes. */
export enum Phase {
  /** Waiting for the first octet of a request. */
  Idle,
  /** A head is coming in. */
  Head,
  /** Content is coming in. */
  Content,
  /** Content is coming in that nobody wants; its answer waits behind it. */
  Discard,
  /** An answer is being put together; nothing is waited for. */
  Answer,
  /** A handler is at work, and nothing else waits to be written. */
  Handler,
  /** An answer has begun whose stream has nothing to send yet. */
  Stream,
  /** An answer is going out. */
  Write,
  /** Our side is closed; the peer may read on and close. */
  Linger,
}

/** Where a connection stands. */
export class Progress {
  /** What the connection is at. */
  phase: Phase = Phase.Idle;
  /** When the phase has taken too long, in the clock's milliseconds. */
  deadlineMs: number;
  /** Whether it was asked to end after the running answer. */
  isStopping = false;
  /** Whether our last octets are going out: nothing that comes in is looked at any more. */
  isEnding = false;
  /** Whether the socket is closed. */
  isClosed = false;
  readonly #clock: Clock;

  /** Begins idle, which may take so long. */
  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.deadlineMs = clock.nowMs + ms;
  }

  /** The clock's time. */
  get nowMs(): number {
    return this.#clock.nowMs;
  }

  /** Enters a phase that may take so long. */
  enter(phase: Phase, ms: number): void {
    this.phase = phase;
    this.deadlineMs = this.#clock.nowMs + ms;
  }
}
