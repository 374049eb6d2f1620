/** A program that is stopped while nobody reads what it says: it must not wait for that. */
import { assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { mayRunPrograms } from "./program.ts";

Deno.test({
  name: "A log that nobody reads does not keep the program from ending",
  ignore: !mayRunPrograms || Deno.build.os === "windows",
  fn: async () => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-net", "--allow-read", "main.ts", "--port=0", "--log=combined"],
      cwd: new URL("..", import.meta.url),
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = child.stdout.getReader();
    let isRunning = true;
    try {
      let line = "";
      while (!line.includes("\n")) line += new TextDecoder().decode((await reader.read()).value);
      const port = Number(/:([0-9]+)\//.exec(line)?.[1]);
      using conn = await Deno.connect({ hostname: "127.0.0.1", port });
      // More lines than a pipe holds; the last answer says that all were written or wait.
      const requests = new TextEncoder().encode("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(10_000));
      const sending = (async () => {
        for (let at = 0; at < requests.length;) at += await conn.write(requests.subarray(at));
        await conn.closeWrite();
      })();
      const into = new Uint8Array(65_536);
      while (await conn.read(into) !== null);
      await sending;
      child.kill("SIGTERM");
      const { code } = await deadline(child.status, 15_000);
      isRunning = false;
      assertEquals(code, 0);
    } finally {
      if (isRunning) child.kill("SIGKILL");
      await reader.cancel();
      await child.status;
    }
  },
});
