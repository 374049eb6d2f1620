/**
 * Files of 50 MB that change in the middle of their downloads, in each way there is.
 *
 * Thirty-four files have a reader each. When all have the beginning of their answers, each file is changed in one of
 * five ways, and the readers go on: what comes has to be the version that was announced, whole, or visibly cut short.
 */
import { LINE_BYTES, wholeContent } from "../../bench/swap_content.ts";
import { attacked } from "./attacked.ts";
import { counted, Download, type DownloadOutcome } from "./download.ts";
import { ALL, type Scenario } from "./scenario.ts";

const FILES = 34, ROUNDS = 6, SHORT_FILES = 5, SHORT_ROUNDS = 1;
const LINES = Math.floor(50e6 / LINE_BYTES), SHORT_LINES = LINES >> 2;

/** One change of a file. */
interface Change {
  /** Before anybody reads. */
  prepare?(): Promise<void>;
  make(): Promise<void>;
  /** When nobody reads any more: the file is there again, whole. */
  restore(): Promise<void>;
}

type Content = Uint8Array<ArrayBuffer>;

/** A file that holds one of three versions, with another version beside it. */
class FlightFile {
  readonly #path: string;
  readonly #versions: readonly Content[];
  /** What lies at the path when nothing is being changed. */
  content: Content;
  #beside: Content;

  private constructor(path: string, versions: readonly Content[]) {
    this.#path = path;
    this.#versions = versions;
    [this.content, this.#beside] = versions;
  }

  static async make(path: string, versions: readonly Content[]): Promise<FlightFile> {
    await Deno.writeFile(path, versions[0]);
    await Deno.writeFile(`${path}.beside`, versions[1]);
    return new FlightFile(path, versions);
  }

  readonly changes: Record<string, Change> = {
    "replaced": {
      prepare: () => this.#keep(),
      make: () => Deno.rename(`${this.#path}.beside`, this.#path),
      restore: async () => {
        await Deno.rename(`${this.#path}.kept`, `${this.#path}.beside`);
        [this.content, this.#beside] = [this.#beside, this.content];
      },
    },
    "truncated": {
      make: () => Deno.truncate(this.#path, 1_000_000),
      restore: () => this.#write(this.content),
    },
    "emptied and written anew": {
      make: () => this.#write(this.#another),
      restore: () => Promise.resolve(void (this.content = this.#another)),
    },
    "deleted": {
      prepare: () => this.#keep(),
      make: () => Deno.remove(this.#path),
      restore: () => Deno.rename(`${this.#path}.kept`, this.#path),
    },
    "renamed": {
      make: () => Deno.rename(this.#path, `${this.#path}.away`),
      restore: () => Deno.rename(`${this.#path}.away`, this.#path),
    },
  };

  /** The version that lies nowhere. */
  get #another(): Content {
    return this.#versions.find((it) => it !== this.content && it !== this.#beside)!;
  }

  /** Gives it a second name, so that it need not be written again: writing takes most of the scenario's time. */
  async #keep(): Promise<void> {
    await Deno.link(this.#path, `${this.#path}.kept`);
  }

  async #write(content: Content): Promise<void> {
    await Deno.writeFile(this.#path, content);
  }
}

/** Files that change in the middle of a download. */
export const changedInFlight: Scenario = {
  name: "changed_in_flight",
  title: `files of 50 MB replaced, truncated, rewritten, deleted and renamed in the middle of their downloads`,
  servers: ALL,
  run: (stage) => {
    const lines = stage.isShort ? SHORT_LINES : LINES,
      versions = [1, 2, 3].map((version) => wholeContent(version, lines));
    return attacked(stage, async ({ port, root, isShort, findings }) => {
      const whole: Record<string, number> = {}, outcomes: DownloadOutcome[] = [];
      const files = await Promise.all(
        Array.from(
          { length: isShort ? SHORT_FILES : FILES },
          (_, i) => FlightFile.make(`${root}/flight${i}`, versions),
        ),
      );
      let changeCount = 0;
      const changedOnce = async (file: FlightFile, i: number, ready: () => Promise<void>) => {
        const ways = Object.entries(file.changes), [what, change] = ways[changeCount++ % ways.length];
        const announced = file.content;
        await change.prepare?.();
        const reader = await Download.start(port, `/flight${i}`);
        await ready();
        await change.make();
        const outcome = await reader.outcome([announced]);
        outcomes.push(outcome);
        if (outcome === "whole") whole[what] = (whole[what] ?? 0) + 1;
        findings.demand(outcome !== "wrong", `octets that no version has, of a file that was ${what}`);
        await change.restore();
      };
      for (let round = 0; round < (isShort ? SHORT_ROUNDS : ROUNDS); round++) {
        // Nothing is changed before all have the beginning of their answer.
        let waiting = files.length;
        const { promise: allBegan, resolve } = Promise.withResolvers<void>();
        const ready = () => {
          if (--waiting === 0) resolve();
          return allBegan;
        };
        await Promise.all(files.map((file, i) => changedOnce(file, i, ready)));
      }
      const { cut, refused, wrong, late } = counted(outcomes);
      findings.wrong += wrong;
      findings.demand(refused + late === 0, `${refused} were refused and ${late} did not end`);
      findings.demand(cut > 0, "nothing was cut, so no change has met a download");
      const list = Object.entries(whole).map(([what, count]) => `${count} ${what}`).join(", ");
      findings.note(`${changeCount} changes, ${outcomes.length} downloads: ${cut} visibly cut short`);
      findings.note(`whole ${list || "none"}`);
    }, {
      p99MsMax: 1_500,
      rehearse: async ({ port, root, isShort }) => {
        await Deno.writeFile(`${root}/first.txt`, versions[0]);
        const all = Array.from(
          { length: isShort ? SHORT_FILES : FILES },
          () => Download.start(port, "/first.txt"),
        );
        for (const download of await Promise.all(all)) await download.outcome([]);
      },
    });
  },
};
