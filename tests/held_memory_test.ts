/** What is remembered to be quick is bounded: however much a peer sends, little of it stays. */
import { assertLess } from "@std/assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { memoryFiles } from "../files/memory_files.ts";
import { staticFiles } from "../files/static_files.ts";
import { interned } from "../http1/grammar.ts";
import { ask } from "./handler_client.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** Octets that stay on the heap of what a function does; what it keeps must live until then. */
async function heldBytes(work: () => unknown): Promise<number> {
  collectGarbage();
  const before = Deno.memoryUsage().heapUsed;
  await work();
  collectGarbage();
  return Deno.memoryUsage().heapUsed - before;
}

let count = 0;
/** A text that did not come before. */
function fresh(length: number): string {
  return `${++count}`.padEnd(length, "x");
}

Deno.test("interned keeps no text that is longer than 128 octets", async () => {
  const held = await heldBytes(() => {
    for (let i = 0; i < 5_000; i++) {
      // Of many lengths, so that they go to many slots.
      const octets = new TextEncoder().encode(fresh(6_000 + i));
      interned(octets, 0, octets.length);
    }
  });
  assertLess(held, 2e6);
});

Deno.test("A page with translations remembers few values of Accept-Language", async () => {
  const site = memoryFiles({ "a.html": '<html lang="en">', "a.fr.html": '<html lang="fr">' });
  const handler = staticFiles(site, { nowMs: () => 0 });
  const held = await heldBytes(async () => {
    for (let i = 0; i < 4_000; i++) {
      await ask(handler, "/a.html", { fields: { "Accept-Language": `fr, en;q=0.5, x-${fresh(1_000)}` } });
    }
  });
  await ask(handler, "/a.html");
  assertLess(held, 2e6);
});
