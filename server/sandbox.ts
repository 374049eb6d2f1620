/**
 * Gives back every permission that a running server does not need, so that a bug, or a package that is not what it
 * seems, cannot use it: from then on the process opens no connection, starts no program, and writes no file.
 *
 * Reading has to stay. Deno can give back what was granted, but not narrow it: to bound it to ROOT, start with
 * `--allow-read=ROOT`.
 */
import type { Config } from "./config.ts";

const NAMES = ["net", "env", "sys", "run", "ffi", "write", "import"] as const;

/** What is left after {@linkcode lockDown}. */
export interface Sandbox {
  /** Permissions that were granted and are no longer. */
  readonly revoked: readonly string[];
  /** Permissions that are still granted, with the reason. */
  readonly kept: readonly string[];
}

/** Gives back what is no longer needed once all listeners are open. */
export function lockDown({ tls, workers }: Pick<Config, "tls" | "workers">): Sandbox {
  const revoked: string[] = [], kept: string[] = [];
  for (const name of NAMES) {
    // A new certificate needs a new listener, and so does a worker that is started again.
    if (name === "net" && (tls !== undefined || workers !== 1)) {
      kept.push("net (to listen again)");
      continue;
    }
    try {
      const descriptor = { name } as Deno.PermissionDescriptor;
      if (Deno.permissions.querySync(descriptor).state === "granted") revoked.push(name);
      Deno.permissions.revokeSync(descriptor); // also what was granted in part
    } catch {
      // Not every supported Deno knows every name.
    }
  }
  kept.push("read");
  return { revoked, kept };
}
