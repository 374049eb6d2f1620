/** `deploy/haproxy.cfg` as a test or a benchmark can run it: with other ports, another certificate, its own instances. */

/** What stands in for what the configuration has. */
export interface HaproxyOptions {
  /** Port of the frontend. */
  web: number;
  /** The same with TLS. */
  secure: number;
  /** File with certificate and key. */
  pem: string;
  /** Ports of the instances and of their admin listeners. */
  instances: readonly { port: number; admin: number }[];
}

/** Returns the configuration. */
export async function haproxyConfig({ web, secure, pem, instances }: HaproxyOptions): Promise<string> {
  const text = await Deno.readTextFile(new URL("../deploy/haproxy.cfg", import.meta.url));
  const servers = instances.map(({ port, admin }, i) => `    server s${i} 127.0.0.1:${port} port ${admin}\n`).join("");
  const [frontends, count] = [text.replace(/(?:^ +server .*\n)+/m, () => servers), text.match(/^ +server /gm)?.length];
  if (count !== 3) throw new Error(`deploy/haproxy.cfg has ${count} instances where three were expected`);
  return frontends.replace("bind :8080", `bind 127.0.0.1:${web}`).replace("bind :8443", `bind 127.0.0.1:${secure}`)
    .replace("/etc/haproxy/site.pem", pem);
}

/** Ports that are free now; whoever takes them in between fails the test, and loudly. */
export function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const ports = listeners.map(({ addr }) => addr.port);
  for (const listener of listeners) listener.close();
  return ports;
}
