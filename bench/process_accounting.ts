/**
 * What a running process has cost: CPU time and resident memory, from `/proc` (Linux only).
 *
 * @module
 */

/** The fields of `/proc/<pid>/stat` that are used here. */
export interface ProcessStat {
  pid: number;
  parentPid: number;
  /** User and system time of all its threads, also of those that have ended; in clock ticks. */
  cpuTicks: number;
}

// USER_HZ, the unit in which Linux shows times to programs, is 100 on every architecture that Deno runs on.
const MS_PER_TICK = 10;

/**
 * Reads the text of a `/proc/<pid>/stat`.
 *
 * @throws {Error} If it is not of that form.
 */
export function parseProcessStat(text: string): ProcessStat {
  // The second field, the program's name, is in parentheses and may itself contain blanks and parentheses.
  const nameEnd = text.lastIndexOf(")");
  const pid = parseInt(text, 10);
  const fields = text.slice(nameEnd + 2).split(" "); // begins with the third field
  const stat = { pid, parentPid: Number(fields[1]), cpuTicks: Number(fields[11]) + Number(fields[12]) };
  if (nameEnd < 0 || !Object.values(stat).every(Number.isInteger)) throw new Error("Cannot read process stat");
  return stat;
}

/**
 * Reads one size, such as `VmRSS`, from the text of a `/proc/<pid>/status`.
 *
 * @returns Bytes.
 * @throws {Error} If there is no such line.
 */
export function parseStatusBytes(text: string, field: string): number {
  const match = new RegExp(`^${field}:\\s*([0-9]+) kB$`, "m").exec(text);
  if (match === null) throw new Error(`Cannot find "${field}" in process status`);
  return Number(match[1]) * 1024;
}

/** The process and all that descend from it: a server may have workers. */
export function descendants(stats: readonly ProcessStat[], pid: number): ProcessStat[] {
  const found = stats.filter((stat) => stat.pid === pid);
  // `found` grows while it is walked.
  for (const parent of found) found.push(...stats.filter((stat) => stat.parentPid === parent.pid));
  return found;
}

/**
 * CPU time of a process and its descendants until now.
 *
 * @returns Milliseconds, in steps of 10.
 * @throws {Error} If there is no such process.
 */
export function cpuTimeMs(pid: number): number {
  return processTree(pid).reduce((ticks, stat) => ticks + stat.cpuTicks, 0) * MS_PER_TICK;
}

/**
 * Resident memory of a process and its descendants; pages that they share count once for each.
 *
 * @param which `VmRSS` is the size now, `VmHWM` the largest so far.
 * @returns Bytes.
 * @throws {Error} If there is no such process.
 */
export function residentBytes(pid: number, which: "VmRSS" | "VmHWM" = "VmRSS"): number {
  return processTree(pid).reduce(
    (bytes, stat) => bytes + parseStatusBytes(Deno.readTextFileSync(`/proc/${stat.pid}/status`), which),
    0,
  );
}

function processTree(pid: number): ProcessStat[] {
  const stats: ProcessStat[] = [];
  for (const entry of Deno.readDirSync("/proc")) {
    if (!/^[0-9]+$/.test(entry.name)) continue;
    try {
      stats.push(parseProcessStat(Deno.readTextFileSync(`/proc/${entry.name}/stat`)));
    } catch (error) {
      // A process may end between the listing and the reading (ESRCH if it was open by then).
      if (!(error instanceof Deno.errors.NotFound) && (error as { code?: string }).code !== "ESRCH") throw error;
    }
  }
  const tree = descendants(stats, pid);
  if (tree.length === 0) throw new Error(`Cannot account for process ${pid}: it does not run`);
  return tree;
}
