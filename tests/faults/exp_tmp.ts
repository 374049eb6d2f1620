import { soak } from "../../tools/soak.ts";
import { attacked } from "./attacked.ts";
import { startScript } from "../../bench/child_lines.ts";
import { figuresOf } from "../process_figures.ts";
import { delay } from "@std/async/delay";
async function smaps(pid: number) {
  const t = await Deno.readTextFile(`/proc/${pid}/smaps`);
  const s: Record<string, number> = {};
  let name = "";
  for (const l of t.split("\n")) {
    const m = /^[0-9a-f]+-[0-9a-f]+ (\S+) \S+ \S+ \S+ *(.*)$/.exec(l);
    if (m) name = m[2] === "" ? "anon " + m[1] : m[2];
    const r = /^Rss: +(\d+)/.exec(l);
    if (r) s[name] = (s[name] ?? 0) + Number(r[1]);
  }
  return Object.entries(s).sort((a, b) => b[1] - a[1]).slice(0, 4).map(([k, v]) =>
    k.split("/").at(-1) + " " + (v / 1000).toFixed(0)
  ).join(", ");
}
const n = Deno.args[0];
const o = await attacked({ server: "siesta", isShort: true }, async (t) => {
  console.log("before", await smaps(t.pid));
  for (let i = 0; i < 3; i++) {
    const r = await soak({ port: t.port, pid: t.pid, seconds: 10, hasSleep: true });
    console.log(JSON.stringify(r));
    console.log("after", await smaps(t.pid));
  }
  await delay(10000);
  console.log("after", await smaps(t.pid));
}, { flags: ["--lesson"] });
console.log(JSON.stringify(o.residentBytes));
