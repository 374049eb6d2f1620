/**
 * Lets a server take up a new certificate many times while visitors come, and prints how many were answered and reset.
 * A script of its own, so that it can run in a network of its own.
 *
 *     deno run --allow-all tests/certificate_reloads.ts 20
 */
import { startProgram } from "./program.ts";
import { startTlsVisitors } from "./tls_visitors.ts";
import { makeCertificate, temporaryFolder } from "./tools.ts";

/** What is printed, as JSON. */
export interface ReloadsReport {
  readonly answered: number;
  readonly resets: number;
}

/** Visits that are answered before the next certificate comes: those of some 100 ms, in which the old listener goes. */
const VISITS = 40;

async function reloads(count: number): Promise<ReloadsReport> {
  await using folder = await temporaryFolder();
  const { cert, key } = await makeCertificate(folder.path, "siesta");
  const args = ["--cert", cert, "--key", key, "--log=off"];
  await using program = await startProgram(args, { permissions: ["--allow-all"] });
  const visitors = startTlsVisitors(program.port, [await Deno.readTextFile(cert)]);
  for (let i = 0; i < count; i++) {
    program.child.kill("SIGHUP");
    await visitors.more(VISITS);
  }
  await visitors.stop();
  const { answered, resets } = visitors;
  return { answered, resets };
}

if (import.meta.main) console.log(JSON.stringify(await reloads(Number(Deno.args[0]))));
