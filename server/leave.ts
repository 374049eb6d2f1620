/**
 * Ends the process by leaving its event loop nothing to do.
 *
 * `Deno.exit` hands the last spans and metrics to OpenTelemetry's thread and waits for it, on the thread that answers
 * what is asked for with each export of Deno's own. An export that falls due meanwhile asks, and both wait for ever: 8 of
 * 20 processes, with a receiver that takes 300 ms and an export each 200. At an end by itself nobody is left to be asked.
 */

/** What still has something to do after this long is left where it stands. */
const LEFT_MS = 100;

/** Ends with an exit code as soon as nothing is left to be done, or in a moment. */
export function leave(code: number): void {
  Deno.exitCode = code;
  // A log that nobody reads, or a start that failed with its listeners open.
  Deno.unrefTimer(setTimeout(() => Deno.exit(code), LEFT_MS));
}
