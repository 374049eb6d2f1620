/**
 * Looks for programs; installs nothing.
 *
 * @module
 */

/**
 * Whether a program of that name can be run.
 *
 * @param ask An argument that makes it say something and end.
 */
export async function isInstalled(program: string, ask = "-v"): Promise<boolean> {
  try {
    await new Deno.Command(program, { args: [ask], stdin: "null", stdout: "null", stderr: "null" }).output();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Finds the program of an npm package: on the PATH, or where npx keeps what it once installed.
 *
 * @returns What to run, or `undefined` if it is in neither place.
 */
export async function findNpmProgram(packageName: string, program: string): Promise<string | undefined> {
  const onPath = await outputOf("sh", ["-c", `command -v ${program}`]);
  if (onPath !== "") return onPath;
  // --offline and --no: npx gives what it has, and never fetches anything.
  const script = ["--", "sh", "-c", `command -v ${program}`];
  const inCache = await outputOf("npx", ["--offline", "--no", "--package", packageName, ...script]);
  return inCache === "" ? undefined : inCache;
}

/** The output of a command; empty if it fails or is not there. */
async function outputOf(command: string, args: string[]): Promise<string> {
  try {
    const { success, stdout } = await new Deno.Command(command, { args, stdin: "null", stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout).trim() : "";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
