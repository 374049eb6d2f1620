/**
 * `Deno.serve` with a handler that streams files from a folder: what one writes with it on an afternoon.
 *
 * Run: `deno run --allow-net --allow-read tests/faults/servers/deno_serve.ts PORT ROOT`
 *
 * @module
 */

import { join } from "@std/path";

const [port, root] = Deno.args;

async function answer(request: Request): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") return new Response(null, { status: 405 });
  let path: string;
  try {
    // A URL's path has no dot segments left, and what is decoded here must not bring any back.
    path = decodeURIComponent(new URL(request.url).pathname);
  } catch {
    return new Response("Bad request", { status: 400 });
  }
  if (path.includes("\0") || path.split("/").includes("..")) return new Response("Not found", { status: 404 });
  if (path.endsWith("/")) path += "index.html";
  try {
    const file = await Deno.open(join(root, path));
    const { isFile, size } = await file.stat();
    const headers = { "content-length": `${size}`, "content-type": "application/octet-stream" };
    if (isFile && request.method === "GET") return new Response(file.readable, { headers });
    file.close();
    return isFile ? new Response(null, { headers }) : new Response("Not found", { status: 404 });
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
    return isMissing
      ? new Response("Not found", { status: 404 })
      : new Response("Internal server error", { status: 500 });
  }
}

Deno.serve({ hostname: "127.0.0.1", port: Number(port), onListen() {} }, answer);
