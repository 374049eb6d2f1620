/**
 * Looks with axe-core at pages in a real browser, light and dark, and prints as JSON what it finds, with all errors of
 * the console; `browser_lab_test.ts` starts it.
 *
 *     deno run --allow-all tests/browser_pages.ts CHROMIUM URL...
 */
import { chromium } from "npm:playwright-core@1.64.1";
import { FLAGS } from "./browser.ts";
import { alarmsOf, violationsOf } from "./browser_lab.ts";

/** What was found on one page. */
export interface PageReport {
  url: string;
  heading: string;
  violations: string[];
  errors: string[];
  elsewhere: string[];
}

if (import.meta.main) {
  const [executablePath, ...urls] = Deno.args;
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  const reports: PageReport[] = [];
  try {
    for (const url of urls) {
      const page = await browser.newPage(), violations: string[] = [], alarms = alarmsOf(page, url);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await page.goto(url);
        violations.push(...await violationsOf(page));
      }
      reports.push({ url, heading: await page.textContent("h1") ?? "", violations, ...alarms });
      await page.close();
    }
    console.log(JSON.stringify(reports));
  } finally {
    await browser.close();
  }
}
