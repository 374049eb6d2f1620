/** The program, which tries what it may not do when a visitor asks for it; for tests of the sandbox. */
import type { HttpRequest } from "../http1/message.ts";
import { plainResponse } from "../http1/response.ts";
import { serve, site } from "../main.ts";
import type { Clock } from "../server/clock.ts";
import { type Config, parseConfig } from "../server/config.ts";
import { operate } from "../server/operate.ts";

const TRIES: Record<string, () => unknown> = {
  "/connect": () => Deno.connect({ hostname: "127.0.0.1", port: 1 }),
  "/fetch": () => fetch("http://127.0.0.1:8080/"),
  "/listen": () => Deno.listen({ port: 0 }),
  "/outside": () => Deno.readTextFile("/etc/hostname"),
  "/write": () => Deno.writeTextFile("new", ""),
  "/env": () => Deno.env.get("HOME"),
  "/run": () => new Deno.Command("true").output(),
  "/sys": () => Deno.hostname(),
};

const program = {
  version: "0.0.0",
  serve,
  site: async (config: Config, clock: Clock) => {
    const { handler, warnings } = await site(config, clock);
    return {
      warnings,
      handler: async (request: HttpRequest) => {
        const attempt = TRIES[request.path];
        if (attempt === undefined) return await handler(request);
        try {
          await attempt();
          return plainResponse(200);
        } catch (error) {
          return plainResponse(403, error instanceof Error ? error.name : "");
        }
      },
    };
  },
};

const parsed = parseConfig(Deno.args, {});
if (parsed.kind !== "serve") throw new Error(JSON.stringify(parsed));
Deno.exit(await operate(parsed.config, { program, url: import.meta.url, environment: {} }));
