/** Preloaded into a server on Deno: at SIGUSR2 its clock on the wall is set back an hour, as somebody may do with a machine's. */

const HOUR_MS = 3_600_000;
const RealDate = Date;
let backMs = 0;

class SetBackDate extends RealDate {
  constructor(...args: unknown[]) {
    // @ts-expect-error: whatever there may be given is passed on.
    super(...(args.length === 0 ? [SetBackDate.now()] : args));
  }

  static override now(): number {
    return RealDate.now() - backMs;
  }
}

globalThis.Date = SetBackDate as DateConstructor;
Deno.addSignalListener("SIGUSR2", () => {
  backMs = HOUR_MS;
});
