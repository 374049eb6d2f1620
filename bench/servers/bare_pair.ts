/**
 * Two bare loops in two processes on one port: what two workers can reach at best.
 *
 * Run: `deno run --allow-run --allow-env bench/servers/bare_pair.ts PORT FILE`.
 *
 * @module
 */

const script = new URL("./bare_loop.ts", import.meta.url).href;
const args = ["run", "--allow-net", "--allow-read", script, Deno.args[0], Deno.args[1], "plain", "--reuse-port"];
const children = [1, 2].map(() => new Deno.Command(Deno.execPath(), { args, stdin: "null" }).spawn());
Deno.addSignalListener("SIGTERM", () => {
  for (const child of children) child.kill();
});
await Promise.all(children.map((child) => child.status));
