/**
 * Who else used a core while a server was measured on it, from `/proc/stat` (Linux only).
 *
 * @module
 */

/** Times of one core since the system started, in milliseconds in steps of 10. */
export interface CoreTimes {
  /** All processes together. */
  processesMs: number;
  /** Taken by the host of a virtual machine. */
  stolenMs: number;
}

/** Parts of a time, 0 to 1, in which others had the core. */
export interface Disturbance {
  otherProcesses: number;
  stolen: number;
}

// USER_HZ, the unit in which Linux shows times to programs, is 100 on every architecture that Deno runs on.
const MS_PER_TICK = 10;

/**
 * Reads one core's line of the text of `/proc/stat`.
 *
 * @throws {Error} If there is no such core.
 */
export function parseCoreTimes(text: string, core: number): CoreTimes {
  const line = new RegExp(`^cpu${core} (.*)$`, "m").exec(text)?.[1];
  if (line === undefined) throw new Error(`Cannot find core ${core} in the system's times`);
  const [user, nice, system, _idle, _ioWait, _irq, _softIrq, steal = 0] = line.split(" ").map(Number);
  return { processesMs: (user + nice + system) * MS_PER_TICK, stolenMs: steal * MS_PER_TICK };
}

/** Times of a core until now. */
export function coreTimes(core: number): CoreTimes {
  return parseCoreTimes(Deno.readTextFileSync("/proc/stat"), core);
}

/**
 * What others had of a core between two moments.
 *
 * @param ownMs CPU time of the measured server between them, which is not others'.
 * @param elapsedMs Time between them, more than 0.
 */
export function disturbance(before: CoreTimes, after: CoreTimes, ownMs: number, elapsedMs: number): Disturbance {
  return {
    // The times of a core and of a process are not rounded alike, so a quiet core can come out below 0.
    otherProcesses: Math.max(0, after.processesMs - before.processesMs - ownMs) / elapsedMs,
    stolen: (after.stolenMs - before.stolenMs) / elapsedMs,
  };
}

/** The larger of each part. */
export function worst(disturbances: readonly Disturbance[]): Disturbance {
  return {
    otherProcesses: Math.max(0, ...disturbances.map(({ otherProcesses }) => otherProcesses)),
    stolen: Math.max(0, ...disturbances.map(({ stolen }) => stolen)),
  };
}

/** A sentence about it. */
export function disturbanceText({ otherProcesses, stolen }: Disturbance): string {
  const percent = (part: number) => `${Math.round(part * 100)} %`;
  const text = `Of the server's core, other processes had up to ${percent(otherProcesses)} and the host ${
    percent(stolen)
  }`;
  return otherProcesses + stolen > 0.05 ? `${text}: too much, run it again on a quiet machine.` : `${text}.`;
}
