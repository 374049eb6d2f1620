import { assertEquals } from "@std/assert";
import { openLab } from "./lab.ts";

Deno.test("openLab has routes for the events and for /reset, and ends both with the server", async () => {
  const lab = await openLab({ mode: "sequential", host: "[::1]" });
  assertEquals([...lab.routes.keys()], ["/lab/events", "/reset"]);
  lab.stop(); // a listener that were left would fail the test
});
