/**
 * Files of 50 MB that change in the middle of their downloads, in each way there is.
 *
 * Thirty-four files have a reader each. When all have the beginning of their answers, each file is changed in one of
 * five ways, and the readers go on: what comes has to be the version that was announced, whole, or visibly cut short.
 */
import { LINE_BYTES, wholeContent } from "../../bench/swap_content.ts";
import { attacked, type Target } from "./attacked.ts";
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

/** What is put into the place of a file: all replacements are names of this one, which nobody writes to. */
const REPLACEMENT_NAME = ".replacement";

/** A file that holds one of two versions. */
class FlightFile {
  readonly #path: string;
  readonly #replacement: string;
  /** What lies at the path, and what may come next. */
  #versions: readonly [Content, Content];

  private constructor(folder: string, name: string, versions: readonly [Content, Content]) {
    this.#path = `${folder}/${name}`;
    this.#replacement = `${folder}/${REPLACEMENT_NAME}`;
    this.#versions = versions;
  }

  static async make(folder: string, name: string, versions: readonly [Content, Content]): Promise<FlightFile> {
    const file = new FlightFile(folder, name, versions);
    await file.#write();
    return file;
  }

  /** What lies at the path when nothing is being changed. */
  get content(): Content {
    return this.#versions[0];
  }

  readonly changes: Record<string, Change> = {
    "replaced": {
      prepare: async () => {
        await this.#keep();
        await Deno.link(this.#replacement, `${this.#path}.next`);
      },
      make: () => Deno.rename(`${this.#path}.next`, this.#path),
      restore: () => this.#takeBack(),
    },
    "truncated": {
      make: () => Deno.truncate(this.#path, 1_000_000),
      restore: () => this.#write(),
    },
    "emptied and written anew": {
      make: () => {
        this.#versions = [this.#versions[1], this.#versions[0]];
        return this.#write();
      },
      restore: () => Promise.resolve(),
    },
    "deleted": {
      prepare: () => this.#keep(),
      make: () => Deno.remove(this.#path),
      restore: () => this.#takeBack(),
    },
    "renamed": {
      make: () => Deno.rename(this.#path, `${this.#path}.kept`),
      restore: () => this.#takeBack(),
    },
  };

  /** Gives it a second name, so that it need not be written again: writing takes most of the scenario's time. */
  #keep(): Promise<void> {
    return Deno.link(this.#path, `${this.#path}.kept`);
  }

  #takeBack(): Promise<void> {
    return Deno.rename(`${this.#path}.kept`, this.#path);
  }

  #write(): Promise<void> {
    return Deno.writeFile(this.#path, this.content);
  }
}

/** Files that change in the middle of a download. */
export const changedInFlight: Scenario = {
  name: "changed_in_flight",
  title: "files of 50 MB replaced, truncated, rewritten, deleted and renamed in the middle of their downloads",
  servers: ALL,
  run: (stage) => {
    const lines = stage.isShort ? SHORT_LINES : LINES, fileCount = stage.isShort ? SHORT_FILES : FILES;
    const contents = [1, 2, 3].map((version) => wholeContent(version, lines));
    return attacked(stage, async (target) => {
      const { root, findings } = target;
      await Deno.writeFile(`${root}/${REPLACEMENT_NAME}`, contents[2]);
      const making = Array.from(
        { length: fileCount },
        (_, i) => FlightFile.make(root, `flight${i}`, [contents[0], contents[1]]),
      );
      const files = await Promise.all(making), seen: [what: string, outcome: DownloadOutcome][] = [];
      for (let round = 0; round < (stage.isShort ? SHORT_ROUNDS : ROUNDS); round++) {
        seen.push(...await changeAll(target, files, round * files.length));
      }
      const { cut, refused, wrong, late } = counted(seen.map(([, outcome]) => outcome));
      findings.wrong += wrong;
      findings.demand(wrong === 0, `octets that no version has: ${namesOf(seen, "wrong")}`);
      findings.demand(refused + late === 0, `${refused} were refused and ${late} did not end`);
      findings.demand(cut > 0, "nothing was cut, so no change has met a download");
      findings.note(`${seen.length} changes in as many downloads: ${cut} visibly cut short`);
      findings.note(`whole ${namesOf(seen, "whole")}`);
    }, { p99MsMax: 1_500, rehearse: (target) => rehearse(target, fileCount, contents[0]) });
  },
};

/** Begins a download of each file, changes all of them when all have begun, and looks how the downloads end. */
async function changeAll(
  { port }: Target,
  files: readonly FlightFile[],
  changeCount: number,
): Promise<[what: string, outcome: DownloadOutcome][]> {
  const { promise: allBegan, resolve } = Promise.withResolvers<void>();
  let waiting = files.length;
  return await Promise.all(files.map(async (file, i) => {
    const ways = Object.entries(file.changes), [what, change] = ways[(changeCount + i) % ways.length];
    const announced = file.content;
    await change.prepare?.();
    const reader = await Download.start(port, `/flight${i}`);
    if (--waiting === 0) resolve();
    await allBegan;
    await change.make();
    const outcome = await reader.outcome([announced]);
    await change.restore();
    return [what, outcome] as [string, DownloadOutcome];
  }));
}

/**
 * As many downloads as there will be, so that their buffers are there, and what each leaves for the garbage collector: up
 * to 50 MB, which `tidy_memory.ts` lets lie behind a few visitors.
 */
async function rehearse({ port, root, isShort }: Target, count: number, content: Content): Promise<void> {
  await Deno.writeFile(`${root}/first.txt`, content);
  for (let round = 0; round < (isShort ? SHORT_ROUNDS : ROUNDS); round++) {
    const downloads = await Promise.all(Array.from({ length: count }, () => Download.start(port, "/first.txt")));
    await Promise.all(downloads.map((download) => download.outcome([])));
  }
}

function namesOf(seen: readonly [what: string, outcome: DownloadOutcome][], wanted: DownloadOutcome): string {
  const counts = new Map<string, number>();
  for (const [what, outcome] of seen) if (outcome === wanted) counts.set(what, (counts.get(what) ?? 0) + 1);
  return [...counts].map(([what, count]) => `${count} ${what}`).join(", ") || "none";
}
