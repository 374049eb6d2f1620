/**
 * Leaves the lab's page open while its server is started anew, and opens more pages of it than a browser has
 * connections. Prints as JSON what it shows after each start, and how many pages got through; `browser_lab_test.ts`
 * starts it.
 *
 *     deno run --allow-all tests/browser_lab_restart.ts CHROMIUM PORT
 */
import { type BrowserContext, chromium, type Page } from "npm:playwright-core@1.64.1";
import { FLAGS } from "./browser.ts";
import { type LabRow, numbers, run } from "./browser_lab.ts";
import { type Program, startProgram } from "./program.ts";

/** What the page showed after a start of the server. */
export interface RestartReport {
  /** Mode in which the server was started. */
  started: string;
  /** Mode, banner and chart that the page showed before it was used again. */
  before: { mode: string; banner: string; hasChart: boolean };
  /** The same after a run, with the run's numbers, and the modes of which the page keeps runs. */
  after: { mode: string; banner: string; rows: LabRow[]; kept: string[] };
}

/** What is printed. */
export interface LeftOpenReport {
  restarts: RestartReport[];
  /** How many of eight pages were ready, each opened while nobody looked at those before. */
  tabsReady: number;
}

/** More than the six connections that a browser opens to a server. */
const TABS = 8;

/** How each server ends and the next one starts; none is told of to the page, which has to find out. */
const STARTS = [
  { mode: "sequential", end: "SIGTERM" },
  // The same again has forgotten everything, as after five minutes in which nobody watched.
  { mode: "sequential", end: "SIGTERM" },
  { mode: "concurrent", end: "SIGTERM" },
  // This one ends without a word, so that the page's stream breaks off.
  { mode: "blocking", end: "SIGKILL" },
  { mode: "concurrent", end: "SIGTERM" },
] as const;

async function shown(page: Page) {
  const [banner = ""] = await page.locator("aside.mode").allTextContents();
  return { mode: await page.getAttribute("html", "data-mode") ?? "", banner };
}

async function restart(page: Page, port: string): Promise<RestartReport[]> {
  const reports: RestartReport[] = [];
  let program: Program | undefined;
  for (const [i, { mode, end }] of STARTS.entries()) {
    program = await startProgram(["--port", port, "--lab", "--mode", mode], { ownPort: true });
    if (i === 0) {
      await page.goto(`http://localhost:${port}/lab`);
      await page.waitForSelector("html[data-ready]");
    }
    const before = { ...await shown(page), hasChart: await page.locator("#chart:not([hidden])").count() > 0 };
    await run(page);
    const kept = Object.keys(JSON.parse(await page.evaluate("localStorage.getItem('siesta-lab')") as string));
    reports.push({ started: mode, before, after: { ...await shown(page), rows: await numbers(page), kept } });
    await program.end(end);
  }
  return reports;
}

/** Opens the page again and again; a browser without windows has to be told that nobody looks at the last one. */
async function openTabs(context: BrowserContext): Promise<number> {
  await using program = await startProgram(["--lab"]);
  for (let ready = 0; ready < TABS; ready++) {
    const page = await context.newPage();
    try {
      await page.goto(`http://localhost:${program.port}/lab`, { timeout: 10_000 });
      await page.waitForSelector("html[data-ready]", { timeout: 10_000 });
    } catch {
      return ready;
    }
    await page.evaluate(`{
      Object.defineProperty(document, "visibilityState", { value: "hidden" });
      document.dispatchEvent(new Event("visibilitychange"));
    }`);
  }
  return TABS;
}

if (import.meta.main) {
  const [executablePath, port] = Deno.args;
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    const context = await browser.newContext({ locale: "en-GB" });
    const restarts = await restart(await context.newPage(), port);
    console.log(JSON.stringify({ restarts, tabsReady: await openTabs(context) }));
  } finally {
    await browser.close();
  }
}
