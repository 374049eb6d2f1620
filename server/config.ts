/**
 * Turns flags and environment into a configuration, or into a list of what is wrong with them.
 *
 * Pure: it reads no environment and prints nothing. The table of flags is the source of the parser and of `--help`.
 */
import { parseArgs } from "@std/cli/parse-args";
import { closestString } from "@std/text/closest-string";
import { DEFAULT_LIMITS, type Limits } from "../http1/message.ts";
import { fieldProblem } from "../http1/response_writer.ts";

/** What the server is told to do. */
export interface Config {
  /** Folder to serve; `undefined` for the bundled lesson. */
  readonly root: string | undefined;
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Whether `/sleep` and `/pause` are served. */
  readonly lesson: boolean;
  /** Whether answers have a Server field. */
  readonly serverHeader: boolean;
  readonly limits: Limits;
  readonly files: FilesConfig;
}

/** How the files of ROOT are served. */
export interface FilesConfig {
  /** Whether folders without an index are shown. */
  readonly dirListing: boolean;
  /** Whether names that begin with a dot are there. */
  readonly dotfiles: boolean;
  /** File that answers when a browser goes to an unknown path. */
  readonly single: string | undefined;
  /** Seconds for which answers may be kept; `undefined` to have them asked for every time. */
  readonly maxAgeSeconds: number | undefined;
  /** Globs of files that never change under their name. */
  readonly immutable: readonly string[];
  /** Further fields of every answer. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Origin whose pages may read the files, `*` for all. */
  readonly corsOrigin: string | undefined;
}

/** What a command line comes to. */
export type ParsedConfig =
  | { readonly kind: "serve"; readonly config: Config }
  | { readonly kind: "help" | "version" }
  | { readonly kind: "problems"; readonly problems: string[] };

interface Flag {
  readonly name: string;
  readonly short?: string;
  /** Word for the value in `--help`; absent for a switch. */
  readonly value?: string;
  /** The value when none is given; one that is given must then follow a `=`. */
  readonly implied?: string;
  /** Whether it may be given several times. */
  readonly repeatable?: true;
  /** Another long name. */
  readonly alias?: string;
  /** Whether `--no-NAME` exists. */
  readonly negatable?: true;
  /** Environment variable that is used when the flag is not given. */
  readonly variable?: string;
  readonly help: string;
}

const FLAGS: readonly Flag[] = [
  { name: "port", short: "p", value: "PORT", variable: "PORT", help: "port, 0 for any free one (default 7878)" },
  { name: "host", value: "HOST", variable: "HOST", help: "address or name to listen on (default 127.0.0.1)" },
  { name: "dir-listing", negatable: true, help: "show folders without an index.html (default: 404)" },
  { name: "dotfiles", help: "serve names that begin with a dot, too" },
  { name: "single", alias: "spa", value: "FILE", implied: "index.html", help: "page for unknown paths of an app" },
  { name: "max-age", value: "SEC", help: "seconds for which answers may be kept (default: none)" },
  { name: "immutable", value: "GLOB", repeatable: true, help: "files that never change under their name" },
  { name: "header", short: "H", value: "FIELD", repeatable: true, help: 'add "Name: value" to every answer' },
  { name: "cors", value: "ORIGIN", implied: "*", help: "let pages of other origins read the files" },
  { name: "lesson", negatable: true, help: "serve /sleep and /pause (default: only without ROOT)" },
  { name: "no-server-header", help: 'send no "Server: siesta"' },
  { name: "grace", value: "SEC", help: "seconds for running answers when stopped (default 10)" },
  { name: "help", short: "h", help: "show this text" },
  { name: "version", short: "V", help: "show the version" },
];

/** Environment variables that are looked at. */
export const VARIABLES: readonly string[] = FLAGS.flatMap((flag) => flag.variable ?? []);

/** The text of `--help`. */
export function helpText(): string {
  const lines = FLAGS.map((flag) => {
    const names = `${flag.short ? `-${flag.short}, ` : "    "}--${flag.negatable ? "[no-]" : ""}${flag.name}`;
    const value = flag.implied ? `[=${flag.value}]` : flag.value ? ` ${flag.value}` : "";
    return `  ${`${names}${value}`.padEnd(24)} ${flag.help}${flag.alias ? ` (also --${flag.alias})` : ""}`;
  });
  return `Usage: siesta [ROOT] [flags]

Serves the files in ROOT; without it, the lesson that comes with the program.

${lines.join("\n")}

The environment variables ${VARIABLES.join(" and ")} stand in for flags that are not given.`;
}

/**
 * Reads a command line.
 *
 * @param args what stands behind the program's name
 * @param environment values of {@linkcode VARIABLES}; an empty one counts as not set
 * @returns what to do; all problems at once when there are any
 */
export function parseConfig(args: string[], environment: Readonly<Record<string, string | undefined>>): ParsedConfig {
  const problems: string[] = [];
  const parsed = parseArgs(withImplied(args), {
    // "_" is what is no flag: a folder named 007 is no number.
    string: ["_", ...FLAGS.filter((flag) => flag.value !== undefined).map((flag) => flag.name)],
    boolean: FLAGS.filter((flag) => flag.value === undefined).map((flag) => flag.name),
    negatable: FLAGS.filter((flag) => flag.negatable).map((flag) => flag.name),
    collect: FLAGS.filter((flag) => flag.repeatable).map((flag) => flag.name),
    alias: Object.fromEntries(
      FLAGS.flatMap(({ name, short, alias }) => [short, alias].flatMap((it) => it ? [[it, name]] : [])),
    ),
    unknown: (arg, key) => {
      // A switch whose name begins with "no-" is known with a value, too: that is told below.
      if (key === undefined || FLAGS.some(({ name }) => arg.startsWith(`--${name}=`))) return true;
      problems.push(unknownFlag(arg));
      return false;
    },
  }) as Record<string, unknown> & { _: string[] };
  problems.push(...switchesWithValue(args));
  if (problems.length === 0 && parsed.help) return { kind: "help" };
  if (problems.length === 0 && parsed.version) return { kind: "version" };

  const given = (name: string): { value: string; from: string } | undefined => {
    if (typeof parsed[name] === "string") return { value: parsed[name], from: `--${name}` };
    const variable = FLAGS.find((flag) => flag.name === name)?.variable;
    const value = variable === undefined ? undefined : environment[variable];
    return value ? { value, from: variable! } : undefined;
  };
  const whole = (name: string, max: number, standard: number): number => {
    const { value, from } = given(name) ?? { value: `${standard}`, from: "" };
    if (/^[0-9]{1,9}$/.test(value) && Number(value) <= max) return Number(value);
    problems.push(`Cannot use "${value}" for ${from}: it takes a whole number from 0 to ${max}`);
    return standard;
  };

  const roots = parsed._;
  if (roots.length > 1) problems.push(`Cannot serve "${roots[1]}" too: there is one ROOT`);
  if (roots[0] === "") problems.push(`Cannot serve "": ROOT is empty`);
  const host = given("host") ?? { value: "127.0.0.1", from: "" };
  if (!isHostName(host.value)) {
    problems.push(`Cannot use "${host.value}" for ${host.from}: it takes an address or a name`);
  }
  const config: Config = {
    root: roots[0],
    host: host.value,
    port: whole("port", 65_535, 7_878),
    lesson: typeof parsed.lesson === "boolean" && args.some((arg) => /^--(no-)?lesson(=|$)/.test(arg))
      ? parsed.lesson
      : roots.length === 0,
    serverHeader: parsed["no-server-header"] !== true,
    files: filesConfig(parsed, given("max-age") ? whole("max-age", 999_999_999, 0) : undefined, problems),
    limits: { ...DEFAULT_LIMITS, drainMs: 1_000 * whole("grace", 86_400, DEFAULT_LIMITS.drainMs / 1_000) },
  };
  return problems.length > 0 ? { kind: "problems", problems } : { kind: "serve", config };
}

/** Gives flags that may stand without a value the one that is meant. */
function withImplied(args: string[]): string[] {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  return args.map((arg, index) => {
    const flag = FLAGS.find(({ name, alias, implied }) => implied && (arg === `--${name}` || arg === `--${alias}`));
    return flag === undefined || index > end ? arg : `${arg}=${flag.implied}`;
  });
}

function filesConfig(
  parsed: Record<string, unknown>,
  maxAgeSeconds: number | undefined,
  problems: string[],
): FilesConfig {
  const list = (name: string) => (parsed[name] as string[] | undefined) ?? [];
  const text = (name: string) => typeof parsed[name] === "string" ? parsed[name] : undefined;
  const refuse = (value: string, flag: string, why: string) => {
    problems.push(`Cannot use "${value}" for --${flag}: ${why}`);
  };
  const single = text("single"), corsOrigin = text("cors"), immutable = list("immutable");
  if (single !== undefined && !/^[^/.][^\\]*$/.test(single)) refuse(single, "single", "it takes a file in ROOT");
  if (corsOrigin !== undefined && !/^(?:\*|https?:\/\/[a-z0-9.:[\]-]+)$/i.test(corsOrigin)) {
    refuse(corsOrigin, "cors", "it takes an origin such as https://a.example, or *");
  }
  if (immutable.includes("")) refuse("", "immutable", "it takes a glob such as *.[0-9a-f]*.js");
  const headers = list("header").flatMap((line): [string, string][] => {
    const match = /^([^\s:]+):[\t ]*(.*?)[\t ]*$/.exec(line);
    const problem = match === null ? 'it takes "Name: value"' : fieldProblem(match[1], match[2]);
    if (problem !== undefined) refuse(line, "header", problem);
    return match === null ? [] : [[match[1], match[2]]];
  });
  const dirListing = parsed["dir-listing"] === true, dotfiles = parsed.dotfiles === true;
  return { dirListing, dotfiles, single, maxAgeSeconds, immutable, headers, corsOrigin };
}

function unknownFlag(arg: string): string {
  const flag = arg.replace(/=.*$/s, "");
  const names = FLAGS.flatMap(({ name, negatable }) => negatable ? [`--${name}`, `--no-${name}`] : [`--${name}`]);
  return `Unknown flag "${flag}": did you mean "${closestString(flag, names)}"?`;
}

function switchesWithValue(args: string[]): string[] {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? args.length : end).flatMap((arg) => {
    const [, name, value] = /^--([^=]+)=(.*)$/s.exec(arg) ?? [];
    const isSwitch = FLAGS.some((flag) =>
      flag.value === undefined && (flag.name === name || `no-${flag.name}` === name)
    );
    return isSwitch ? `Cannot use "${value}" for ${arg.slice(0, arg.indexOf("="))}: it takes no value` : [];
  });
}

/** A name or an IPv4 address, or an IPv6 address with or without its brackets; whether it exists, listening tells. */
function isHostName(host: string): boolean {
  return /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(host) || /^(\[[0-9A-Fa-f:.]+\]|[0-9A-Fa-f:.]+)$/.test(host);
}
