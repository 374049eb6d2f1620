/**
 * Runs the lab's page in a real browser, and prints as JSON what it shows; `browser_lab_test.ts` starts it.
 *
 *     deno run --allow-all tests/browser_lab.ts CHROMIUM URL FOLDER_FOR_SCREENSHOTS NAME [PORTS_OF_OTHER_LABS...]
 */
import { type Browser, chromium, type Page } from "npm:playwright-core@1.64.1";
import axe from "npm:axe-core@4.14.1";
import { FLAGS } from "./browser.ts";
import { ASKED } from "./lab_numbers.ts";

/** One row of the table behind the chart, in milliseconds from the start of the run; NaN where there is none. */
export interface LabRow {
  kind: string;
  /** Mode of the server that answered. */
  mode: string;
  heldMs: number;
  waitingMs: number;
  receivingMs: number;
  endMs: number;
  connection: string;
  acceptedMs: number;
  askedMs: number;
  answeredMs: number;
  sentMs: number;
}

/** What the page showed, and what the browser had to say of it. */
export interface LabReport {
  mode: string;
  language: string;
  banner: string;
  words: string;
  more: string;
  /** Row of the running mode in the table of all modes. */
  compared: string;
  rows: LabRow[];
  /** Errors of the console, among them violations of the Content-Security-Policy, and of scripts. */
  errors: string[];
  /** Addresses that are not the server's. */
  elsewhere: string[];
  /** What axe-core finds wrong, as `rule: element`. */
  violations: string[];
  /** Octets of the picture for the README. */
  pictureBytes: number;
}

const WIDTHS = { desktop: 1_040, phone: 390 };

/** Reads the table; `evaluate` is not bound by the page's policy. */
const TABLE = `[...document.querySelectorAll("#numbers tr[data-kind]")].map((row) => ({
  kind: row.dataset.kind,
  mode: row.parentElement.dataset.mode,
  cells: [...row.cells].map((cell) => cell.querySelector("data")?.value ?? cell.textContent),
}))`;

/** The numbers behind the chart. */
export async function numbers(page: Page): Promise<LabRow[]> {
  const rows = await page.evaluate(TABLE) as { kind: string; mode: string; cells: string[] }[];
  return rows.map(({ kind, mode, cells }) => {
    const [heldMs, waitingMs, receivingMs, endMs, , acceptedMs, askedMs, answeredMs, sentMs] = cells.slice(1).map(
      Number,
    );
    const browser = { heldMs, waitingMs, receivingMs, endMs };
    return { kind, mode, ...browser, connection: cells[5], acceptedMs, askedMs, answeredMs, sentMs };
  });
}

/** Hears of everything that should not be, from now on. */
export function alarmsOf(page: Page, url: string, ports: string[] = []): { errors: string[]; elsewhere: string[] } {
  const errors: string[] = [], elsewhere: string[] = [], { origin, hostname } = new URL(url);
  const origins = [origin, ...ports.map((port) => `http://${hostname}:${port}`)];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("request", (request) => {
    if (!origins.includes(new URL(request.url()).origin)) elsewhere.push(request.url());
  });
  return { errors, elsewhere };
}

/** Sends the requests by keyboard alone, as somebody would who has no mouse. */
export async function run(page: Page): Promise<void> {
  for (const [id, value] of Object.entries(ASKED)) await page.fill(`#${id}`, String(value));
  await page.focus("#run");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#run:disabled");
  await page.waitForSelector("#run:enabled", { timeout: 30_000 });
}

/** Looks for what shuts people out: with the rules of WCAG 2.2 AA, and what axe-core calls best practice. */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate("axe.run()") as {
    violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
  };
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`)
  );
}

/** The result and its chart as WebP, small: what the README shows. */
async function picture(page: Page, path: string): Promise<number> {
  await page.setViewportSize({ width: 800, height: 900 });
  const hide = (display: string) =>
    `for (const id of ["tiles", "more"]) document.getElementById(id).style.display = "${display}"`;
  await page.evaluate(hide("none"));
  const from = await page.locator("#words").boundingBox(), to = await page.locator("#picture").boundingBox();
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", {
    ...{ format: "webp", quality: 55, captureBeyondViewport: true },
    clip: {
      x: to!.x - 12,
      y: from!.y - 12,
      width: to!.width + 24,
      height: to!.y + to!.height - from!.y + 24,
      scale: 1,
    },
  });
  await page.evaluate(hide(""));
  const octets = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
  await Deno.writeFile(path, octets);
  return octets.length;
}

async function see(browser: Browser, [url, folder, name, ...ports]: string[]): Promise<LabReport> {
  const page = await browser.newPage({
    ...{ locale: name.endsWith("-fr") ? "fr-FR" : "en-GB", colorScheme: "light" },
    viewport: { width: WIDTHS.desktop, height: 900 },
  });
  const alarms = alarmsOf(page, url, ports);
  await page.goto(`${url}lab`);
  await page.waitForSelector("html[data-ready]");
  await run(page);
  const text = async (selector: string) => (await page.locator(selector).allTextContents()).join();
  const report = {
    mode: await page.getAttribute("html", "data-mode") ?? "",
    language: await page.getAttribute("html", "lang") ?? "",
    ...{ banner: await text("aside.mode"), words: await text("#words"), more: await text("#more") },
    compared: await text("#modes tr.now"),
    rows: await numbers(page),
    pictureBytes: await picture(page, `${folder}/lab-${name}.webp`),
  };
  await page.click("summary"); // the table is looked at, too
  const violations: string[] = [];
  for (const [device, width] of Object.entries(WIDTHS)) {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${folder}/lab-${name}-${device}-${colorScheme}.png`, fullPage: true });
      // Narrow and wide have the same colours, so each is looked at in one of them.
      if ((device === "phone") === (colorScheme === "dark")) violations.push(...await violationsOf(page));
      // Nothing but a table may be wider than the window.
      const isWider = await page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth",
      );
      if (isWider) violations.push(`The page is wider than a window of ${width}`);
    }
  }
  return { ...report, violations, ...alarms };
}

if (import.meta.main) {
  const [executablePath, ...rest] = Deno.args;
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    console.log(JSON.stringify(await see(browser, rest)));
  } finally {
    await browser.close();
  }
}
