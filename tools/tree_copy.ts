/** A copy of the tree, in which mistakes can be made and tests run while the tree itself stays as it is. */

const ROOT = new URL("..", import.meta.url);

/** What became of a mistake: a test failed, the tests did not end, or all of them passed. */
export type Fate = "caught" | "endless" | "survived";

/** What became of a mistake, and the test that caught it. */
export interface Result {
  readonly fate: Fate;
  /** Name of the test; `time` when they did not end, empty when all passed. */
  readonly by: string;
}

/** Returns the names of all files that git knows or would take. */
export async function treeNames(): Promise<string[]> {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { stdout } = await new Deno.Command("git", { args, cwd: ROOT }).output();
  return new TextDecoder().decode(stdout).split("\0").filter((it) => it !== "");
}

/** A copy of the tree in which mistakes can be made. */
export class TreeCopy {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Copies what git knows, as it is in the working tree. */
  static async make(): Promise<TreeCopy> {
    const path = await Deno.makeTempDir({ prefix: "mutants-" });
    for (const name of await treeNames()) {
      await Deno.mkdir(`${path}/${name}`.replace(/[^/]*$/, ""), { recursive: true });
      // A file that was deleted and not committed is still in git's list.
      await Deno.copyFile(new URL(name, ROOT), `${path}/${name}`).catch(() => {});
    }
    return new TreeCopy(path);
  }

  async write(file: string, source: string): Promise<void> {
    await Deno.writeTextFile(`${this.#path}/${file}`, source);
  }

  /** Runs tests until one fails. */
  async test(tests: readonly string[], timeoutMs = Infinity): Promise<Result> {
    const args = [
      "test",
      "--allow-all",
      "--no-check",
      "--quiet",
      "--fail-fast",
      "--v8-flags=--max-old-space-size=1024",
    ];
    const deno = [Deno.execPath(), ...args, ...tests];
    const isUnix = Deno.build.os !== "windows";
    // In a group of its own, since a test that is killed leaves the programs behind that it has started.
    const [command, ...rest] = isUnix ? ["setsid", "nice", "-n", "19", ...deno] : deno;
    const child = new Deno.Command(command, {
      args: rest,
      cwd: this.#path,
      env: { NO_COLOR: "1" },
      stdout: "piped",
      stderr: "null",
    })
      .spawn();
    let isLate = false;
    const timer = timeoutMs === Infinity ? undefined : setTimeout(() => {
      isLate = true;
      child.kill("SIGKILL");
      // Its output ends only when all have let go of it.
      if (isUnix) endGroup(child.pid);
    }, timeoutMs);
    const { success, stdout } = await child.output();
    clearTimeout(timer);
    if (isUnix) endGroup(child.pid);
    const by = /^(.*) \.\.\. FAILED/m.exec(new TextDecoder().decode(stdout))?.[1] ?? "the end of its module";
    return { fate: isLate ? "endless" : success ? "survived" : "caught", by: isLate ? "time" : success ? "" : by };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#path, { recursive: true });
  }
}

function endGroup(pid: number): void {
  try {
    Deno.kill(-pid, "SIGKILL");
  } catch { /* nobody is left in it */ }
}
