/**
 * Node's `http` with a file in memory. Modes as those of `deno_serve.ts`.
 *
 * Run: `node bench/servers/node_http.mjs PORT FILE [MODE]`.
 *
 * @module
 */

import { createReadStream, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import process from "node:process";

const TAG = '"the-same-every-time"';

function prepare(path) {
  const content = readFileSync(path);
  const type = path.endsWith(".html") ? "text/html; charset=utf-8" : "application/octet-stream";
  return { content, fields: { "content-type": type, "content-length": content.length, etag: TAG } };
}

function send(response, { content, fields }) {
  response.writeHead(200, fields);
  response.end(content);
}

function handlerOf(file, mode) {
  if (mode === "files") {
    const all = readdirSync(file).sort().map((name) => prepare(join(file, name)));
    return (request, response) => send(response, all[Number(/([0-9]{5})\.html$/.exec(request.url)[1])]);
  }
  if (mode === "stream") {
    const { size } = statSync(file);
    return (_request, response) => {
      response.writeHead(200, { "content-length": size });
      createReadStream(file, { highWaterMark: 262_144 }).pipe(response);
    };
  }
  const page = prepare(file);
  return (request, response) => {
    if (mode === "conditional" && request.headers["if-none-match"] === TAG) {
      response.writeHead(304, { etag: TAG });
      response.end();
    } else if (mode === "sleep" && request.url.startsWith("/sleep")) {
      setTimeout(() => send(response, page), Number(/\?ms=([0-9]+)$/.exec(request.url)?.[1] ?? 5000));
    } else send(response, page);
  };
}

const [port, file, mode = "plain"] = process.argv.slice(2);
const server = createServer({ keepAliveTimeout: 75_000 }, handlerOf(file, mode));
server.listen({ host: "127.0.0.1", port: Number(port), backlog: 4096 });
process.on("SIGTERM", () => process.exit(0));
