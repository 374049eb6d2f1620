import { assertEquals, assertRejects } from "@std/assert";
import type { HttpRequest, HttpResponse } from "../http1/message.ts";
import { closedLab, openLab } from "./lab.ts";

Deno.test("openLab has routes for the events and for /reset, and ends both when the server stops", async () => {
  const { routes, events } = await openLab({ mode: "sequential", host: "::1" });
  assertEquals([...routes.keys()], ["/lab/events", "/reset"]);
  const response = routes.get("/reset")!({ field: () => "[::1]:80" } as unknown as HttpRequest) as HttpResponse;
  const [, port] = /\[::1\]:([0-9]+)/.exec(new TextDecoder().decode(response.head))!;
  (await Deno.connect({ hostname: "::1", port: Number(port) })).close();
  events!.stopping(); // a listener that were left would fail the test
  await assertRejects(() => Deno.connect({ hostname: "::1", port: Number(port) }), Deno.errors.ConnectionRefused);
});

Deno.test("closedLab tells the mode to who would watch, and that this is all", () => {
  const { routes, events } = closedLab("blocking");
  assertEquals([[...routes.keys()], events], [["/lab/events"], undefined]);
  const response = routes.get("/lab/events")!({} as HttpRequest) as HttpResponse;
  const text = new TextDecoder().decode(response.content as Uint8Array);
  const hello = '{"mode":"blocking","isInTurn":false,"isWatched":false,"ports":[],"ms":0,"next":1}';
  assertEquals(text, `event: hello\ndata: ${hello}\n\nevent: end\ndata: {"reason":"unwatched","next":1}\n\n`);
});
