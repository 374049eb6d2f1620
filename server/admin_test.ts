import { assertEquals } from "@std/assert";
import { ask } from "../tests/handler_client.ts";
import { adminHandler } from "./admin.ts";

function admin(isReady = true) {
  return adminHandler({ isReady: () => isReady, snapshot: () => ({ siesta_connections_active: 3 }) });
}

Deno.test("adminHandler tells whether the server lives, and whether it takes visitors", async () => {
  assertEquals((await ask(admin(), "/livez")).status, 200);
  assertEquals((await ask(admin(), "/readyz")).status, 200);
  assertEquals((await ask(admin(false), "/livez")).status, 200);
  const { status, fields } = await ask(admin(false), "/readyz");
  assertEquals([status, fields["cache-control"]], [503, "no-store"]);
});

Deno.test("adminHandler writes metrics, knows no other path, and takes GET and HEAD only", async () => {
  const { status, fields, text } = await ask(admin(), "/metrics");
  assertEquals([status, fields["content-type"]], [200, "text/plain; version=0.0.4; charset=utf-8"]);
  assertEquals(text.endsWith("\nsiesta_connections_active 3\n"), true);
  assertEquals((await ask(admin(), "/")).status, 404);
  assertEquals((await ask(admin(), "/livez", { method: "HEAD" })).status, 200);
  const post = await ask(admin(), "/livez", { method: "POST" });
  assertEquals([post.status, post.fields["allow"]], [405, "GET, HEAD"]);
});
