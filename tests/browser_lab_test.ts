/**
 * The lab in a real browser, in each mode. With `SCREENSHOTS=FOLDER` the pictures stay there, those of the README
 * (`lab-sequential.webp` and `lab-concurrent.webp`, kept in `docs/images/`) among them.
 */
import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path/from-file-url";
import project from "../deno.json" with { type: "json" };
import { mostAtOnce } from "../static/lab_run.js";
import type { LabReport, LabRow } from "./browser_lab.ts";
import type { LeftOpenReport } from "./browser_lab_restart.ts";
import type { PageReport } from "./browser_pages.ts";
import { chromium, inBrowser } from "./chromium.ts";
import { compiledBinary } from "./compiled.ts";
import { ASKED } from "./lab_numbers.ts";
import { type ProgramOptions, startProgram } from "./program.ts";

const SUM_MS = ASKED.sleeps * ASKED.ms;
/** With one connection for the events five are left: two waves for eight sleeps. */
const WAVES = 2;

function browserTest(name: string, fn: (folder: string) => Promise<void>, ignore = false): void {
  Deno.test({
    name,
    ignore: ignore || chromium === undefined,
    async fn() {
      const own = await Deno.makeTempDir();
      try {
        await fn(Deno.env.get("SCREENSHOTS") ?? own);
      } finally {
        await Deno.remove(own, { recursive: true });
      }
    },
  });
}

/** Runs the page on a server of its own, and looks at what must be so in every mode. */
async function labReport(mode: string, folder: string, name = mode, options: ProgramOptions = {}): Promise<LabReport> {
  await using program = await startProgram(["--lab", "--mode", mode], options);
  const report = await inBrowser<LabReport>("browser_lab.ts", `http://localhost:${program.port}/`, folder, name);
  assertEquals(report.mode, mode);
  assertEquals([report.errors, report.elsewhere, report.violations], [[], [], []]);
  assertEquals(report.rows.length, ASKED.sleeps + ASKED.pages);
  for (const row of report.rows) {
    assert(row.heldMs >= 0 && row.waitingMs >= 0 && row.answeredMs > 0, JSON.stringify(row));
  }
  // What is said in words is what stands in the table.
  const [, seconds, unit] = / took ([0-9.]+) (m?s)[.;]/.exec(report.words) ?? [];
  const told = Number(seconds) * (unit === "s" ? 1_000 : 1);
  assert(Math.abs(told - lastOf(report.rows, "sleep")) < 40, report.words);
  assertLess(report.pictureBytes, 45_000);
  return report;
}

function lastOf(rows: LabRow[], kind: string): number {
  return Math.max(...rows.filter((row) => row.kind === kind).map(({ endMs }) => endMs));
}

/** How long a page took in the middle of the others, without what the browser held back. */
function medianPageMs(rows: LabRow[]): number {
  const ms = rows.filter(({ kind }) => kind === "page").map((row) => row.waitingMs + row.receivingMs);
  return ms.sort((a, b) => a - b)[Math.floor(ms.length / 2)];
}

function sleepsOf(rows: LabRow[]): LabRow[] {
  return rows.filter(({ kind }) => kind === "sleep");
}

browserTest("The lab shows in the mode concurrent that sleeps overlap and pages do not wait", async (folder) => {
  const { rows, banner, more, compared } = await labReport("concurrent", folder);
  assertLess(lastOf(rows, "sleep"), WAVES * ASKED.ms + 300);
  assert(mostAtOnce(sleepsOf(rows)) >= 4, more);
  assertLess(medianPageMs(rows), 100);
  assertEquals(banner, "");
  assertMatch(more, /up to [456] slept at the same time/);
  assertMatch(compared, /concurrent runs now\s+deno task lab\s+8 × 400 ms, 8 pages/);
});

browserTest("The lab shows in the mode sequential that everybody waits for everybody", async (folder) => {
  const { rows, banner, more } = await labReport("sequential", folder);
  assert(lastOf(rows, "sleep") >= SUM_MS, JSON.stringify(rows));
  assertEquals(mostAtOnce(sleepsOf(rows)), 1);
  assert(medianPageMs(rows) >= ASKED.ms, JSON.stringify(rows));
  // Nobody stays: each request has a connection of its own, accepted when the one before it was gone.
  assertEquals(new Set(rows.map(({ connection }) => connection)).size, rows.length);
  assertMatch(banner, /^Mode: sequential\./);
  assertMatch(more, /never more than one slept at a time/);
});

browserTest("The lab shows in the mode blocking that a held thread serves nobody", async (folder) => {
  const { rows, banner, more } = await labReport("blocking", folder);
  assert(lastOf(rows, "sleep") >= SUM_MS, JSON.stringify(rows));
  assert(medianPageMs(rows) >= ASKED.ms, JSON.stringify(rows));
  assertMatch(banner, /^Mode: blocking\./);
  assertMatch(more, /the thread slept for each of them in turn/);
});

/** Runs the task `lab-ports` on other ports than its own. */
async function startSideBySide(ports: readonly string[]): Promise<AsyncDisposable> {
  const usual = ["7878", "7879", "7880"];
  const command = project.tasks["lab-ports"].command.replace(/78[78][089]/g, (port) => ports[usual.indexOf(port)]);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "--eval", command],
    cwd: fromFileUrl(new URL("..", import.meta.url)),
    env: { NO_COLOR: "1", LOG_FORMAT: "off" },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (text.split("Siesta serves").length < 4) {
    const { done, value } = await reader.read();
    assert(!done, text);
    text += value;
  }
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM"); // which it hands on to the servers
      while (!(await reader.read()).done);
      await child.status;
    },
  };
}

browserTest("The task lab-ports shows the three modes in one picture", async (folder) => {
  const ports = freePorts(3);
  await using _ = await startSideBySide(ports);
  const url = `http://localhost:${ports[0]}/`;
  const report = await inBrowser<LabReport>("browser_lab.ts", url, folder, "three", ...ports.slice(1));
  assertEquals([report.errors, report.elsewhere, report.violations], [[], [], []]);
  assertEquals(report.rows.length, 3 * (ASKED.sleeps + ASKED.pages));
  for (const row of report.rows) assert(row.answeredMs > 0 && row.waitingMs > 0, JSON.stringify(row));
  const of = (mode: string) => report.rows.filter((row) => row.mode === mode);
  assertLess(lastOf(of("concurrent"), "sleep"), WAVES * ASKED.ms + 300);
  for (const mode of ["sequential", "blocking"]) assert(lastOf(of(mode), "sleep") >= SUM_MS, mode);
  assert(mostAtOnce(sleepsOf(of("concurrent"))) >= 4);
  assertEquals(mostAtOnce(sleepsOf(of("sequential"))), 1);
  assertMatch(
    report.words,
    /^8 sleeps of 400 ms took \S+ m?s \(concurrent\), 3\.\d\d s \(sequential\), 3\.\d\d s \(blocking\)\.$/,
  );
  assertEquals(report.compared.match(/runs now/g)?.length, 3);
});

/** Ports that were free a moment ago. */
function freePorts(count: number): string[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  return listeners.map((listener) => {
    listener.close();
    return `${listener.addr.port}`;
  });
}

browserTest(
  "The lab's page that is left open shows and keeps what the server is now, however it was restarted",
  async () => {
    const [port] = freePorts(1), banner = (mode: string) => mode === "concurrent" ? "" : `Mode: ${mode}.`;
    const { restarts, tabsReady } = await inBrowser<LeftOpenReport>("browser_lab_restart.ts", port);
    assertEquals(restarts.length, 5);
    // Each stream would be one of the browser's six connections.
    assertEquals(tabsReady, 8);
    const kept = new Set<string>();
    for (const { started, after } of restarts) {
      assertEquals([started, after.mode], [started, started]);
      assertEquals(after.banner.slice(0, banner(started).length + 1).trim(), banner(started));
      assertEquals(new Set(after.kept), kept.add(started));
      // The server's own view is there, from the first request on.
      assertEquals(after.rows.length, ASKED.sleeps + ASKED.pages);
      for (const row of after.rows) assert(row.mode === started && row.answeredMs > 0, JSON.stringify(row));
    }
    // A server that says goodbye is believed, and its chart is not shown as that of the next one.
    const { before } = restarts.at(-2)!;
    assertEquals([before.mode, before.hasChart], ["none", false]);
  },
);

browserTest("The lab speaks French to who wants it", async (folder) => {
  await using program = await startProgram(["--lab", "--mode", "sequential"]);
  const report = await inBrowser<LabReport>(
    "browser_lab.ts",
    `http://localhost:${program.port}/`,
    folder,
    "sequential-fr",
  );
  assertEquals([report.language, report.errors, report.violations], ["fr", [], []]);
  assertMatch(report.words, /^8 siestes de 400 ms ont pris 3,\d\d s ; une page demandée entre-temps a pris/);
  assertMatch(report.banner, /^Mode : séquentiel/);
});

const compiled = chromium === undefined ? { reason: "no browser" } : await compiledBinary();
browserTest("The lab works in the compiled binary", async (folder) => {
  const binary = "path" in compiled ? compiled.path : "";
  const { rows } = await labReport("concurrent", folder, "compiled", { binary, cwd: folder });
  assertLess(lastOf(rows, "sleep"), WAVES * ASKED.ms + 300);
}, !("path" in compiled));

browserTest(
  "axe-core finds nothing on the bundled pages and on a listing, and no policy is violated",
  async (folder) => {
    const root = `${folder}/listed`;
    await Deno.mkdir(`${root}/a folder`, { recursive: true });
    await Deno.writeTextFile(`${root}/a file.txt`, "x");
    await using lesson = await startProgram();
    await using blocking = await startProgram(["--mode", "blocking"]);
    await using listing = await startProgram([root, "--dir-listing"]);
    const at = (port: number, ...paths: string[]) => paths.map((path) => `http://localhost:${port}/${path}`);
    const urls = [
      ...at(lesson.port, "", "hello.fr.html", "lab", "lab.fr.html", "404.html", "404.fr.html"),
      ...at(blocking.port, "", "hello.fr.html"),
      ...at(listing.port, ""),
    ];
    const reports = await inBrowser<PageReport[]>("browser_pages.ts", ...urls);
    assertEquals(reports.map(({ url }) => url), urls);
    for (const { url, heading, violations, errors, elsewhere } of reports) {
      assert(heading !== "");
      assertEquals([url, violations, errors, elsewhere], [url, [], [], []]);
    }
    await Deno.remove(root, { recursive: true });
  },
);
