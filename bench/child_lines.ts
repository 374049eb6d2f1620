/**
 * A child process that is talked to in lines.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { pinned } from "./server_process.ts";
import { TextLineStream } from "./text_lines.ts";

/** A running child process. */
export interface LineChild {
  /** Writes a line to its stdin. */
  say(line: string): Promise<void>;
  /**
   * The next line of its stdout.
   *
   * @throws {Error} If it ends, or says nothing in time.
   */
  hear(timeoutMs: number): Promise<string>;
  /** Closes its stdin and ends it. */
  stop(): Promise<void>;
}

/** Starts a script of this folder in a process of its own, bound to a core; its stderr is ours. */
export function startScript(script: URL, args: readonly string[], core: number | undefined): LineChild {
  const denoArgs = ["run", "--allow-net", "--allow-read", script.href, ...args];
  return startChild(script.pathname.split("/").at(-1)!, [Deno.execPath(), ...denoArgs], core);
}

/** Starts a command in a process of its own, bound to a core; its stderr is ours, and its name is for messages. */
export function startChild(name: string, [command, ...args]: readonly string[], core?: number): LineChild {
  const child = pinned(core, command, { args, stdin: "piped", stdout: "piped", stderr: "inherit" }).spawn();
  const stdin = child.stdin.getWriter();
  const stdout = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream()).getReader();
  return {
    say: (line) => stdin.write(new TextEncoder().encode(`${line}\n`)),
    async hear(timeoutMs) {
      const line = await deadline(stdout.read(), timeoutMs).catch((error) => {
        throw new Error(`${name} said nothing in ${timeoutMs} ms`, { cause: error });
      });
      if (line.done) throw new Error(`${name} ended too early`);
      return line.value;
    },
    async stop() {
      await stdin.close().catch(() => {/* it has ended */});
      try {
        child.kill("SIGKILL"); // it holds nothing that has to be put in order
      } catch { /* it has ended */ }
      await stdout.cancel();
      await child.status;
    },
  };
}
