/**
 * `Deno.serve` with a file in memory: what Deno's own HTTP server can do at best.
 *
 * Run: `deno run --allow-net --allow-read bench/servers/deno_serve.ts PORT FILE [MODE]`. Modes:
 *
 * - `plain` (default): every request gets the file.
 * - `conditional`: 304 for whoever has it.
 * - `files`: FILE is a folder whose files are named by numbers of five digits.
 * - `stream`: every request gets the file as a stream from the disk.
 * - `sleep`: `/sleep` gets the file after 5,000 ms, or the number in `/sleep?ms=`.
 *
 * @module
 */

import { prepare, prepareFolder, TAG } from "./answers.ts";

type Handler = (request: Request) => Response | Promise<Response>;

async function handlerOf(file: string, mode: string): Promise<Handler> {
  if (mode === "files") return files(file);
  if (mode === "stream") return stream(file);
  const { content, fields } = await prepare(file);
  const plain = () => new Response(content, { headers: fields });
  if (mode === "conditional") {
    return (request) => request.headers.get("if-none-match") === TAG ? notModified() : plain();
  }
  if (mode !== "sleep") return plain;
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/sleep") {
      await new Promise((resolve) => setTimeout(resolve, Number(searchParams.get("ms") ?? 5000)));
    }
    return plain();
  };
}

function notModified(): Response {
  return new Response(null, { status: 304, headers: { etag: TAG } });
}

async function files(folder: string): Promise<Handler> {
  const all = await prepareFolder(folder);
  return (request) => {
    const { content, fields } = all[Number(/([0-9]{5})\.html$/.exec(request.url)?.[1])];
    return new Response(content, { headers: fields });
  };
}

function stream(path: string): Handler {
  return async () => {
    const file = await Deno.open(path);
    const { size } = await file.stat();
    return new Response(file.readable, { headers: { "content-length": `${size}` } });
  };
}

const [port, file, mode = "plain"] = Deno.args;
// A variable, because Deno 2.4 knows no tcpBacklog and would refuse it in a literal.
const options = { hostname: "127.0.0.1", port: Number(port), tcpBacklog: 4096, onListen() {} };
Deno.addSignalListener("SIGTERM", () => Deno.exit(0));
Deno.serve(options, await handlerOf(file, mode));
