/**
 * Opens two tabs of a real browser, one at `/sleep` and one at `/`, and prints as JSON how long each took;
 * `browser_test.ts` starts it.
 *
 *     deno run --allow-all tests/browser_lesson.ts CHROMIUM URL
 */
import { chromium, type Page } from "npm:playwright-core@1.64.1";
import { FLAGS } from "./browser.ts";

/** What one tab showed, and after how many milliseconds. */
export interface Tab {
  heading: string;
  ms: number;
}

async function open(page: Page, url: string): Promise<Tab> {
  const start = performance.now();
  await page.goto(url);
  return { heading: await page.textContent("h1") ?? "", ms: performance.now() - start };
}

if (import.meta.main) {
  const [executablePath, url] = Deno.args;
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  const context = await browser.newContext();
  const [first, second] = [await context.newPage(), await context.newPage()];
  // The style sheet is in the cache then, so that only the pages are measured.
  await open(first, url);
  const isAsked = first.waitForRequest(/sleep/);
  const sleeping = open(first, `${url}sleep?ms=2000`);
  await isAsked;
  const awake = await open(second, url);
  console.log(JSON.stringify({ asleep: await sleeping, awake }));
  await browser.close();
}
