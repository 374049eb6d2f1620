/** What is in `deploy/`, as far as the tools that are here can say. */
import { assert, assertEquals } from "@std/assert";
import { FLAGS } from "../server/flags.ts";
import { Metrics } from "../server/metrics.ts";
import { Clock } from "../server/clock.ts";
import { OpenConnections } from "../server/open_connections.ts";
import { mayRunPrograms } from "./program.ts";
import { makeCertificate, runTool, temporaryFolder, toolTest } from "./tools.ts";

const read = (name: string) => Deno.readTextFile(new URL(`../deploy/${name}`, import.meta.url));

toolTest(["systemd-analyze"], "deploy/siesta.service is a unit that systemd is content with", async () => {
  await using folder = await temporaryFolder();
  const unit = (await read("siesta.service")).replaceAll("/usr/local/bin/siesta", "/bin/true");
  await Deno.writeTextFile(`${folder.path}/siesta.service`, unit);
  const { code, stderr } = await runTool("systemd-analyze", ["verify", "--man=no", `${folder.path}/siesta.service`]);
  assertEquals([code, stderr], [0, ""]);
});

toolTest(["haproxy", "openssl"], "deploy/haproxy.cfg is one that HAProxy is content with", async () => {
  await using folder = await temporaryFolder();
  const { cert, key } = await makeCertificate(folder.path, "edge");
  await Deno.writeTextFile(`${folder.path}/site.pem`, await Deno.readTextFile(cert) + await Deno.readTextFile(key));
  const config = (await read("haproxy.cfg")).replace("/etc/haproxy/site.pem", `${folder.path}/site.pem`);
  await Deno.writeTextFile(`${folder.path}/haproxy.cfg`, config);
  const { code, stdout, stderr } = await runTool("haproxy", ["-c", "-f", `${folder.path}/haproxy.cfg`]);
  assertEquals(code, 0, stdout + stderr);
});

Deno.test({
  name: "Every flag in deploy/ is one that there is",
  ignore: !mayRunPrograms,
  fn: async () => {
    for (const name of ["siesta.service", "Dockerfile", "kubernetes/siesta.yaml"]) {
      const lines = (await read(name)).split("\n").filter((line) => !line.trimStart().startsWith("#"));
      const flags = lines.flatMap((line) => line.match(/(?<=[ "])--[a-z-]+/g) ?? []);
      const own = flags.filter((flag) => !/^--(interval|timeout|from)$/.test(flag));
      assert(own.length > 3, name);
      for (const flag of own) assert(FLAGS.some((it) => `--${it.name}` === flag), `${flag} in ${name}`);
    }
  },
});

Deno.test({
  name: "Every metric in deploy/grafana.json is one that there is",
  ignore: !mayRunPrograms,
  fn: async () => {
    const clock = new Clock(), connections = new OpenConnections(clock);
    const cacheFigures = () => ({ bytes: 0, hits: 0, misses: 0, evictions: 0 });
    const metrics = new Metrics({ clock, connections, cacheFigures });
    metrics.refused(400);
    metrics.answered({ method: "GET", status: 200, sentBytes: 0, startMs: 0, error: "cut" } as never, 0);
    const known = new Set(Object.keys(metrics.snapshot()).map((series) => series.replace(/\{.*/, "")));
    const used = JSON.stringify(JSON.parse(await read("grafana.json"))).match(/\b(?:http_server|siesta)_[a-z_]+/g) ??
      [];
    assert(used.length > 10);
    for (const name of used) assert(known.has(name), name);
  },
});
