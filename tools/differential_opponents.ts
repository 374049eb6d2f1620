/** The servers of the differential test: ours, Node's `http` and nginx, each with one page at `/` and 404 for the rest. */
import { fromFileUrl } from "@std/path/from-file-url";

const MAIN = fromFileUrl(new URL("../main.ts", import.meta.url));

/** A server that listens on loopback. */
export interface Opponent {
  readonly name: string;
  readonly port: number;
}

const NODE = `
const { METHODS, createServer } = require("node:http");
const server = createServer((request, response) => {
  const { method, url } = request;
  const path = url.replace(/^https?:\\/\\/[^/?]*/i, "").replace(/\\?.*/s, "") || "/";
  const status = method === "OPTIONS" ? 204 : method !== "GET" && method !== "HEAD" ? 405 : path === "/" ? 200 : 404;
  response.writeHead(status, status === 204 ? {} : { "Content-Length": 3 });
  request.resume();
  request.on("end", () => response.end(status === 204 || method === "HEAD" ? "" : "ok\\n"));
});
server.listen(0, "127.0.0.1", () => console.log("port " + server.address().port));
`;

function nginxConfig(folder: string, port: number): string {
  return `
worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log crit;
events { worker_connections 512; }
http {
  access_log off; server_tokens off;
  client_body_temp_path ${folder}/t1; proxy_temp_path ${folder}/t2; fastcgi_temp_path ${folder}/t3;
  uwsgi_temp_path ${folder}/t4; scgi_temp_path ${folder}/t5;
  server { listen 127.0.0.1:${port}; root ${folder}/site; client_max_body_size 16m; }
}`;
}

/** Starts the servers that are installed; says on standard error which are not. */
export async function startOpponents(): Promise<AsyncDisposable & { opponents: Opponent[] }> {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/site`);
  await Deno.chmod(folder, 0o755);
  await Deno.writeTextFile(`${folder}/site/index.html`, "ok\n");
  const children: Deno.ChildProcess[] = [];
  const opponents: Opponent[] = [];
  const spawn = (command: string, args: string[]): Deno.ChildProcess => {
    const child = new Deno.Command(command, { args, stdin: "null", stdout: "piped", stderr: "null" }).spawn();
    children.push(child);
    return child;
  };
  const ours = spawn(Deno.execPath(), ["run", "-q", "--allow-net", "--allow-read", MAIN, `${folder}/site`, "--port=0"]);
  opponents.push({ name: "siesta", port: await portIn(ours, /:([0-9]+)\/\s/) });
  if (await isInstalled("node")) {
    opponents.push({ name: "node http", port: await portIn(spawn("node", ["-e", NODE]), /port ([0-9]+)/) });
  }
  if (await isInstalled("nginx")) {
    const port = freePort();
    await Deno.writeTextFile(`${folder}/nginx.conf`, nginxConfig(folder, port));
    spawn("nginx", ["-c", `${folder}/nginx.conf`, "-p", folder]);
    await listening(port);
    opponents.push({ name: "nginx", port });
  }
  return {
    opponents,
    async [Symbol.asyncDispose]() {
      for (const child of children) {
        child.kill("SIGTERM");
        await child.stdout.cancel();
        await child.status;
      }
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function isInstalled(command: string): Promise<boolean> {
  try {
    await new Deno.Command(command, { args: ["-v"], stdout: "null", stderr: "null" }).output();
    return true;
  } catch {
    console.error(`${command} is not installed, and is left out`);
    return false;
  }
}

async function portIn(child: Deno.ChildProcess, pattern: RegExp): Promise<number> {
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`A server ended at once: ${text}`);
    text += decoder.decode(value, { stream: true });
    const port = pattern.exec(text)?.[1];
    if (port === undefined) continue;
    reader.releaseLock();
    return Number(port);
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`Nothing listens on port ${port}`);
}
