/** Files that are none: FIFOs that nobody writes to, and a disk that fails in the middle of a read. */
import { deadline } from "@std/async/deadline";
import { RawClient } from "../raw_client.ts";
import { runTool } from "../tools.ts";
import { attacked } from "./attacked.ts";
import { counted, Download, type DownloadOutcome } from "./download.ts";
import { ALL, type Scenario } from "./scenario.ts";
import { numberedContent } from "./site.ts";

const ANSWER_MS = 5_000;
const FIFO_REQUESTS = 64;

/** FIFOs. */
export const fifos: Scenario = {
  name: "fifos",
  title: `${FIFO_REQUESTS} requests for a FIFO that nobody writes to`,
  servers: ALL,
  run: (stage) =>
    attacked(stage, async ({ port, findings }) => {
      const clients = await Promise.all(Array.from({ length: FIFO_REQUESTS }, () => RawClient.connect(port)));
      const answers = clients.map(async (client) => {
        await client.get("/fifo");
        return (await client.answer())?.status;
      });
      const all = await Promise.all(answers.map((answer) => deadline(answer, ANSWER_MS).catch(() => undefined)));
      for (const client of clients) client[Symbol.dispose]();
      await Promise.allSettled(answers);
      const refused = all.filter((status) => status !== undefined && status >= 400).length;
      findings.note(`${refused} refused, the first one with ${all[0] ?? "nothing"}`);
      findings.demand(
        refused === FIFO_REQUESTS,
        `${FIFO_REQUESTS - refused} were not refused in ${ANSWER_MS / 1_000} s`,
      );
    }, { prepare: async (root) => void await runTool("mkfifo", [`${root}/fifo`]) }),
};

/** From which call on the reads of one file fail, and how often: read() fails at its 20th, sendfile() at its 2nd. */
const FAILURES = ["read,pread64:error=EIO:when=20+20", "sendfile:error=EIO:when=2+2"];
const DOWNLOADS = 32;

/** A failing disk. */
export const failingDisk: Scenario = {
  name: "failing_disk",
  title: `a disk that fails (EIO) in the middle of reads, ${DOWNLOADS} downloads`,
  servers: ALL,
  tools: ["strace"],
  run: (stage) => {
    const content = numberedContent(20_000_000);
    return attacked(stage, async ({ port, findings }) => {
      const outcomes: DownloadOutcome[] = [];
      for (let i = 0; i < DOWNLOADS; i++) {
        outcomes.push(await (await Download.ask(port, "/failing.bin")).outcome([content]));
      }
      const { whole, cut, refused, wrong, late } = counted(outcomes);
      findings.wrong += wrong;
      findings.note(`${cut} visibly cut short, ${refused} refused, ${whole} whole`);
      findings.demand(late === 0, `${late} answers were neither ended nor cut`);
      findings.demand(cut + refused > 0, "nothing has failed, so this has shown nothing");
    }, {
      prepare: (root) => Deno.writeFile(`${root}/failing.bin`, content),
      // With -D the tracer stands aside, and the process that was started is the server.
      under: (root) => [
        ...["strace", "-D", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-P", `${root}/failing.bin`],
        ...["-e", "trace=read,pread64,sendfile", ...FAILURES.flatMap((failure) => ["-e", `inject=${failure}`])],
      ],
      p99MsMax: 1_000,
    });
  },
};
