/** Starts the real program as a child process, as a user would, and hears what it says. */
import { fromFileUrl } from "@std/path/from-file-url";

const MAIN = fromFileUrl(new URL("../main.ts", import.meta.url));

/** Whether tests may start programs and read the disk; `deno test --allow-net` alone may not. */
export const mayRunPrograms: boolean = (["run", "read", "write", "env"] as const)
  .every((name) => Deno.permissions.querySync({ name }).state === "granted");

/** Settings of {@linkcode startProgram}. */
export interface ProgramOptions {
  /** Flags of `deno run`; by default the permissions of `deno task serve`. */
  permissions?: string[];
  /** A compiled binary instead of `deno run main.ts`. */
  binary?: string;
  env?: Record<string, string>;
  cwd?: string;
}

/** A program that runs. */
export interface Program extends AsyncDisposable {
  readonly port: number;
  /** The line that it printed when it listened. */
  readonly line: string;
  readonly child: Deno.ChildProcess;
  /** Gives up reading its standard output, so that the pipe is closed. */
  closeStdout(): Promise<void>;
  /** Sends a signal, waits for the end, and returns how it ended. */
  end(signal?: Deno.Signal): Promise<ProgramResult>;
}

/** How a program ended. */
export interface ProgramResult {
  code: number;
  stdout: string;
  stderr: string;
}

function command(args: string[], options: ProgramOptions): Deno.Command {
  const { binary, permissions = ["--allow-net", "--allow-read", "--allow-env=PORT,HOST"], env, cwd } = options;
  const denoArgs = ["run", "--quiet", ...permissions, MAIN, ...args];
  return new Deno.Command(binary ?? Deno.execPath(), {
    args: binary === undefined ? denoArgs : args,
    env: { PORT: "", HOST: "", NO_COLOR: "1", ...env },
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs the program until it ends by itself, as it does with a wrong command line. */
export async function runProgram(args: string[], options: ProgramOptions = {}): Promise<ProgramResult> {
  const { code, stdout, stderr } = await command(args, options).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Starts the program on a free port, and waits until it says that it listens. */
export async function startProgram(args: string[] = [], options: ProgramOptions = {}): Promise<Program> {
  const child = command(["--port", "0", ...args], options).spawn();
  const stderr = new Response(child.stderr).text();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let stdout = "";
  while (!stdout.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`The program ended at once: ${stdout}${await stderr}`);
    stdout += value;
  }
  const line = stdout.slice(0, stdout.indexOf("\n"));
  const port = Number(/http:\/\/[^ ]*:([0-9]+)\//.exec(line)?.[1]);
  let isOpen = true;
  const readOn = async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      stdout += value;
    }
  };
  let result: Promise<ProgramResult> | undefined;
  const finish = async (): Promise<ProgramResult> => {
    if (isOpen) await readOn();
    const { code } = await child.status;
    return { code, stdout, stderr: await stderr };
  };
  return {
    port,
    line,
    child,
    async closeStdout() {
      isOpen = false;
      await reader.cancel();
    },
    end(signal = "SIGTERM") {
      if (result === undefined) child.kill(signal);
      return result ??= finish();
    },
    async [Symbol.asyncDispose]() {
      if (result === undefined) child.kill("SIGKILL");
      await (result ??= finish());
    },
  };
}
