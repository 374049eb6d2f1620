/** Opens what is listened on: a TCP port, one with TLS, or a unix socket. */
import type { Config } from "./config.ts";
import { report } from "./report.ts";
import type { UnendedTls } from "./unended_tls.ts";
import { demand, lackOf, reasonOf, StartError } from "./start_error.ts";

/** Connections that the kernel keeps while the loop is busy; its own default of 511 is too few for a burst. */
const TCP_BACKLOG = 4_096;
/** Who may use a unix socket: its owner and its group, such as that of a proxy. */
const UNIX_MODE = 0o660;

/** What {@linkcode openListener} needs to know. */
export type ListenConfig = Pick<Config, "host" | "port" | "unix" | "tls">;

/** Settings of {@linkcode openListener}. */
export interface ListenOptions {
  /** Whether others may listen on the same port: workers, or the same server with a new certificate. */
  readonly reusePort?: boolean;
  /** TLS connections of an earlier listener that have not come to their end. */
  readonly unended?: UnendedTls;
  /** Told of what becomes of the listener later. */
  report?(error: unknown): void;
}

/**
 * Listens as a configuration says.
 *
 * @throws {StartError} when that cannot be
 */
export async function openListener(config: ListenConfig, options: ListenOptions = {}): Promise<Deno.Listener> {
  if (config.unix !== undefined) return await openUnix(config.unix);
  const { host: hostname, port } = config;
  const address = `${inUrl(hostname)}:${port}`;
  demand({ name: "net", host: address }, `listen on "${address}"`, `--allow-net=${address}`);
  // Named in full since Deno 2.4 does not know `tcpBacklog`, and leaves it aside.
  const tcp: Deno.TcpListenOptions & { tcpBacklog: number } = { hostname, port, tcpBacklog: TCP_BACKLOG };
  if (options.reusePort) tcp.reusePort = true;
  const tls = config.tls && { cert: await readPem(config.tls.cert), key: await readPem(config.tls.key) };
  try {
    if (tls === undefined) return Deno.listen(tcp);
    const { unended, report: tell = report } = options, { TlsListener } = await import("./tls_listener.ts");
    // It gives what the server needs of a connection.
    return new TlsListener({ tcp, pem: tls, unended, report: tell }) as unknown as Deno.Listener;
  } catch (error) {
    if (tls !== undefined && isOfCertificate(error)) {
      throw new StartError(`Cannot use "${config.tls!.cert}" with "${config.tls!.key}": ${reasonOf(error)}`);
    }
    throw new StartError(`Cannot listen on "${address}": ${reasonOf(error)}`);
  }
}

/** Errors of the system have a code; of those without one only a name that nobody knows is none of the certificate's. */
function isOfCertificate(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message: string };
  return code === undefined && !message.includes("lookup");
}

/**
 * Listens for a moment by itself: whoever shares a port does not notice that another server has it already.
 *
 * @throws {StartError} when somebody listens there
 */
export async function demandFree({ host, port }: ListenConfig): Promise<void> {
  if (port === 0) return;
  (await openListener({ host, port, unix: undefined, tls: undefined })).close();
}

/** A host as it stands in a URL. */
export function inUrl(hostname: string): string {
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}

/** The URL at which a listener is reached, or the path of its unix socket. */
export function urlOf(address: Deno.Addr, isSecure: boolean): string {
  if ("path" in address) return `unix:${address.path}`;
  if (!("hostname" in address)) return "";
  return `http${isSecure ? "s" : ""}://${inUrl(address.hostname)}:${address.port}/`;
}

async function readPem(path: string): Promise<string> {
  demand({ name: "read", path }, `read "${path}"`, `--allow-read=${path}`);
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    throw new StartError(`Cannot read "${path}": ${reasonOf(error, "file")}`);
  }
}

async function openUnix(path: string): Promise<Deno.Listener> {
  for (const name of ["read", "write"] as const) {
    demand({ name, path }, `listen on "${path}"`, `--allow-${name}=${path}`);
  }
  await removeStale(path);
  try {
    const listener = Deno.listen({ transport: "unix", path });
    await Deno.chmod(path, UNIX_MODE);
    return listener as unknown as Deno.Listener;
  } catch (error) {
    throw socketProblem(path, error);
  }
}

function socketProblem(path: string, error: unknown): StartError {
  // Deno 2.9 wants this one too; older ones do not know it, so it cannot be asked for.
  const isRefused = error instanceof Deno.errors.NotCapable;
  const reason = isRefused ? lackOf(`--allow-net=unix:${path}`) : reasonOf(error);
  return new StartError(`Cannot listen on "${path}": ${reason}`);
}

/** A server that was killed leaves its socket behind; one that nobody listens on is removed, and nothing else ever. */
async function removeStale(path: string): Promise<void> {
  const info = await Deno.lstat(path).catch(() => undefined);
  if (info === undefined) return;
  if (info.isSocket !== true) throw new StartError(`Cannot listen on "${path}": there is a file that is no socket`);
  try {
    (await Deno.connect({ transport: "unix", path })).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionRefused)) throw socketProblem(path, error);
    return await Deno.remove(path);
  }
  throw new StartError(`Cannot listen on "${path}": the address is in use`);
}
