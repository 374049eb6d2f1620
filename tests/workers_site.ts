/**
 * The program with more paths, for tests of workers: `/crash` ends the worker that answers it, `/hang` keeps its thread
 * for ever.
 */
import { type HttpRequest } from "../http1/message.ts";
import { plainResponse } from "../http1/response.ts";
import { serve, site } from "../main.ts";
import type { Clock } from "../server/clock.ts";
import { type Config, parseConfig } from "../server/config.ts";
import { operate } from "../server/operate.ts";
import { isWorker, serveInWorker } from "../server/worker.ts";

const name = crypto.randomUUID();

const program = {
  version: "0.0.0",
  serve,
  site: async (config: Config, clock: Clock) => {
    const { handler, warnings } = await site(config, clock);
    return {
      warnings,
      handler: (request: HttpRequest) => {
        if (request.path === "/worker") return plainResponse(200, name);
        // deno-lint-ignore no-empty
        if (request.path === "/hang") { for (;;) {} }
        if (request.path !== "/crash") return handler(request);
        setTimeout(() => {
          throw new Error("Crashed as asked");
        });
        return plainResponse(200);
      },
    };
  },
};

if (isWorker()) serveInWorker(program);
else {
  const parsed = parseConfig(Deno.args, {});
  if (parsed.kind !== "serve") throw new Error(JSON.stringify(parsed));
  Deno.exit(await operate(parsed.config, { program, url: import.meta.url, environment: {} }));
}
