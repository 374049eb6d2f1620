/** What a program that was started holds: processes, memory, descriptors. Linux only. */
import { runTool } from "./tools.ts";

/** Figures of a process and all that it has started. */
export interface ProcessFigures {
  readonly pids: readonly number[];
  /** Memory that it holds; pages that several processes share count once for each. */
  readonly residentBytes: number;
  /** The most that it ever held. */
  readonly peakBytes: number;
  /** Open descriptors. */
  readonly descriptors: number;
}

// Deno reads nothing below /proc unless it may do everything, so a shell is asked.
const SCRIPT = `
tree() { echo "$1"; for child in $(cat "/proc/$1/task/"*/children); do tree "$child"; done; }
for pid in $(tree "$1"); do
  echo "pid $pid"
  grep -E "^Vm(RSS|HWM):" "/proc/$pid/status"
  echo "descriptors $(ls "/proc/$pid/fd" | wc -l)"
done`;

/** Takes the figures of a process and its children. Those that have ended are not among them. */
export async function figuresOf(pid: number): Promise<ProcessFigures> {
  const { stdout } = await runTool("sh", ["-c", SCRIPT, "sh", `${pid}`]);
  const numbers = (pattern: RegExp) => Array.from(stdout.matchAll(pattern), ([, digits]) => Number(digits));
  const sum = (pattern: RegExp) => numbers(pattern).reduce((total, number) => total + number, 0);
  // A process that has just ended still has a name and no memory.
  const living = stdout.split(/^(?=pid )/m).filter((lines) => lines.includes("VmRSS"));
  return {
    pids: living.map((lines) => parseInt(lines.slice("pid ".length))),
    residentBytes: 1_024 * sum(/^VmRSS:\s+([0-9]+)/gm),
    peakBytes: 1_024 * sum(/^VmHWM:\s+([0-9]+)/gm),
    descriptors: sum(/^descriptors ([0-9]+)/gm),
  };
}
