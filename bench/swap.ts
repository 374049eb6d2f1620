/**
 * The swap test: files are replaced, rewritten, appended to, cut and deleted as fast as possible while clients read
 * them, and every answer is looked at. A table of how many were wrong, for this server and others.
 *
 *     deno run --allow-all bench/swap.ts
 *     deno run --allow-all bench/swap.ts --seconds 60 --peers siesta,nginx
 *
 * serve, sirv and http-server have to be there already, as for the other benchmarks; what is missing, and nginx where it
 * is, is left out with a line that says so.
 *
 * @module
 */

import { fromFileUrl, join } from "@std/path";
import { parseFlags, runAndExit, UsageError } from "./command_line.ts";
import { type Column, formatNumber, markdownTable } from "./figures.ts";
import { findNpmProgram, isInstalled } from "./installed.ts";
import { freePort, type ServerCommand, startServer } from "./server_process.ts";
import { readWhileWritten, type SwapResult } from "./swap_readers.ts";

const PROJECT = fromFileUrl(new URL("../", import.meta.url));

/** Where things are while a run lasts. */
interface Folders {
  /** What is served and changed. */
  root: string;
  /** For what peers need. */
  scratch: string;
}

/** How a peer is started on a port; `undefined` when it cannot be. */
type Peer = (folders: Folders, port: number) => Promise<ServerCommand | undefined>;

const PEERS: Record<string, Peer> = {
  siesta: ({ root }, port) =>
    Promise.resolve({
      name: "siesta",
      command: Deno.execPath(),
      args: [
        "run",
        "--allow-net",
        "--allow-read",
        "--allow-env=PORT,HOST",
        "main.ts",
        root,
        "--port",
        `${port}`,
        "--log",
        "off",
      ],
      cwd: PROJECT,
      port,
    }),
  serve: ({ root }, port) => fromNpm("serve", "serve", ["--no-clipboard", "-l", `tcp://127.0.0.1:${port}`, root], port),
  sirv: ({ root }, port) =>
    fromNpm("sirv-cli", "sirv", [root, "--etag", "--host", "127.0.0.1", "--port", `${port}`], port),
  "http-server": ({ root }, port) =>
    fromNpm("http-server", "http-server", [root, "-a", "127.0.0.1", "-p", `${port}`], port),
  nginx,
};

/** Runs a program of npm that is there already. */
async function fromNpm(
  packageName: string,
  program: string,
  args: string[],
  port: number,
): Promise<ServerCommand | undefined> {
  const command = await findNpmProgram(packageName, program);
  if (command === undefined) return undefined;
  const { stdout } = await new Deno.Command(command, { args: ["--version"] }).output();
  const version = /\d+\.\d+\.\d+/.exec(new TextDecoder().decode(stdout))?.[0] ?? "";
  return { name: `${packageName} ${version}`, command, args, port };
}

async function nginx({ root, scratch }: Folders, port: number): Promise<ServerCommand | undefined> {
  if (!await isInstalled("nginx")) return undefined;
  const config = join(scratch, "nginx.conf");
  await Deno.writeTextFile(
    config,
    `${Deno.uid() === 0 ? "user root;" : ""}
daemon off;
pid ${scratch}/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path ${scratch}/body; proxy_temp_path ${scratch}/proxy; fastcgi_temp_path ${scratch}/fastcgi;
  uwsgi_temp_path ${scratch}/uwsgi; scgi_temp_path ${scratch}/scgi;
  sendfile on;
  server { listen 127.0.0.1:${port}; root ${root}; default_type text/plain; }
}
`,
  );
  const args = ["-p", scratch, "-e", "stderr", "-c", config];
  return { name: "nginx", command: "nginx", args, port };
}

/** Formats what was found of each server. */
export function swapTable(results: readonly { name: string; result: SwapResult }[]): string {
  const numbers = ["answers", "large", "torn", "shared tags", "stale", "cut short", "refused"];
  const columns: Column[] = [
    { title: "server", align: "left" },
    ...numbers.map((title): Column => ({ title, align: "right" })),
  ];
  return markdownTable(
    columns,
    results.map(({ name, result }) => {
      const { answers, bigAnswers, torn, sharedTags, stale, short, refused } = result;
      const statuses = Object.entries(refused).map(([status, count]) => `${formatNumber(count)} x ${status}`).join(
        ", ",
      );
      const counts = [answers, bigAnswers, torn, sharedTags, stale, short].map((count) => formatNumber(count));
      return [name, ...counts, statuses || "0"];
    }),
  );
}

/** Whether a server still takes connections; some end over a file that vanished. */
async function isAlive({ hostname, port }: URL): Promise<boolean> {
  try {
    (await Deno.connect({ hostname, port: Number(port) })).close();
    return true;
  } catch {
    return false;
  }
}

async function main(args: string[]): Promise<number> {
  const defaults = { seconds: 40, clients: 32, big: 50, peers: Object.keys(PEERS).join() };
  const { seconds, clients, big, peers } = parseFlags(args, defaults);
  const unknown = peers.split(",").find((name) => !(name in PEERS));
  if (unknown !== undefined) throw new UsageError(`Unknown server "${unknown}"`);
  const results: { name: string; result: SwapResult }[] = [];
  for (const peer of peers.split(",")) {
    const folder = await Deno.makeTempDir({ prefix: "swap-" });
    const folders = { root: join(folder, "root"), scratch: join(folder, "scratch") };
    await Deno.mkdir(folders.root);
    await Deno.mkdir(folders.scratch);
    // sirv knows only the files that are there when it starts.
    await readWhileWritten({
      url: new URL("http://127.0.0.1:9/"),
      folder: folders.root,
      seconds: 0,
      clients: 0,
      bigMib: big,
    });
    try {
      const command = await PEERS[peer](folders, freePort());
      if (command === undefined) {
        console.error(`${peer} is missing, and left out`);
        continue;
      }
      const server = await startServer(command, undefined);
      try {
        const result = await readWhileWritten({ url: server.url, folder: folders.root, seconds, clients, bigMib: big });
        results.push({ name: await isAlive(server.url) ? command.name : `${command.name} (ended)`, result });
      } finally {
        await server.stop();
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
  console.log(swapTable(results));
  const own = results.find(({ name }) => name === "siesta")?.result;
  return own !== undefined && own.torn + own.sharedTags + own.stale > 0 ? 1 : 0;
}

if (import.meta.main) await runAndExit(main);
