import { assert, assertEquals } from "@std/assert";
import { figuresOf } from "./process_figures.ts";
import { mayRunPrograms } from "./program.ts";

const SCRIPT = "sleep 60 & echo 1; read line; exec 8</dev/null 9</dev/null; echo 2; read line; kill $!";

Deno.test({
  name: "figuresOf() counts the processes that a process has started, and their descriptors",
  ignore: !mayRunPrograms || Deno.build.os !== "linux",
  async fn() {
    const child = new Deno.Command("sh", { args: ["-c", SCRIPT], stdin: "piped", stdout: "piped" }).spawn();
    const reader = child.stdout.getReader(), writer = child.stdin.getWriter();
    await reader.read();
    const before = await figuresOf(child.pid);
    await writer.write(new TextEncoder().encode("go on\n"));
    await reader.read();
    const after = await figuresOf(child.pid);
    assertEquals([before.pids.length, before.pids[0]], [2, child.pid]);
    assertEquals(after.descriptors - before.descriptors, 2);
    assert(after.residentBytes > 0 && after.peakBytes >= after.residentBytes);
    await writer.close();
    await child.status;
    await reader.cancel();
    assertEquals((await figuresOf(child.pid)).pids, []);
  },
});
