/**
 * What the program says on its own: to whoever asked for help on standard output, of its troubles on standard error.
 *
 * Both may be full, closed or stalled, and neither may end the program or hold it up.
 */
import { reasonOf, StartError } from "./start_error.ts";

const encoder = new TextEncoder();

/** Tells whoever runs the server of an error that is ours. Never rejects; a stream that is stalled never resolves it. */
export async function report(error: unknown): Promise<void> {
  await writeAll(Deno.stderr, `siesta: ${textOf(error)}\n`).catch(() => {});
}

/**
 * Prints what was asked for.
 *
 * @returns the exit code: 1 when it could not be printed
 */
export async function print(text: string, stream: Pick<typeof Deno.stdout, "write"> = Deno.stdout): Promise<number> {
  try {
    await writeAll(stream, `${text}\n`);
    return 0;
  } catch (error) {
    // Whoever closed the pipe has seen enough.
    if (!(error instanceof Deno.errors.BrokenPipe)) await report(`Cannot print: ${reasonOf(error)}`);
    return 1;
  }
}

async function writeAll(stream: Pick<typeof Deno.stdout, "write">, text: string): Promise<void> {
  const octets = encoder.encode(text);
  for (let sent = 0; sent < octets.length;) sent += await stream.write(octets.subarray(sent));
}

/**
 * Says what was thrown: with its stack, unless whoever runs the server can mend it. Anything can be thrown, and not all
 * of it can be made a text.
 */
export function textOf(error: unknown): string {
  try {
    if (error instanceof StartError) return error.message;
    return error instanceof Error ? error.stack ?? error.message : String(error);
  } catch {
    return "Something was thrown that cannot be told";
  }
}
