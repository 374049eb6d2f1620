/**
 * Siesta: a static web server on raw TCP, and the last chapter of a lesson on asynchronous servers.
 *
 * The whole idea is in `serve()`. Each connection gets an async handler that nobody waits for here, so the loop is back
 * at the next connection at once: a visitor of `/sleep`, who waits five seconds on a promise, holds nobody else up.
 *
 * @module
 */
import metadata from "./deno.json" with { type: "json" };
import { diskFiles } from "./files/disk_files.ts";
import type { FileStore } from "./files/file_store.ts";
import { readSiteRules, textOf } from "./files/site_rules.ts";
import { staticFiles } from "./files/static_files.ts";
import { handlers } from "./handlers.ts";
import type { Lab } from "./lab/lab.ts";
import type { Clock } from "./server/clock.ts";
import { type Config, parseConfig } from "./server/config.ts";
import { serveConnection } from "./server/connection.ts";
import { helpText, VARIABLES } from "./server/flags.ts";
import type { Program, Site } from "./server/instance.ts";
import { leave } from "./server/leave.ts";
import { accepted } from "./server/listener.ts";
import { operate } from "./server/operate.ts";
import { print, report } from "./server/report.ts";
import type { Server } from "./server/server.ts";
import { demand, reasonOf, StartError } from "./server/start_error.ts";
import { isWorker, serveInWorker } from "./server/worker.ts";

/** Serves all connections of a listener, which `Deno.listen` gave, at the same time, until it is closed. */
export async function serve(listener: Deno.Listener, server: Server): Promise<void> {
  for await (const conn of accepted(listener, server)) {
    serveConnection(conn, server); // no await: the next connection is not held up by this one
  }
}

/** `--mode sequential`, the lesson's problem: the same loop with an `await` in it. Nobody may stay after his answer. */
export async function serveInTurn(listener: Deno.Listener, server: Server): Promise<void> {
  const limits = { ...server.limits, ...IN_TURN };
  for await (const conn of accepted(listener, server)) {
    await serveConnection(conn, { ...server, limits }); // everybody else waits until this visitor is gone
  }
}

/** `--mode blocking`, the lesson's warning: the loop of {@linkcode serve}, and a `/sleep` that keeps the thread. */
export function holdThread(ms: number): Promise<void> {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  return Promise.resolve(); // a promise in form, but the wait is over before anybody could await it
}

/** A browser opens connections in reserve; one that says nothing must not keep everybody else waiting for long. */
const IN_TURN = { requestsPerConnectionMax: 1, headReadMs: 1_000 };

/** Opens what a configuration says is to be served. */
export async function site(config: Config, clock: Clock): Promise<Site> {
  const store = await openPages(config);
  const { rules, warnings } = await readSiteRules(store).catch((error) => {
    throw new StartError(error.message);
  });
  const files = staticFiles(store, { ...config.files, rules, nowMs: () => clock.nowMs });
  const isLesson = config.root === undefined, home = isLesson ? "/hello.html" : "/";
  const lab = config.lab || isLesson ? await labOf(config) : undefined;
  const wait = config.mode === "blocking" ? holdThread : undefined;
  const { lesson, files: { corsOrigin } } = config;
  const handler = handlers(files, { home, lesson, corsOrigin, wait, lab: lab?.routes });
  return {
    handler,
    cacheFigures: files.cacheFigures,
    observer: lab?.events,
    warnings: [...warnings, ...await singleWarnings(store, config.files.single)],
  };
}

/** The lab, or what is there without one. Like all that only a flag asks for, it is loaded when it is asked for. */
async function labOf({ lab, mode, host, labPorts: ports }: Config): Promise<Lab> {
  const { closedLab, openLab } = await import("./lab/lab.ts");
  return lab ? await openLab({ mode, host, ports }) : closedLab(mode);
}

/** A page that is not there may still come: a build that runs beside the server makes it anew. */
async function singleWarnings(store: FileStore, single: string | undefined): Promise<string[]> {
  if (single === undefined || (await store.look(single)).kind === "file") return [];
  return [`Cannot find "${single}", the page of --single: unknown paths are 404 until it is there`];
}

const program: Program = {
  version: metadata.version,
  site,
  serve: (listener, server, mode) => mode === "sequential" ? serveInTurn(listener, server) : serve(listener, server),
};

/** The program: reads the command line, runs, and returns the exit code. */
export async function start(args: string[]): Promise<number> {
  const environment = readEnvironment();
  const parsed = parseConfig(args, environment);
  switch (parsed.kind) {
    case "help":
      return await print(helpText());
    case "version":
      return await print(`siesta ${metadata.version}`);
    case "problems":
      for (const problem of parsed.problems) console.error(`siesta: ${problem}`);
      return 2;
    case "check":
    case "serve":
      try {
        if (parsed.kind === "check") {
          const { isReady } = await import("./server/health_check.ts");
          return await isReady(parsed.address) ? 0 : 1;
        }
        return await operate(await located(parsed.config), { program, url: import.meta.url, environment });
      } catch (error) {
        // Any other is a bug, which nobody finds without its stack.
        if (error instanceof StartError) console.error(`siesta: ${error.message}`);
        else console.error(error);
        return 1;
      }
  }
}

/** The configuration with the real path of the root: a task runs in another folder than the one it was typed in. */
async function located(config: Config): Promise<Config> {
  const { root } = config;
  if (root === undefined) return config;
  demand({ name: "read", path: root }, `serve "${root}"`, `--allow-read=${root}`);
  const path = await Deno.realPath(root).catch((error) => {
    throw new StartError(`Cannot serve "${root}": ${reasonOf(error)}`);
  });
  // The permission for a link is none for what it leads to.
  demand({ name: "read", path }, `serve "${root}", which leads to "${path}"`, `--allow-read=${path}`);
  return { ...config, root: path };
}

/** The folder to serve; the lesson's pages say so when they are not served as they should be. */
async function openPages({ root, mode, labPorts }: Config): Promise<FileStore> {
  const store = await openRoot(root);
  if (mode === "concurrent" && labPorts.length === 0) return store;
  const { withBanner } = await import("./lab/mode_banner.ts"), { withPorts } = await import("./lab/side_by_side.ts");
  const { memoryFiles } = await import("./files/memory_files.ts");
  const pages: Record<string, string> = {};
  for (const name of await store.names("") ?? []) {
    const text = await textOf(store, name);
    if (name === "_headers") pages[name] = withPorts(text, labPorts);
    else pages[name] = mode === "concurrent" ? text : withBanner(text, mode);
  }
  return memoryFiles(pages);
}

async function openRoot(root: string | undefined): Promise<FileStore> {
  const path = root ?? `${import.meta.dirname}/static`;
  const name = root ?? "static";
  // Files that are embedded in a compiled program need no permission. A worker is not told that it is one, but it is not
  // started without leave to read the program.
  if (root === undefined && !Deno.build.standalone && !isWorker()) {
    demand({ name: "read", path }, 'serve "static"', `--allow-read=${path}`);
  }
  try {
    return await diskFiles(path);
  } catch (error) {
    throw new StartError(`Cannot serve "${name}": ${reasonOf(error)}`);
  }
}

function readEnvironment(): Record<string, string | undefined> {
  const granted = VARIABLES.filter((variable) =>
    Deno.permissions.querySync({ name: "env", variable }).state === "granted"
  );
  return Object.fromEntries(granted.map((variable) => [variable, Deno.env.get(variable)]));
}

if (import.meta.main && !isWorker()) {
  // The last resort: what escapes everything else is told, and the server lives on.
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    report(event.reason);
  });
  const escaped = async (error: unknown) => {
    await report(error);
    return 1;
  };
  leave(await start(Deno.args).catch(escaped));
} else if (isWorker()) {
  serveInWorker(program);
}
