/**
 * The servers that are compared: how each is started so that all of them serve the same folder.
 *
 * A peer that is not installed is left out; nothing is ever installed from here.
 *
 * @module
 */

import { fromFileUrl, join } from "@std/path";
import { findNpmProgram, isInstalled } from "./installed.ts";
import { nginxWords, writeConfig } from "./peer_configs.ts";
import { freePort, type ServerCommand } from "./server_process.ts";
import type { Site } from "./site.ts";

/** What is asked of a server; those from memory and from the disk need to know, see `servers/`. */
export type Mode = "plain" | "pipelined" | "close" | "conditional" | "files" | "stream" | "sleep";

/** What a server is started for. */
export interface Use {
  mode: Mode;
  /** What is asked for, relative to the site's root: a file, in the mode `files` a folder. */
  file: string;
  /** Give the sibling of this coding, if the server has only one file. */
  coding?: "br";
}

/** A server that can be measured. */
export interface Peer {
  /** Modes that it can serve. */
  modes: readonly Mode[];
  /**
   * How it is started.
   *
   * @returns Why it cannot be, as a sentence without a subject, if it cannot.
   */
  command(site: Site, use: Use): Promise<ServerCommand | string>;
}

const PROJECT = fromFileUrl(new URL("../", import.meta.url));
const DENO_RUN = ["run", "--allow-net", "--allow-read"];
/** What every file server can do. */
const OF_FILES: readonly Mode[] = ["plain", "pipelined", "close", "conditional", "files", "stream"];

const TABLE = {
  siesta: { modes: [...OF_FILES, "sleep"], command: (site, { mode }) => Promise.resolve(siesta(site, mode, [])) },
  bare_loop: {
    modes: ["plain", "pipelined", "close", "conditional", "files", "sleep"],
    command: (site, use) => Promise.resolve(fromMemory("bare_loop", site, use)),
  },
  bare_disk: { modes: ["plain", "files", "stream"], command: (site) => Promise.resolve(bareDisk(site)) },
  deno_serve: {
    modes: [...OF_FILES, "sleep"],
    command: (site, use) => Promise.resolve(fromMemory("deno_serve", site, { ...use, coding: undefined })),
  },
  node_http: { modes: [...OF_FILES, "sleep"], command: nodeHttp },
  nginx: { modes: OF_FILES, command: (site) => nginx("nginx", site, { sendfile: true }) },
  // Cheaper for small files, dearer for large ones.
  nginx_no_sendfile: { modes: OF_FILES, command: (site) => nginx("nginx_no_sendfile", site, { sendfile: false }) },
  lighttpd: { modes: OF_FILES, command: lighttpd },
  caddy: { modes: OF_FILES, command: caddy },
  sirv: { modes: OF_FILES, command: (site) => fromNpm("sirv-cli", "sirv", site, sirvArgs) },
  serve: { modes: OF_FILES, command: (site) => fromNpm("serve", "serve", site, serveArgs) },
  http_server: { modes: OF_FILES, command: (site) => fromNpm("http-server", "http-server", site, httpServerArgs) },
  // These are of use only beside the ones above that they are variants of.
  siesta_log: { modes: ["plain"], command: siestaLog },
  siesta_workers: { modes: ["plain"], command: siestaWorkers },
  bare_pair: { modes: ["plain"], command: (site, use) => Promise.resolve(barePair(site, use)) },
} satisfies Record<string, Peer>;

/** The name of a peer. */
export type PeerName = keyof typeof TABLE;

/** By name, in the order in which they appear in a table. */
export const PEERS: Readonly<Record<PeerName, Peer>> = TABLE;

/** The configurations of nginx; whoever compares with nginx compares with the better of them. */
export const NGINX: readonly PeerName[] = ["nginx", "nginx_no_sendfile"];

/** The program itself: its lesson in the mode `sleep`, else the folder; like the others without an access log. */
export function siesta(site: Site, mode: Mode, flags: readonly string[], log = "off"): ServerCommand {
  const port = freePort();
  const permissions = ["--allow-net", "--allow-read", "--allow-env=PORT,HOST"];
  const root = mode === "sleep" ? [] : [site.root];
  return {
    name: "siesta",
    command: Deno.execPath(),
    args: [
      "run",
      "--v8-flags=--max-semi-space-size=2,--initial-old-space-size=256,--expose-gc",
      ...permissions,
      "main.ts",
      ...root,
      "--port",
      `${port}`,
      "--log",
      log,
      ...flags,
    ],
    cwd: PROJECT,
    port,
  };
}

/** Whether the program knows a flag, by its own help. */
async function siestaKnows(flag: string): Promise<boolean> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [...DENO_RUN, "main.ts", "--help"],
    cwd: PROJECT,
    stdin: "null",
  }).output();
  return new RegExp(`(?:^|\\s)${flag}\\b`).test(new TextDecoder().decode(stdout));
}

async function siestaLog(site: Site, { mode }: Use): Promise<ServerCommand | string> {
  if (!await siestaKnows("--log")) return "is not there yet: siesta knows no --log";
  const plain = siesta(site, mode, [], "combined");
  // To a file, as a service would have it, and not to the pipe that this process would have to empty.
  const toFile = ["-c", 'out=$1; shift; exec "$@" >"$out"', "sh", join(site.scratch, "access.log")];
  return { ...plain, name: "siesta_log", command: "sh", args: [...toFile, plain.command, ...plain.args] };
}

async function siestaWorkers(site: Site, { mode }: Use): Promise<ServerCommand | string> {
  if (!await siestaKnows("--workers")) return "is not there yet: siesta knows no --workers";
  return { ...siesta(site, mode, ["--workers", "2"]), name: "siesta_workers" };
}

/** A script of `servers/` that has its one file (or folder) in memory. */
function fromMemory(name: string, site: Site, { mode, file, coding }: Use): ServerCommand {
  const port = freePort();
  const path = join(site.root, coding === undefined ? file : `${file}.${coding}`);
  return {
    name,
    command: Deno.execPath(),
    args: [...DENO_RUN, join("bench", "servers", `${name}.ts`), `${port}`, path, mode, ...coding ? [coding] : []],
    cwd: PROJECT,
    port,
  };
}

function bareDisk({ root }: Site): ServerCommand {
  const port = freePort();
  const args = [...DENO_RUN, join("bench", "servers", "bare_disk.ts"), `${port}`, root];
  return { name: "bare_disk", command: Deno.execPath(), args, cwd: PROJECT, port };
}

function barePair({ root }: Site, { file }: Use): ServerCommand {
  const port = freePort();
  const script = join("bench", "servers", "bare_pair.ts");
  const args = ["run", "--allow-run", "--allow-env", script, `${port}`, join(root, file)];
  return { name: "bare_pair", command: Deno.execPath(), args, cwd: PROJECT, port };
}

async function nodeHttp(site: Site, { mode, file }: Use): Promise<ServerCommand | string> {
  if (!await isInstalled("node")) return "is missing";
  const port = freePort();
  const args = [join("bench", "servers", "node_http.mjs"), `${port}`, join(site.root, file), mode];
  return { name: "node_http", command: "node", args, cwd: PROJECT, port };
}

async function nginx(name: string, site: Site, options: { sendfile: boolean }): Promise<ServerCommand | string> {
  if (!await isInstalled("nginx")) return "is missing";
  const [port, dir] = [freePort(), join(site.scratch, name)];
  const words = nginxWords({ ...options, uid: Deno.uid() });
  const config = await writeConfig("nginx.conf", { port, dir, root: site.root, words });
  return { name, command: "nginx", args: ["-p", dir, "-e", "stderr", "-c", config], port };
}

async function lighttpd(site: Site): Promise<ServerCommand | string> {
  if (!await isInstalled("lighttpd")) return "is missing";
  const [port, dir] = [freePort(), join(site.scratch, "lighttpd")];
  const config = await writeConfig("lighttpd.conf", { port, dir, root: site.root });
  await Deno.mkdir(join(dir, "deflated"), { recursive: true });
  return { name: "lighttpd", command: "lighttpd", args: ["-D", "-f", config], port };
}

async function caddy(site: Site): Promise<ServerCommand | string> {
  if (!await isInstalled("caddy", "version")) return "is missing";
  const [port, dir] = [freePort(), join(site.scratch, "caddy")];
  const config = await writeConfig("Caddyfile", { port, dir, root: site.root });
  const args = ["run", "--config", config, "--adapter", "caddyfile"];
  return { name: "caddy", command: "caddy", args, env: { XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir }, port };
}

async function fromNpm(
  packageName: string,
  program: string,
  { root }: Site,
  argsOf: (root: string, port: number) => string[],
): Promise<ServerCommand | string> {
  const command = await findNpmProgram(packageName, program);
  if (command === undefined) return "is missing";
  const port = freePort();
  return { name: program.replace("-", "_"), command, args: argsOf(root, port), port };
}

function sirvArgs(root: string, port: number): string[] {
  return [root, "--host", "127.0.0.1", "--port", `${port}`, "--quiet", "--etag", "--gzip", "--brotli"];
}

function serveArgs(root: string, port: number): string[] {
  const config = fromFileUrl(new URL("./servers/serve.json", import.meta.url));
  return [root, "-l", `tcp://127.0.0.1:${port}`, "-c", config, "-L", "-n", "--no-port-switching"];
}

function httpServerArgs(root: string, port: number): string[] {
  return [root, "-a", "127.0.0.1", "-p", `${port}`, "--silent", "--gzip", "--brotli"];
}
