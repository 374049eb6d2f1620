/**
 * Files of 50 MB that change in the middle of their downloads, in each way there is.
 *
 * Twenty-five files have two readers each. When all 50 have the beginning of their answers, each file is changed in one of
 * five ways, and the readers go on: what comes has to be the version that was announced, whole, or visibly cut short.
 */
import { LINE_BYTES, wholeContent } from "../../bench/swap_content.ts";
import { attacked } from "./attacked.ts";
import { counted, Download, type DownloadOutcome } from "./download.ts";
import { ALL, type Scenario } from "./scenario.ts";

const FILES = 25, READERS_OF_ONE = 2, ROUNDS = 8, SHORT_FILES = 5, SHORT_ROUNDS = 1;
const LINES = Math.floor(50e6 / LINE_BYTES), SHORT_LINES = LINES >> 2;

/** One change of a file. */
interface Change {
  /** Before anybody reads. */
  prepare?(): Promise<void>;
  make(): Promise<void>;
  /** When nobody reads any more: the file is there again, whole. */
  restore(): Promise<void>;
}

/** A file that holds one of two versions. */
class FlightFile {
  readonly #path: string;
  readonly #versions: readonly Uint8Array<ArrayBuffer>[];
  #current = 0;

  private constructor(path: string, versions: readonly Uint8Array<ArrayBuffer>[]) {
    this.#path = path;
    this.#versions = versions;
  }

  static async make(path: string, versions: readonly Uint8Array<ArrayBuffer>[]): Promise<FlightFile> {
    await Deno.writeFile(path, versions[0]);
    return new FlightFile(path, versions);
  }

  /** What lies at the path when nothing is being changed. */
  get content(): Uint8Array<ArrayBuffer> {
    return this.#versions[this.#current];
  }

  get #otherContent(): Uint8Array<ArrayBuffer> {
    return this.#versions[1 - this.#current];
  }

  readonly changes: Record<string, Change> = {
    "replaced": {
      prepare: () => Deno.writeFile(`${this.#path}.next`, this.#otherContent),
      make: () => Deno.rename(`${this.#path}.next`, this.#path),
      restore: () => Promise.resolve(this.#turn()),
    },
    "truncated": {
      make: () => Deno.truncate(this.#path, 1_000_000),
      restore: () => this.#write(),
    },
    "emptied and written anew": {
      make: () => Deno.writeFile(this.#path, this.#otherContent),
      restore: () => Promise.resolve(this.#turn()),
    },
    "deleted": {
      make: () => Deno.remove(this.#path),
      restore: () => this.#write(),
    },
    "renamed": {
      make: () => Deno.rename(this.#path, `${this.#path}.away`),
      restore: () => Deno.rename(`${this.#path}.away`, this.#path),
    },
  };

  #turn(): void {
    this.#current = 1 - this.#current;
  }

  async #write(): Promise<void> {
    await Deno.writeFile(this.#path, this.content);
  }
}

/** Files that change in the middle of a download. */
export const changedInFlight: Scenario = {
  name: "changed_in_flight",
  title: `files of 50 MB replaced, truncated, rewritten, deleted and renamed in the middle of their downloads`,
  servers: ALL,
  run: (stage) => {
    const lines = stage.isShort ? SHORT_LINES : LINES, versions = [wholeContent(1, lines), wholeContent(2, lines)];
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
        const starts = Array.from({ length: READERS_OF_ONE }, () => Download.start(port, `/flight${i}`));
        const readers = await Promise.all(starts);
        await ready();
        await change.make();
        for (const reader of readers) {
          const outcome = await reader.outcome([announced]);
          outcomes.push(outcome);
          if (outcome === "whole") whole[what] = (whole[what] ?? 0) + 1;
          findings.demand(outcome !== "wrong", `octets that no version has, of a file that was ${what}`);
        }
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
          { length: (isShort ? SHORT_FILES : FILES) * READERS_OF_ONE },
          () => Download.start(port, "/first.txt"),
        );
        for (const download of await Promise.all(all)) await download.outcome([]);
      },
    });
  },
};
