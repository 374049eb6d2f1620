/** Descriptors run out: 300 clients want to stay where 128 descriptors are. */
import { delay } from "@std/async/delay";
import { octets } from "../raw_client.ts";
import { runTool } from "../tools.ts";
import { attacked } from "./attacked.ts";
import { Crowd } from "./crowd.ts";
import { ALL, type Scenario } from "./scenario.ts";

/** Part of a core that a server may use while it can accept nobody. */
const CPU_SHARE_MAX = 0.3;

/** Descriptors run out. */
export const noDescriptors: Scenario = {
  name: "no_descriptors",
  title: "300 clients under ulimit -n 128: half of them asks, all stay",
  servers: ALL,
  run: (stage) =>
    attacked(stage, async ({ port, pid, isShort, findings }) => {
      await using crowd = await Crowd.connect(port, 300);
      crowd.read();
      const asking = crowd.members.filter((_, index) => index % 2 === 0);
      await Promise.all(asking.map((member) => member.send(octets("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))));
      const before = await cpuSeconds(pid), startMs = performance.now();
      await delay(isShort ? 2_000 : 6_000);
      const share = 1_000 * (await cpuSeconds(pid) - before) / (performance.now() - startMs);
      const answered = asking.filter(({ text }) => text.startsWith("HTTP/1.1 200")).length;
      findings.note(`${answered} of 150 were answered, ${(100 * share).toFixed(0)} % of a core meanwhile`);
      findings.demand(share < CPU_SHARE_MAX, "the server runs in circles");
      // Who comes last waits until half of the 300, who say nothing, have given way, some 80 at a time.
    }, { shell: "ulimit -n 128", p99MsMax: 4_000 }),
};

/** CPU time of a process: the 14th and 15th field, in hundredths of a second. */
async function cpuSeconds(pid: number): Promise<number> {
  const { stdout: stat } = await runTool("cat", [`/proc/${pid}/stat`]);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
