/**
 * Runs the commands of a document: each block marked `console` is one shell, in which a line behind `$ ` is a command,
 * and the lines below it are what it prints. Numbers with a fraction are measured, so they may differ a little. Whoever
 * types the blocks one after the other has one shell for all, so none may leave a server that the next one would meet.
 */
import { assert, assertEquals } from "@std/assert";
import { dirname } from "@std/path";
import { fromFileUrl } from "@std/path/from-file-url";

/** Ports that the documents name; the second is the usual one, which `PORT` moves. */
const PORTS = /7901|7878/g;
/** How far a measured number may be off, in its own unit: a machine that has other things to do. */
const TOLERANCE = 0.35;

/** One command and what it prints. */
export interface Command {
  readonly command: string;
  readonly output: string;
}

/** Takes the blocks out of a document. */
export function consoleBlocks(document: string): Command[][] {
  return [...document.matchAll(/^```console\n(.*?)^```$/gms)].map(([, block]) =>
    block.split(/^\$ /m).slice(1).map((text) => {
      const [command, ...lines] = text.split("\n");
      return { command, output: lines.join("\n").trim() };
    })
  );
}

/** Runs a block on a port of its own, and compares what it prints with what stands there. */
export async function runBlock(block: readonly Command[]): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }), port = `${listener.addr.port}`;
  listener.close();
  const mark = (index: number) => `--- ${index}`;
  const untilThere = "curl -s -o /dev/null --retry 100 --retry-delay 1 --retry-connrefused";
  const script = [
    "set -m", // what runs in the background is a group of its own, which ends as a whole
    ...block.flatMap(({ command, output }, index) => [
      `echo '${mark(index)}'`,
      command.replace(PORTS, port),
      // Somebody who types waits until a server says that it is there; its line is printed when it listens.
      ...command.endsWith("&") && output !== "" ? [`${untilThere} localhost:${port}; sleep 0.2`] : [],
      ...command.startsWith("kill ") ? ["wait"] : [], // and until it has ended
    ]),
    `echo '${mark(block.length)}'`,
    "jobs -r",
    `echo '${mark(block.length + 1)}'`, // what servers say when they have to be stopped is not the document's
    'for group in $(jobs -p); do kill -- "-$group"; done',
    "wait",
  ].join("\n");
  const { stdout } = await new Deno.Command("bash", {
    args: ["-c", script],
    cwd: fromFileUrl(new URL("..", import.meta.url)),
    env: { PATH: `${dirname(Deno.execPath())}:${Deno.env.get("PATH")}`, PORT: port, HOST: "", NO_COLOR: "1" },
    stdin: "null",
    stderr: "null",
  }).output();
  const outputs = new TextDecoder().decode(stdout).split(/^--- [0-9]+\n/m).slice(1);
  assertEquals(outputs.length, block.length + 2);
  block.forEach(({ command, output }, index) =>
    assertPrinted(command, outputs[index].replaceAll(port, "7878").trim(), output)
  );
  assertEquals(outputs[block.length], "", "It leaves a program that runs");
}

const MEASURED = /[0-9]+\.[0-9]+/g;

function assertPrinted(command: string, actual: string, expected: string): void {
  assertEquals([command, actual.replace(MEASURED, "N")], [command, expected.replace(MEASURED, "N")]);
  const numbers = (text: string) => [...text.matchAll(MEASURED)].map(Number);
  const expectedNumbers = numbers(expected);
  numbers(actual).forEach((number, i) => {
    const isNear = Math.abs(number - expectedNumbers[i]) <= TOLERANCE;
    assert(isNear, `"${command}" printed ${JSON.stringify(actual)}, not about ${JSON.stringify(expected)}`);
  });
}
