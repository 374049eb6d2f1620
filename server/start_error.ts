/** Errors of the start that whoever started the server can mend: one line, no stack. */

/** Thrown when the server cannot start. */
export class StartError extends Error {
  /** Tells it from other errors. */
  override readonly name = "StartError";
}

/** Asks for a permission without a prompt. */
export function demand(permission: Deno.PermissionDescriptor, action: string, flag: string): void {
  if (Deno.permissions.querySync(permission).state === "granted") return;
  throw new StartError(`Cannot ${action}: ${lackOf(flag)}`);
}

/** Says that a permission is missing, and where it would have been given. */
export function lackOf(flag: string): string {
  if (!Deno.build.standalone) return `Deno was not started with ${flag}`;
  return `the program was compiled without ${flag}: compile one with it`;
}

/** Says in a few words why something of the system failed. */
export function reasonOf(error: unknown, what = "folder"): string {
  if (error instanceof Deno.errors.AddrInUse) return "the address is in use";
  if (error instanceof Deno.errors.AddrNotAvailable) return "this machine does not have the address";
  if (error instanceof Deno.errors.NotFound) return `there is no such ${what}`;
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  if (error instanceof Deno.errors.NotADirectory) return "it is not a folder";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return error instanceof Error ? error.message : String(error);
}
