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
  /** Whether the arguments say where it listens; by default a free port. */
  ownPort?: boolean;
  /** Another module instead of `main.ts`. */
  main?: string;
  /** What a shell does before it becomes the program, such as `ulimit -n 64`. */
  shell?: string;
  /** Whether what it prints behind its first line is read and forgotten, since it may be longer than a string can be. */
  forgetsOutput?: boolean;
  env?: Record<string, string>;
  cwd?: string;
}

/** A program that runs. */
export interface Program extends AsyncDisposable {
  readonly port: number;
  /** The line that it printed when it listened. */
  readonly line: string;
  readonly child: Deno.ChildProcess;
  /** All that it has printed; see {@linkcode ProgramOptions.forgetsOutput}. */
  readonly output: string;
  /** Waits until what it has printed matches. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  /** Gives up reading its standard output, so that the pipe is closed. */
  closeStdout(): Promise<void>;
  /** Sends a signal, waits for the end, and returns how it ended. */
  end(signal?: Deno.Signal): Promise<ProgramResult>;
  /** Sends a signal until it has ended, as somebody does who will not wait. */
  endAtOnce(signal: Deno.Signal): Promise<ProgramResult>;
}

/** How a program ended. */
export interface ProgramResult {
  code: number;
  stdout: string;
  stderr: string;
}

function command(args: string[], options: ProgramOptions): Deno.Command {
  const { binary, permissions = ["--allow-net", "--allow-read", "--allow-env=PORT,HOST,LOG_FORMAT"], env, cwd } =
    options;
  const denoArgs = ["run", "--quiet", ...permissions, options.main ?? MAIN, ...args];
  const program = [binary ?? Deno.execPath(), ...(binary === undefined ? denoArgs : args)];
  const [executable, ...rest] = options.shell === undefined
    ? program
    : ["sh", "-c", `${options.shell}\nexec "$@"`, "sh", ...program];
  return new Deno.Command(executable, {
    args: rest,
    env: { PORT: "", HOST: "", LOG_FORMAT: "", NO_COLOR: "1", ...env },
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
  const child = command(options.ownPort ? args : ["--port", "0", ...args], options).spawn();
  const stderr = new Response(child.stderr).text();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let stdout = "", wake = Promise.withResolvers<void>(), isOver = false;
  const reading = (async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (!options.forgetsOutput || !stdout.includes("\n")) stdout += value;
      wake.resolve();
      wake = Promise.withResolvers();
    }
    isOver = true;
    wake.resolve();
  })();
  const until = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(stdout);
      if (match !== null) return match;
      if (isOver) throw new Error(`The program ended without ${pattern}: ${stdout}${await stderr}`);
      await wake.promise;
    }
  };
  const [line] = await until(/^.+(?=\n)/);
  const port = Number(/https?:\/\/[^ ]*:([0-9]+)\//.exec(line)?.[1]);
  let result: Promise<ProgramResult> | undefined;
  const finish = async (): Promise<ProgramResult> => {
    await reading;
    const { code } = await child.status;
    return { code, stdout, stderr: await stderr };
  };
  return {
    port,
    line,
    child,
    get output() {
      return stdout;
    },
    until,
    async closeStdout() {
      await reader.cancel();
    },
    end(signal = "SIGTERM") {
      if (result === undefined) child.kill(signal);
      return result ??= finish();
    },
    async endAtOnce(signal) {
      result ??= finish();
      const timer = setInterval(() => {
        try {
          child.kill(signal);
        } catch {
          // It has ended just now.
        }
      }, 100);
      await child.status;
      clearInterval(timer);
      return await result;
    },
    async [Symbol.asyncDispose]() {
      if (result === undefined) child.kill("SIGKILL");
      await (result ??= finish());
    },
  };
}
