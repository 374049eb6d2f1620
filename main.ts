/**
 * Siesta: a static web server on raw TCP, and the last chapter of a lesson on asynchronous servers.
 *
 * The whole idea is in `serve()`. Each connection gets an async handler that nobody waits for here, so the loop is back
 * at the next connection at once: a visitor of `/sleep`, who waits five seconds on a promise, holds nobody else up.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { fromFileUrl } from "@std/path/from-file-url";
import metadata from "./deno.json" with { type: "json" };
import { diskFiles, type FileStore } from "./files/file_store.ts";
import { readSiteRules } from "./files/site_rules.ts";
import { staticFiles } from "./files/static_files.ts";
import { handlers } from "./handlers.ts";
import { Clock } from "./server/clock.ts";
import { type Config, helpText, parseConfig, VARIABLES } from "./server/config.ts";
import { serveConnection } from "./server/connection.ts";
import { accepted } from "./server/listener.ts";
import { OpenConnections } from "./server/open_connections.ts";
import type { Server } from "./server/server.ts";

/** Serves all connections of a listener at the same time, until it is closed. */
export async function serve(listener: Deno.Listener, server: Server): Promise<void> {
  for await (const conn of accepted(listener, server)) {
    serveConnection(conn, server); // no await: the next connection is not held up by this one
  }
}

/** Connections that the kernel keeps while the loop is busy; its own default of 511 is too few for a burst. */
const TCP_BACKLOG = 4_096;

/** Serves as a configuration says until a signal comes; returns the exit code. */
async function run(config: Config): Promise<number> {
  const clock = new Clock(config.serverHeader ? "siesta" : "");
  const connections = new OpenConnections(clock);
  const store = await openRoot(config.root);
  const { rules, warnings } = await readSiteRules(store);
  for (const warning of warnings) print(`siesta: ${warning}\n`, Deno.stderr);
  const files = staticFiles(store, { ...config.files, rules, nowMs: () => clock.nowMs });
  const home = config.root === undefined ? "/hello.html" : "/";
  const handler = handlers(files, { home, lesson: config.lesson, corsOrigin: config.files.corsOrigin });
  const server: Server = { handler, limits: config.limits, clock, connections, report };

  const stop = firstSignal(); // before listening: a signal that comes right after must find its listener
  const listener = listen(config);
  clock.start();
  const serving = serve(listener, server);
  print(`Siesta serves ${config.root ?? "the lesson"} on ${urlOf(listener.addr)}\n`);

  await Promise.race([stop, serving]);
  listener.close();
  // The kernel refuses connections only when the pending accept has ended; a server that is full has none.
  await Promise.race([serving, delay(100)]);
  const { cut } = await connections.drain(config.limits.drainMs);
  if (cut > 0) report(`Cut ${cut} connections that did not end within ${config.limits.drainMs / 1_000} s`);
  return 0;
}

/** The program: reads the command line, runs, and returns the exit code. */
export async function start(args: string[]): Promise<number> {
  const parsed = parseConfig(args, environment());
  switch (parsed.kind) {
    case "help":
      console.log(helpText());
      return 0;
    case "version":
      console.log(`siesta ${metadata.version}`);
      return 0;
    case "problems":
      for (const problem of parsed.problems) console.error(`siesta: ${problem}`);
      return 2;
    case "serve":
      try {
        return await run(parsed.config);
      } catch (error) {
        if (!(error instanceof StartError)) throw error;
        console.error(`siesta: ${error.message}`);
        return 1;
      }
  }
}

/** Thrown when the server cannot start for a reason that whoever started it can mend. */
class StartError extends Error {
  override readonly name = "StartError";
}

async function openRoot(root: string | undefined): Promise<FileStore> {
  const path = root ?? fromFileUrl(new URL("static", import.meta.url));
  const name = root ?? "static";
  // Files that are embedded in a compiled program need no permission.
  if (root !== undefined || !Deno.build.standalone) {
    demand({ name: "read", path }, `serve "${name}"`, `--allow-read=${name}`);
  }
  try {
    return await diskFiles(path);
  } catch (error) {
    throw new StartError(`Cannot serve "${name}": ${reasonOf(error)}`);
  }
}

function listen({ host, port }: Config): Deno.Listener {
  const hostname = host.replace(/^\[|\]$/g, "");
  const address = `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
  demand({ name: "net", host: address }, `listen on "${address}"`, `--allow-net=${address}`);
  // Named in full since Deno 2.4 does not know `tcpBacklog`, and leaves it aside.
  const options: Deno.TcpListenOptions & { tcpBacklog: number } = { hostname, port, tcpBacklog: TCP_BACKLOG };
  try {
    return Deno.listen(options);
  } catch (error) {
    throw new StartError(`Cannot listen on "${address}": ${reasonOf(error)}`);
  }
}

/** Asks for a permission without a prompt. */
function demand(permission: Deno.PermissionDescriptor, action: string, flag: string): void {
  if (Deno.permissions.querySync(permission).state === "granted") return;
  const lack = Deno.build.standalone ? "the program was compiled without" : "Deno was not started with";
  throw new StartError(`Cannot ${action}: ${lack} ${flag}`);
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) return "the address is in use";
  if (error instanceof Deno.errors.AddrNotAvailable) return "this machine does not have the address";
  if (error instanceof Deno.errors.NotFound) return "there is no such folder";
  if (error instanceof Deno.errors.NotADirectory) return "it is not a folder";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return error instanceof Error ? error.message : String(error);
}

function environment(): Record<string, string | undefined> {
  const granted = VARIABLES.filter((variable) =>
    Deno.permissions.querySync({ name: "env", variable }).state === "granted"
  );
  return Object.fromEntries(granted.map((variable) => [variable, Deno.env.get(variable)]));
}

/** Resolves at the first SIGINT or SIGTERM; at the second the program ends at once. */
function firstSignal(): Promise<void> {
  // Windows has no SIGTERM; its SIGBREAK is the closing of the console window.
  const signals = { SIGINT: 130, [Deno.build.os === "windows" ? "SIGBREAK" : "SIGTERM"]: 143 };
  const { promise, resolve } = Promise.withResolvers<void>();
  let isStopping = false;
  for (const [signal, code] of Object.entries(signals)) {
    Deno.addSignalListener(signal as Deno.Signal, () => {
      if (isStopping) Deno.exit(code);
      isStopping = true;
      resolve();
    });
  }
  return promise;
}

function urlOf(address: Deno.Addr): string {
  const { hostname, port } = address as Deno.NetAddr;
  return `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}/`;
}

/** Prints without waiting: a pipe that is closed, full or never read must not stop the server. */
function print(text: string, to: typeof Deno.stdout = Deno.stdout): void {
  to.write(new TextEncoder().encode(text)).catch(() => {});
}

/** Anything can be thrown, and not all of it can be made a text. */
function textOf(error: unknown): string {
  try {
    return error instanceof Error ? error.stack ?? error.message : String(error);
  } catch {
    return "Something was thrown that cannot be told";
  }
}

/** Tells whoever runs the server of an error that is ours; never throws. */
function report(error: unknown): void {
  print(`siesta: ${textOf(error)}\n`, Deno.stderr);
}

if (import.meta.main) {
  // The last resort: what escapes everything else is told, and the server lives on.
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    report(event.reason);
  });
  Deno.exit(await start(Deno.args));
}
