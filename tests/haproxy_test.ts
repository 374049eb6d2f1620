/** Three instances behind HAProxy as `deploy/haproxy.cfg` has it: a rolling restart, and one that is killed. */
import { assertEquals, assertLess, assertMatch } from "@std/assert";
import { startLoad } from "./load_clients.ts";
import { type Program, startProgram } from "./program.ts";
import { makeCertificate, runTool, temporaryFolder, toolTest } from "./tools.ts";

const CLIENTS = 32;

/** Ports that are free now; whoever takes them in between fails the test, and loudly. */
function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const ports = listeners.map(({ addr }) => addr.port);
  for (const listener of listeners) listener.close();
  return ports;
}

/** The configuration of `deploy/` with other ports and another certificate. */
async function configuration(ports: number[], pem: string): Promise<string> {
  const text = await Deno.readTextFile(new URL("../deploy/haproxy.cfg", import.meta.url));
  const [web, secure, ...instances] = ports;
  let config = text.replace("bind :8080", `bind 127.0.0.1:${web}`).replace("bind :8443", `bind 127.0.0.1:${secure}`)
    .replace("/etc/haproxy/site.pem", pem);
  [7881, 7882, 7883, 7981, 7982, 7983].forEach((port, i) => {
    config = config.replace(new RegExp(`^([^#\\n]*[ :])${port}\\b`, "m"), `$1${instances[i]}`);
  });
  return config;
}

async function untilReady(admin: number): Promise<void> {
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${admin}/readyz`).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return;
  }
}

toolTest(
  ["haproxy", "curl", "openssl"],
  "HAProxy: no failed request in a rolling restart, nor when one is killed",
  async () => {
    await using folder = await temporaryFolder();
    const { cert, key } = await makeCertificate(folder.path, "edge");
    await Deno.writeTextFile(`${folder.path}/site.pem`, await Deno.readTextFile(cert) + await Deno.readTextFile(key));
    const ports = freePorts(8), [web, secure, ...rest] = ports;
    await Deno.writeTextFile(`${folder.path}/haproxy.cfg`, await configuration(ports, `${folder.path}/site.pem`));
    const start = async (i: number): Promise<Program> => {
      const args = ["--port", `${rest[i]}`, "--proxy-protocol", "--admin", `127.0.0.1:${rest[i + 3]}`];
      const program = await startProgram(args, { ownPort: true });
      await untilReady(rest[i + 3]);
      return program;
    };
    const instances = await Promise.all([start(0), start(1), start(2)]);
    const haproxy = new Deno.Command("haproxy", {
      args: ["-db", "-f", `${folder.path}/haproxy.cfg`],
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    try {
      const curl = async (...args: string[]) =>
        (await runTool("curl", ["-sk", "-w", "%{http_version}", ...args])).stdout;
      const first = await curl("--retry", "40", "--retry-all-errors", "--retry-delay", "1", `http://127.0.0.1:${web}/`);
      assertMatch(first, /Hello!.*1\.1$/s);
      assertMatch(await curl(`https://127.0.0.1:${secure}/`), /Hello!.*2$/s);

      const load = startLoad(web, CLIENTS);
      await load.more(500);
      for (let i = 0; i < instances.length; i++) {
        assertEquals((await instances[i].end("SIGTERM")).code, 0);
        await load.more(200);
        instances[i] = await start(i);
        // HAProxy takes it back after its next check.
        await instances[i].until(/" 200 \d+ "/);
      }
      const rolling = await load.stop();
      console.log(`Rolling restart: ${rolling.answered} answers, failures ${JSON.stringify(rolling.failures)}`);
      assertEquals(rolling.failures, {});

      const again = startLoad(web, CLIENTS);
      await again.more(500);
      await instances[1].end("SIGKILL");
      await again.more(500);
      const killed = await again.stop();
      const failed = Object.values(killed.failures).reduce((sum, count) => sum + count, 0);
      console.log(`One killed: ${killed.answered} answers, failures ${JSON.stringify(killed.failures)}`);
      assertLess(failed, CLIENTS);

      await runTool("curl", ["-s", "--interface", "127.0.0.5", `http://127.0.0.1:${web}/from-five`]);
      const five = /^127\.0\.0\.5 .*from-five/m;
      // Either of the two that are left has it; the other one will end without.
      await Promise.any([instances[0], instances[2]].map((instance) => instance.until(five)));
    } finally {
      haproxy.kill("SIGTERM");
      await haproxy.status;
      for (const instance of instances) await instance[Symbol.asyncDispose]();
    }
  },
);
