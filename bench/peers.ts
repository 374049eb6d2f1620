/**
 * The servers that are compared: how each is started so that all of them serve the same folder.
 *
 * A peer that is not installed is left out; nothing is ever installed from here.
 *
 * @module
 */

import { fromFileUrl, join } from "@std/path";
import { isInstalled, type ServerCommand } from "./server_process.ts";

/** What a server has to serve. */
export interface Site {
  /** A folder, absolute. */
  root: string;
  /** The name of the page in it that servers without files of their own give for every request. */
  page: string;
  /** A folder for what a peer has to write, absolute. */
  scratch: string;
}

/** Which of its modes a server from memory runs in; see `servers/bare_loop.ts`. */
export type Mode = "plain" | "pipelined" | "sleep";

/** Whether a peer can run here, and how. */
export type PeerCommand = (site: Site, mode: Mode) => Promise<ServerCommand | undefined>;

const PROJECT = fromFileUrl(new URL("../", import.meta.url));
const URL_LINE = /(http:\/\/[0-9.]+:[0-9]+\/)/;

/** By name, in the order in which they appear in a table. */
export const PEERS = {
  siesta,
  bare_loop: bareLoop,
  deno_serve: denoServe,
  nginx: (site, mode) => nginx("nginx", site, mode, { sendfile: true }),
  // Cheaper for small files, dearer for large ones.
  nginx_no_sendfile: (site, mode) => nginx("nginx_no_sendfile", site, mode, { sendfile: false }),
} satisfies Record<
  string,
  PeerCommand
>;

/** The peers of a run that names none. */
export const USUAL_PEERS: readonly PeerName[] = ["siesta", "bare_loop", "deno_serve", "nginx"];

/** The name of a peer. */
export type PeerName = keyof typeof PEERS;

/** The program itself: its lesson in the mode `sleep`, else the folder. */
function siesta(site: Site, mode: Mode): Promise<ServerCommand> {
  const root = mode === "sleep" ? [] : [site.root];
  return Promise.resolve({
    name: "siesta",
    command: Deno.execPath(),
    args: [
      "run",
      "--v8-flags=--max-semi-space-size=1",
      "--allow-net",
      "--allow-read",
      "--allow-env=PORT,HOST",
      "main.ts",
      ...root,
      "--port",
      "0",
    ],
    cwd: PROJECT,
    ready: URL_LINE,
  });
}

function bareLoop(site: Site, mode: Mode): Promise<ServerCommand> {
  return Promise.resolve(fromMemory("bare_loop", site, mode));
}

function denoServe(site: Site, mode: Mode): Promise<ServerCommand> {
  return Promise.resolve(fromMemory("deno_serve", site, mode === "pipelined" ? "plain" : mode));
}

function fromMemory(name: string, site: Site, mode: Mode): ServerCommand {
  const script = join("bench", "servers", `${name}.ts`);
  return {
    name,
    command: Deno.execPath(),
    args: ["run", "--allow-net", "--allow-read", script, "0", join(site.root, site.page), mode],
    cwd: PROJECT,
    ready: URL_LINE,
  };
}

async function nginx(
  name: string,
  site: Site,
  mode: Mode,
  options: { sendfile: boolean },
): Promise<ServerCommand | undefined> {
  if (mode === "sleep" || !await isInstalled("nginx")) return undefined;
  const port = freePort();
  const dir = join(site.scratch, name);
  await Deno.mkdir(dir, { recursive: true });
  const template = await Deno.readTextFile(new URL("./servers/nginx.conf", import.meta.url));
  const file = join(dir, "nginx.conf");
  await Deno.writeTextFile(file, nginxConfig(template, { ...options, port, root: site.root, dir, uid: Deno.uid() }));
  return {
    name,
    command: "nginx",
    args: ["-p", dir, "-e", "stderr", "-c", file],
    ready: /start worker process/,
    url: `http://127.0.0.1:${port}/`,
  };
}

/**
 * Fills in the template of nginx's configuration.
 *
 * @throws {Error} If a word in double braces is left over.
 */
export function nginxConfig(
  template: string,
  options: { port: number; root: string; dir: string; uid: number | null; sendfile: boolean },
): string {
  const values: Record<string, string> = {
    port: `${options.port}`,
    root: options.root,
    dir: options.dir,
    sendfile: options.sendfile ? "on" : "off",
    // Started by root, nginx would give its worker to a user who may not read the folder.
    user: options.uid === 0 ? "user root;" : "",
  };
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_, word: string) => {
    if (values[word] === undefined) throw new Error(`Unknown word "${word}" in the nginx template`);
    return values[word];
  });
}

/** A port that was free a moment ago, for a server that cannot choose one itself and say which. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
