/** What a scenario is, and what comes out of it. */
import { hasTool } from "../tools.ts";
import type { HonestReport } from "./honest_visitors.ts";
import type { ServerName } from "./servers.ts";

/** Where a scenario is played. */
export interface Stage {
  readonly server: ServerName;
  /** Whether it is the short pass of the test suite: fewer peers and less time, and the same things are looked at. */
  readonly isShort: boolean;
}

/** One way of attacking a server. */
export interface Scenario {
  /** As `--only` has it. */
  readonly name: string;
  /** What happens, in a few words. */
  readonly title: string;
  /** Servers that can be attacked so. */
  readonly servers: readonly ServerName[];
  /** Whether it mostly waits for deadlines, so that others of its kind can be played at the same time. */
  readonly waits?: true;
  /** Commands that it needs. */
  readonly tools?: readonly string[];
  /** Commands that have to succeed before it can be played, since they need rights that not everybody has. */
  readonly tries?: readonly string[];
  run(stage: Stage): Promise<Outcome>;
}

/** Figures before and after. */
export interface BeforeAfter {
  readonly before: number;
  readonly after: number;
}

/** What came out. */
export interface Outcome {
  /** Answers whose octets were wrong, of attackers who read and of honest visitors. */
  readonly wrong: number;
  /** What became of the honest visitors; nothing where there can be none. */
  readonly honest?: HonestReport;
  /** Processes that ended although nobody had asked them to. */
  readonly crashes: number;
  readonly residentBytes?: BeforeAfter;
  readonly descriptors?: BeforeAfter;
  /** What else was seen, in a few words each. */
  readonly notes: readonly string[];
  /** Why it has not passed; none when it has. */
  readonly problems: readonly string[];
}

/** Notes things down, and finds fault with them. */
export class Findings {
  readonly notes: string[] = [];
  readonly problems: string[] = [];
  /** Answers whose octets were wrong. */
  wrong = 0;

  /** All that was found, where nothing has ended that should not. */
  outcome(): Outcome {
    const { wrong, notes, problems } = this;
    this.demand(wrong === 0, `${wrong} wrong answers`);
    return { wrong, crashes: 0, notes, problems };
  }

  /** Findings that count for nothing, of a rehearsal. */
  aside(): Findings {
    return new Findings();
  }

  note(text: string): void {
    this.notes.push(text);
  }

  /** Notes a problem unless all is well; the same one only once. */
  demand(isWell: boolean, problem: string): void {
    if (!isWell && !this.problems.includes(problem)) this.problems.push(problem);
  }
}

/** Everybody. */
export const ALL: readonly ServerName[] = ["siesta", "nginx", "deno-serve"];
/** Scenarios about what only this server promises. */
export const OWN: readonly ServerName[] = ["siesta"];

/** What a scenario lacks here; nothing when it can be played. */
export function lacking({ tools = [], tries = [] }: Scenario): string[] {
  const missing = tools.filter((tool) => !hasTool(tool));
  if (missing.length > 0) return missing;
  return tries.filter((command) =>
    !new Deno.Command("sh", { args: ["-c", `${command} 2>&1`], stdout: "null" }).outputSync().success
  );
}
