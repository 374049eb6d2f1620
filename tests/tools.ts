/** Debian's tools, which some tests need: where one is missing the test is left out, and says so. */
import { mayRunPrograms } from "./program.ts";

/** Returns whether a command is there. */
export function hasTool(name: string): boolean {
  if (!mayRunPrograms || Deno.build.os === "windows") return false;
  return new Deno.Command("sh", { args: ["-c", 'command -v "$1"', "sh", name], stdout: "null" }).outputSync().success;
}

/** Returns whether a command may have a network of its own, which a container may forbid. */
export function mayHaveNetwork(): boolean {
  if (!hasTool("unshare")) return false;
  return new Deno.Command("unshare", { args: ["-rn", "true"], stdout: "null", stderr: "null" }).outputSync().success;
}

/** A test that needs commands, such as `curl`, or what else is named; what no command is called is missing. */
export function toolTest(tools: string[], name: string, fn: () => Promise<void>): void {
  const missing = tools.filter((tool) => !hasTool(tool));
  if (mayRunPrograms && missing.length > 0) console.warn(`Left out, ${missing.join(" and ")} missing: ${name}`);
  Deno.test({ name, ignore: !mayRunPrograms || missing.length > 0, fn });
}

/** Runs a command to its end. */
export async function runTool(
  command: string,
  args: string[],
  stdin?: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = new Deno.Command(command, {
    args,
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(stdin));
    await writer.close();
  }
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Makes a certificate for 127.0.0.1 that nobody has signed. */
export async function makeCertificate(folder: string, name: string): Promise<{ cert: string; key: string }> {
  const cert = `${folder}/${name}.pem`, key = `${folder}/${name}.key`;
  const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const config = `${folder}/${name}.conf`;
  const extensions = "[leaf]\nbasicConstraints = CA:FALSE\nsubjectAltName = IP:127.0.0.1\n";
  await Deno.writeTextFile(config, `[req]\ndistinguished_name = name\n[name]\n${extensions}`);
  const subject = ["-subj", `/CN=${name}`, "-config", config, "-extensions", "leaf"];
  const { code, stderr } = await runTool("openssl", [...args, ...subject, "-keyout", key, "-out", cert]);
  if (code !== 0) throw new Error(`Cannot make a certificate: ${stderr}`);
  return { cert, key };
}

/** A folder for a test, removed at its end. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
