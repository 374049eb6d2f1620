/**
 * Drives a real browser over a site, and prints what it saw as JSON; `browser_test.ts` starts it, since the package
 * wants more permissions than tests have.
 *
 *     deno run --allow-all tests/browser.ts CHROMIUM URL FOLDER_FOR_SCREENSHOTS
 */
import { type Browser, chromium, type Page, type Response } from "npm:playwright-core@1.64.1";

/** What the browser saw. */
export interface BrowserReport {
  /** Heading of the page, colour of its background as the style sheet says, and what came on a reload. */
  page: { heading: string; background: string; reloaded: Reloaded[] };
  /** Coding in which a text came, and whether it was read right. */
  text: { coding: string; isRight: boolean };
  /** Duration of a recording, where a seek led to, and the statuses and ranges of all requests for it. */
  audio: { duration: number; time: number; requests: [status: number, contentRange: string][] };
  /** Heading of the shell at an unknown path, after a click to another, and the status of a script that is missing. */
  single: { direct: string; clicked: string; path: string; missing: number };
  /** Names in the listing, and after a click on the heading of the sizes. */
  listing: { names: string[]; bySize: string[]; isScriptless: boolean };
}

/** An answer on a reload. The browser gives a page out of its cache as 200, but shows the fields of the 304. */
export interface Reloaded {
  path: string;
  isSameTag: boolean;
  hasContent: boolean;
}

/** Flags of the browser: no window, no sandbox in a container, no requests of its own. */
export const FLAGS: string[] = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
];

async function seePage(page: Page, url: string): Promise<BrowserReport["page"]> {
  await page.goto(url);
  const heading = await page.textContent("h1") ?? "";
  const background = await page.evaluate("getComputedStyle(document.body).backgroundColor") as string;
  const reloaded: Promise<Reloaded>[] = [];
  page.on("response", (response) => reloaded.push(reloadedOf(response)));
  await page.reload({ waitUntil: "networkidle" });
  page.removeAllListeners("response");
  return { heading, background, reloaded: await Promise.all(reloaded) };
}

async function reloadedOf(response: Response): Promise<Reloaded> {
  const fields = await response.allHeaders();
  const { "if-none-match": known } = await response.request().allHeaders();
  const { pathname } = new URL(response.url());
  return { path: pathname, isSameTag: known === fields["etag"], hasContent: "content-length" in fields };
}

async function seeText(page: Page, url: string): Promise<BrowserReport["text"]> {
  await page.goto(url);
  const awaited = page.waitForResponse(/long\.txt/);
  const text = await page.evaluate("fetch('/long.txt').then((response) => response.text())") as string;
  const coding = await (await awaited).headerValue("content-encoding") ?? "";
  return { coding, isRight: text === "A line that is long enough to get smaller.\n".repeat(200) };
}

async function seeAudio(page: Page, url: string): Promise<BrowserReport["audio"]> {
  const requests: [number, string][] = [];
  page.on("response", async (response) => {
    if (!response.url().endsWith(".wav")) return;
    requests.push([response.status(), await response.headerValue("content-range") ?? ""]);
  });
  await page.goto(`${url}audio.html`);
  const { duration, time } = await page.evaluate(`new Promise((resolve, reject) => {
    const audio = document.querySelector("audio");
    audio.onerror = () => reject(new Error("no audio"));
    const seek = () => {
      audio.onseeked = () => resolve({ duration: audio.duration, time: audio.currentTime });
      audio.currentTime = 0.9 * audio.duration;
    };
    if (audio.readyState >= 1) seek(); else audio.onloadedmetadata = seek;
  })`) as { duration: number; time: number };
  page.removeAllListeners("response");
  return { duration, time, requests };
}

async function seeSingle(page: Page, url: string): Promise<BrowserReport["single"]> {
  await page.goto(`${url}deep/link`);
  const direct = await page.textContent("h1") ?? "";
  await page.click("a#next");
  const clicked = await page.textContent("h1") ?? "";
  const missing = await page.evaluate("fetch('/missing.js').then((response) => response.status)") as number;
  return { direct, clicked, path: new URL(page.url()).pathname, missing };
}

async function seeListing(browser: Browser, url: string, folder: string): Promise<BrowserReport["listing"]> {
  let listing: BrowserReport["listing"] | undefined;
  for (const colorScheme of ["light", "dark"] as const) {
    const context = await browser.newContext({
      javaScriptEnabled: false,
      colorScheme,
      viewport: { width: 900, height: 600 },
    });
    const page = await context.newPage();
    await page.goto(`${url}files/`);
    const names = await page.locator("tbody a").allTextContents();
    await page.screenshot({ path: `${folder}/listing-${colorScheme}.png` });
    await page.click("text=Size");
    const bySize = await page.locator("tbody a").allTextContents();
    listing = { names, bySize, isScriptless: await page.locator("script").count() === 0 };
    await context.close();
  }
  return listing!;
}

if (import.meta.main) {
  const [executablePath, url, folder] = Deno.args;
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  try {
    const page = await browser.newPage();
    const report: BrowserReport = {
      page: await seePage(page, url),
      text: await seeText(page, url),
      audio: await seeAudio(page, url),
      single: await seeSingle(page, url),
      listing: await seeListing(browser, url, folder),
    };
    console.log(JSON.stringify(report));
  } finally {
    await browser.close();
  }
}
