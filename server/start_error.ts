/** Errors of the start that whoever started the server can mend: one line, no stack. */

/** Thrown when the server cannot start. */
export class StartError extends Error {
  /** Tells it from other errors. */
  override readonly name = "StartError";
}

/** Asks for a permission without a prompt. */
export function demand(permission: Deno.PermissionDescriptor, action: string, flag: string): void {
  if (Deno.permissions.querySync(permission).state === "granted") return;
  const lack = Deno.build.standalone ? "the program was compiled without" : "Deno was not started with";
  throw new StartError(`Cannot ${action}: ${lack} ${flag}`);
}

/** Says in a few words why something of the system failed. */
export function reasonOf(error: unknown, what = "folder"): string {
  if (error instanceof Deno.errors.AddrInUse) return "the address is in use";
  if (error instanceof Deno.errors.AddrNotAvailable) return "this machine does not have the address";
  if (error instanceof Deno.errors.NotFound) return `there is no such ${what}`;
  if (error instanceof Deno.errors.NotADirectory) return "it is not a folder";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return error instanceof Error ? error.message : String(error);
}
