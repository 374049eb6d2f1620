/**
 * Gives back every permission that a running server does not need, so that a bug, or a package that is not what it
 * seems, cannot use it: from then on the process opens no connection, starts no program, and writes no file.
 *
 * Reading has to stay. Deno can give back what was granted, but not narrow it: to bound it to ROOT, start with
 * `--allow-read=ROOT`.
 */
import type { Config } from "./config.ts";
import { VARIABLES } from "./flags.ts";
import { inUrl } from "./open_listener.ts";

const NAMES = ["net", "env", "sys", "run", "ffi", "write", "import"] as const;

/** What is left after {@linkcode lockDown}. */
export interface Sandbox {
  /** Permissions that were granted and are no longer. */
  readonly revoked: readonly string[];
  /** Permissions that are still granted, with the reason. */
  readonly kept: readonly string[];
}

/** What decides which permissions are still needed, and which parts of them there were. */
export type LockDownConfig = Pick<Config, "host" | "port" | "unix" | "tls" | "workers">;

/**
 * Names of the permissions that are granted, wholly or in part. To be asked for before workers run: permissions are those
 * of the process, so what a worker has given back is no longer here either.
 */
export function grantedNames(config: LockDownConfig): string[] {
  return NAMES.filter((name) => {
    try {
      const whole = { name } as Deno.PermissionDescriptor;
      // What was granted in part is found by those parts that are of use.
      return [whole, ...partsOf(name, config)].some((it) => Deno.permissions.querySync(it).state === "granted");
    } catch {
      return false; // not every supported Deno knows every name
    }
  });
}

/** Gives back what is no longer needed once all listeners are open; `granted` is what there was before. */
export function lockDown(config: LockDownConfig, granted: readonly string[] = grantedNames(config)): Sandbox {
  const { tls, workers } = config, revoked: string[] = [], kept: string[] = [];
  for (const name of NAMES) {
    // A new certificate needs a new listener, and so does a worker that is started again.
    if (name === "net" && (tls !== undefined || workers !== 1)) {
      kept.push("net (to listen again)");
      continue;
    }
    try {
      Deno.permissions.revokeSync({ name } as Deno.PermissionDescriptor); // all parts
      if (granted.includes(name)) revoked.push(name);
    } catch {
      // Not every supported Deno knows every name.
    }
  }
  kept.push("read");
  return { revoked, kept };
}

function partsOf(name: typeof NAMES[number], { host, port, unix }: LockDownConfig): Deno.PermissionDescriptor[] {
  switch (name) {
    case "net":
      return [{ name, host: `${inUrl(host)}:${port}` }];
    case "env":
      return VARIABLES.map((variable) => ({ name, variable }));
    case "sys":
      return [{ name, kind: "networkInterfaces" }];
    case "write":
      return unix === undefined ? [] : [{ name, path: unix }];
    default:
      return [];
  }
}
