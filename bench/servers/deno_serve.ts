/**
 * `Deno.serve` with one page in memory: what Deno's own HTTP server can do at best.
 *
 * Run: `deno run --allow-net --allow-read bench/servers/deno_serve.ts PORT FILE [MODE]`. In the mode `plain` (default)
 * every request gets the page; in the mode `sleep`, `/sleep` gets it after 5,000 ms, or the number in `/sleep?ms=`.
 *
 * @module
 */

const [port, file, mode = "plain"] = Deno.args;
const page = await Deno.readFile(file);
const init = { headers: { "content-type": "text/html; charset=utf-8" } };

function plain(): Response {
  return new Response(page, init);
}

async function sleep(request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/sleep") {
    await new Promise((resolve) => setTimeout(resolve, Number(searchParams.get("ms") ?? 5000)));
  }
  return new Response(page, init);
}

// A variable, because Deno 2.4 knows no tcpBacklog and would refuse it in a literal.
const options = {
  hostname: "127.0.0.1",
  port: Number(port),
  tcpBacklog: 4096,
  onListen: ({ port }: Deno.NetAddr) => console.log(`Deno.serve on http://127.0.0.1:${port}/`),
};
Deno.addSignalListener("SIGTERM", () => Deno.exit(0));
Deno.serve(options, mode === "sleep" ? sleep : plain);
