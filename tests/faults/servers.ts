/** The servers that scenarios attack, each as it comes: Siesta as `deno task serve` starts it, nginx as Debian ships it. */
import { fromFileUrl } from "@std/path/from-file-url";
import { isInstalled } from "../../bench/installed.ts";
import { filledTemplate, nginxWords } from "../../bench/peer_configs.ts";
import { type LaunchedServer, launchServer, type ServerCommand, untilListening } from "../../bench/server_process.ts";
import project from "../../deno.json" with { type: "json" };
import nginxTemplate from "./servers/nginx.conf" with { type: "text" };

/** Names of the servers. */
export const SERVERS = ["siesta", "nginx", "deno-serve"] as const;

/** A server's name. */
export type ServerName = typeof SERVERS[number];

/** How a server is started. */
export interface ServerSettings {
  readonly port: number;
  /** Folder that it serves. */
  readonly root: string;
  /** Folder for what it has to write. */
  readonly scratch: string;
  /** Further flags of Siesta. */
  readonly flags?: readonly string[];
  /** What a shell does before it becomes the server, such as `ulimit -n 128`. */
  readonly shell?: string;
  /** A command in front of the server's own. */
  readonly under?: readonly string[];
  /** A module that runs in a server on Deno before its own. */
  readonly preload?: string;
}

const PROJECT = fromFileUrl(new URL("../../", import.meta.url));

async function commandOf(name: ServerName, settings: ServerSettings): Promise<[command: string, args: string[]]> {
  const { port, root, scratch, flags = [], preload } = settings;
  const preloaded = preload === undefined ? [] : ["--preload", preload];
  if (name === "siesta") {
    const [, run, ...args] = project.tasks.serve.command.split(" ");
    return [Deno.execPath(), [run, ...preloaded, ...args, root, "--port", `${port}`, ...flags]];
  }
  if (name === "deno-serve") {
    const args = ["run", ...preloaded, "--allow-net", "--allow-read", "tests/faults/servers/deno_serve.ts"];
    return [Deno.execPath(), [...args, `${port}`, root]];
  }
  const words = nginxWords({ sendfile: true, uid: Deno.uid() });
  const config = `${scratch}/nginx.conf`;
  await Deno.writeTextFile(config, filledTemplate(nginxTemplate, { port, root, dir: scratch, words }));
  return ["nginx", ["-p", scratch, "-e", "stderr", "-c", config]];
}

/** Whether a server is installed. */
export async function isThere(name: ServerName): Promise<boolean> {
  return name !== "nginx" || await isInstalled("nginx");
}

/** Starts a server; it does not listen yet. */
export async function launch(name: ServerName, settings: ServerSettings): Promise<LaunchedServer> {
  const [command, args] = await commandOf(name, settings);
  const { shell = ":", under = [], port } = settings;
  // Its access log goes where it costs nobody anything.
  const script = `${shell}\nexec "$@" >/dev/null`;
  const server: ServerCommand = {
    ...{ name, port, cwd: PROJECT, command: "sh" },
    args: ["-c", script, "sh", ...under, command, ...args],
    env: { PORT: "", HOST: "", LOG_FORMAT: "" },
  };
  return launchServer(server, undefined);
}

/** Starts a server and waits until it listens. */
export async function started(name: ServerName, settings: ServerSettings): Promise<LaunchedServer> {
  const server = await launch(name, settings);
  try {
    await untilListening(server, 20);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}
