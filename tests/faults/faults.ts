/**
 * Plays the scenarios and prints one table.
 *
 *     deno task faults
 *     deno task faults --only slow_heads,resets --peers siesta,nginx,deno-serve
 *
 * Exit code 1 when this server failed one.
 *
 * @module
 */

import { parseFlags, runAndExit, UsageError } from "../../bench/command_line.ts";
import { type Column, formatNumber, markdownTable } from "../../bench/figures.ts";
import { SCENARIOS } from "./all.ts";
import { type BeforeAfter, lacking, type Outcome, type Scenario } from "./scenario.ts";
import { isThere, type ServerName, SERVERS } from "./servers.ts";

interface Played {
  readonly scenario: Scenario;
  readonly server: ServerName;
  readonly outcome: Outcome;
  readonly seconds: number;
}

const COLUMNS: readonly Column[] = [
  { title: "scenario", align: "left" },
  { title: "server", align: "left" },
  { title: "passed", align: "left" },
  { title: "wrong", align: "right" },
  { title: "p99 ms", align: "right" },
  { title: "crashes", align: "right" },
  { title: "MB", align: "right" },
  { title: "descriptors", align: "right" },
  { title: "what was seen", align: "left" },
];

function pair(figures: BeforeAfter | undefined, show: (value: number) => string): string {
  return figures === undefined ? "" : `${show(figures.before)} → ${show(figures.after)}`;
}

function row({ scenario, server, outcome, seconds }: Played): string[] {
  const { wrong, honest, crashes, residentBytes, descriptors, notes, problems } = outcome;
  return [
    scenario.name,
    server,
    problems.length === 0 ? "yes" : "no",
    `${wrong}`,
    honest === undefined ? "" : Number.isFinite(honest.p99Ms) ? formatNumber(honest.p99Ms, 1) : "none",
    `${crashes}`,
    pair(residentBytes, (bytes) => formatNumber(bytes / 1e6)),
    pair(descriptors, (count) => `${count}`),
    [...problems, ...notes, `${seconds.toFixed(0)} s`].join("; "),
  ];
}

function chosen<Name extends string>(given: string, names: readonly Name[], what: string): Name[] {
  const wanted = given.split(",");
  const unknown = wanted.find((name) => !names.includes(name as Name));
  if (unknown !== undefined) throw new UsageError(`Unknown ${what} "${unknown}"; there are ${names.join(" ")}`);
  return names.filter((name) => wanted.includes(name));
}

async function played(scenario: Scenario, server: ServerName, isShort: boolean): Promise<Played> {
  const startMs = performance.now();
  const outcome = await scenario.run({ server, isShort }).catch((error): Outcome => {
    const problem = `cannot be played to its end: ${error.message.replaceAll(/\s+/g, " ").slice(0, 200)}`;
    return { wrong: 0, crashes: 0, notes: [], problems: [problem] };
  });
  return { scenario, server, outcome, seconds: (performance.now() - startMs) / 1_000 };
}

async function main(args: string[]): Promise<number> {
  const names = SCENARIOS.map(({ name }) => name);
  const { only, peers, short } = parseFlags(args, { only: names.join(), peers: "siesta", short: false });
  const wanted = chosen(only, names, "scenario"), servers = chosen(peers, SERVERS, "server"), all: Played[] = [];
  for (const server of servers) {
    if (!await isThere(server)) {
      console.error(`${server} is missing, and left out`);
      continue;
    }
    const own = SCENARIOS.filter((scenario) => wanted.includes(scenario.name) && scenario.servers.includes(server))
      .filter((scenario) => {
        const missing = lacking(scenario);
        if (missing.length > 0) console.error(`Left out, ${missing.join(" and ")} missing: ${scenario.name}`);
        return missing.length === 0;
      });
    const play = async (scenario: Scenario) => {
      const one = await played(scenario, server, short), isPassed = one.outcome.problems.length === 0;
      all.push(one);
      console.error(`${isPassed ? "passed" : "FAILED"} ${server} ${scenario.title}: ${row(one).at(-1)}`);
    };
    await Promise.all(own.filter(({ waits }) => waits).map(play));
    for (const scenario of own.filter(({ waits }) => !waits)) await play(scenario);
  }
  const order = (one: Played) => SERVERS.length * SCENARIOS.indexOf(one.scenario) + SERVERS.indexOf(one.server);
  all.sort((a, b) => order(a) - order(b));
  console.log(markdownTable(COLUMNS, all.map(row)));
  for (const server of servers) {
    const own = all.filter((one) => one.server === server);
    const passed = own.filter(({ outcome }) => outcome.problems.length === 0).length;
    console.log(`\n${server}: ${passed} of ${own.length} passed`);
  }
  return all.some(({ server, outcome }) => server === "siesta" && outcome.problems.length > 0) ? 1 : 0;
}

if (import.meta.main) await runAndExit(main);
