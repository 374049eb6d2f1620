/**
 * Turns flags and environment into a configuration, or into a list of what is wrong with them.
 *
 * Pure: it reads no environment and prints nothing. The table of flags is in `flags.ts`.
 */
import { parseArgs } from "@std/cli/parse-args";
import { closestString } from "@std/text/closest-string";
import { levenshteinDistance } from "@std/text/levenshtein-distance";
import { DEFAULT_LIMITS, type Limits } from "../http1/message.ts";
import { fieldProblem } from "../http1/response.ts";
import { networkOf } from "./client_address.ts";
import { switchesWithValue, withValues } from "./flag_values.ts";
import { FLAGS } from "./flags.ts";
import { GivenValues, type Parsed } from "./given_values.ts";
import { LOG_FORMATS } from "./log_formats.ts";

/** Ways to serve: as it should be, and two of the lesson's mistakes; `main.ts` has what makes the difference. */
export const MODES = ["concurrent", "sequential", "blocking"] as const;

/** Where something is listened on. */
export interface HostPort {
  /** Name or address, IPv6 without brackets. */
  readonly host: string;
  /** Port; 0 for any free one. */
  readonly port: number;
}

/** What the server is told to do. */
export interface Config {
  /** Folder to serve; `undefined` for the bundled lesson. */
  readonly root: string | undefined;
  /** Name or address to listen on, IPv6 without brackets. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Path of a unix socket that is listened on instead. */
  readonly unix: string | undefined;
  /** Files of certificate and key; both or none. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Whether each connection must begin with a PROXY header. */
  readonly proxyProtocol: boolean;
  /** Networks whose proxies are believed, as CIDR. */
  readonly trustForwarded: readonly string[];
  /** Names in Host that are answered; all when empty. */
  readonly allowHost: readonly string[];
  /** Loops on one port, or as many as there are processors. */
  readonly workers: number | "auto";
  /** Format of the access log. */
  readonly log: typeof LOG_FORMATS[number];
  /** Less or more than usual on standard output. */
  readonly verbosity: "quiet" | "normal" | "verbose";
  /** Where health and metrics are served. */
  readonly admin: HostPort | undefined;
  /** Whether `/sleep`, `/pause` and the faults of the lab are served. */
  readonly lesson: boolean;
  /** How connections are served. */
  readonly mode: typeof MODES[number];
  /** Whether the lab's page gets the server's own view. */
  readonly lab: boolean;
  /** Ports of labs in other modes, which the page of each may show together. */
  readonly labPorts: readonly number[];
  /** Whether answers have a Server field. */
  readonly serverHeader: boolean;
  /** Upper bounds of what a peer may cost. */
  readonly limits: Limits;
  /** How files are served. */
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
  /** Octets of files that each worker keeps in memory; `undefined` for what is usual, 0 for none. */
  readonly cacheBytesMax: number | undefined;
}

/** What a command line comes to. */
export type ParsedConfig =
  | { readonly kind: "serve"; readonly config: Config }
  | { readonly kind: "check"; readonly address: HostPort }
  | { readonly kind: "help" | "version" }
  | { readonly kind: "problems"; readonly problems: string[] };

/** Address of all interfaces. */
export const ALL_INTERFACES = "0.0.0.0";

/**
 * Reads a command line.
 *
 * @param args what stands behind the program's name
 * @param environment values of `VARIABLES` in `flags.ts`; an empty one counts as not set
 * @returns what to do; all problems at once when there are any
 */
export function parseConfig(args: string[], environment: Readonly<Record<string, string | undefined>>): ParsedConfig {
  const problems: string[] = [];
  const parsed = parseFlags(args, problems);
  problems.push(...switchesWithValue(args));
  if (problems.length === 0 && parsed.help) return { kind: "help" };
  if (problems.length === 0 && parsed.version) return { kind: "version" };
  const values = new GivenValues(parsed, args, environment, problems);
  const config = configOf(values), check = hostPortOf(values, "check");
  if (problems.length === 0 && check !== undefined) return { kind: "check", address: check };
  return problems.length > 0 ? { kind: "problems", problems } : { kind: "serve", config };
}

function parseFlags(args: string[], problems: string[]): Parsed {
  return parseArgs(withValues(args), {
    // "_" is what is no flag: a folder named 007 is no number.
    string: ["_", ...FLAGS.filter((flag) => flag.value !== undefined).map((flag) => flag.name)],
    boolean: FLAGS.filter((flag) => flag.value === undefined).map((flag) => flag.name),
    negatable: FLAGS.filter((flag) => flag.negatable).map((flag) => flag.name),
    collect: FLAGS.filter((flag) => flag.repeatable).map((flag) => flag.name),
    alias: Object.fromEntries(
      FLAGS.flatMap(({ name, short, alias }) => [short, alias].flatMap((it) => it ? [[it, name]] : [])),
    ),
    unknown: (arg, key) => {
      // A switch whose name begins with "no-" is known with a value, too: that is told later.
      if (key === undefined || FLAGS.some(({ name }) => arg.startsWith(`--${name}=`))) return true;
      const problem = unknownFlag(arg); // "-xyz" is three flags, and one mistake
      if (!problems.includes(problem)) problems.push(problem);
      return false;
    },
  }) as Parsed;
}

function configOf(values: GivenValues): Config {
  const { roots, problems } = values;
  if (roots.length > 1) problems.push(`Cannot serve "${roots[1]}" too: there is one ROOT`);
  if (roots[0] === "") problems.push(`Cannot serve "": ROOT is empty`);
  const unix = values.text("unix");
  if (unix !== undefined) {
    for (const other of ["port", "host", "workers"]) {
      if (values.isGiven(other)) problems.push(`Cannot use --${other} with --unix: a unix socket has none`);
    }
  }
  if (unix !== undefined && (values.isGiven("cert") || values.isGiven("key"))) {
    problems.push("Cannot use --cert and --key with --unix: a unix socket has no TLS");
  }
  if (values.isOn("proxy-protocol") && values.isGiven("cert")) {
    problems.push("Cannot use --proxy-protocol with --cert: the proxy ends TLS, or there is none before us");
  }
  if (values.isOn("quiet") && values.isOn("verbose")) problems.push("Cannot use --quiet with --verbose");
  return {
    root: roots[0],
    host: hostOf(values),
    port: values.whole("port", 65_535, 7_878),
    unix,
    tls: tlsOf(values),
    proxyProtocol: values.isOn("proxy-protocol"),
    trustForwarded: values.list("trust-forwarded", (it) => networkOf(it) !== undefined, "networks such as 10.0.0.0/8"),
    allowHost: values.list(
      "allow-host",
      (it) => isHostName(it) && !/^[^[]*:/.test(it),
      "names without a port, IPv6 in brackets",
    ).map((
      name,
    ) => name.toLowerCase()),
    workers: values.given("workers")?.value === "auto" ? "auto" : values.whole("workers", 256, 1, 1, ", or auto"),
    log: logOf(values),
    verbosity: values.isOn("quiet") ? "quiet" : values.isOn("verbose") ? "verbose" : "normal",
    admin: hostPortOf(values, "admin"),
    lesson: values.isOnOrOff("lesson") ?? roots.length === 0,
    ...lessonOf(values),
    files: filesOf(values),
    serverHeader: !values.isOn("no-server-header"),
    limits: { ...DEFAULT_LIMITS, drainMs: 1_000 * values.whole("grace", 86_400, DEFAULT_LIMITS.drainMs / 1_000) },
  };
}

/** The modes and the lab belong to the bundled lesson, and to one loop that can be seen whole. */
function lessonOf(values: GivenValues): Pick<Config, "mode" | "lab" | "labPorts"> {
  const { value, from } = values.given("mode") ?? { value: "concurrent", from: "" };
  const mode = MODES.find((it) => it === value), lab = values.isOn("lab");
  if (mode === undefined) values.refuse(value, from, `one of ${MODES.join(", ")}`);
  for (const flag of [mode === "concurrent" ? "" : `--mode ${mode}`, lab ? "--lab" : ""]) {
    if (flag === "" || mode === undefined) continue;
    if (values.roots.length > 0) values.problems.push(`Cannot use ${flag} with a ROOT: it belongs to the lesson`);
    if (values.isOnOrOff("lesson") === false) values.problems.push(`Cannot use ${flag} with --no-lesson`);
    if (values.isGiven("workers")) values.problems.push(`Cannot use ${flag} with --workers: it shows one loop`);
  }
  const isPort = (text: string) => /^[1-9][0-9]{0,4}$/.test(text) && Number(text) <= 65_535;
  const labPorts = values.list("lab-ports", isPort, "ports such as 7879,7880").map(Number);
  if (labPorts.length > 0 && !lab) values.problems.push("Cannot use --lab-ports without --lab");
  return { mode: mode ?? "concurrent", lab, labPorts };
}

function hostOf(values: GivenValues): string {
  const { value, from } = values.given("host") ?? { value: "127.0.0.1", from: "" };
  // No HOST is meant, an empty one is a mistake: it must not open the port to everybody.
  const isEmpty = values.args.some((arg, at) => arg === "--host=" || arg === "--host" && values.args[at + 1] === "");
  if (value === "" && !isEmpty) return ALL_INTERFACES;
  if (!isHostName(value)) values.refuse(value, from, "an address or a name");
  return bareHost(value);
}

function tlsOf(values: GivenValues): Config["tls"] {
  const cert = values.text("cert"), key = values.text("key");
  if ((cert === undefined) !== (key === undefined)) {
    values.problems.push(`Cannot use --${cert === undefined ? "key" : "cert"} alone: TLS takes --cert and --key`);
  }
  return cert === undefined || key === undefined ? undefined : { cert, key };
}

function logOf(values: GivenValues): Config["log"] {
  const { value, from } = values.given("log") ?? { value: "auto", from: "" };
  const format = LOG_FORMATS.find((it) => it === value);
  if (format === undefined) values.refuse(value, from, `one of ${LOG_FORMATS.join(", ")}`);
  return format ?? "auto";
}

function hostPortOf(values: GivenValues, name: string): HostPort | undefined {
  const value = values.text(name);
  if (!value) return undefined; // an empty one is refused already
  const [, host = "", port = ""] = /^(.+):([0-9]{1,5})$/.exec(value) ?? [];
  if (!isHostName(host) || Number(port) > 65_535) values.refuse(value, `--${name}`, "HOST:PORT");
  return { host: bareHost(host), port: Number(port) };
}

function filesOf(values: GivenValues): FilesConfig {
  const { problems } = values;
  const refuse = (value: string, flag: string, why: string) => {
    problems.push(`Cannot use "${value}" for --${flag}: ${why}`);
  };
  const single = values.given("single")?.value, corsOrigin = values.given("cors")?.value;
  const immutable = values.all("immutable");
  if (single !== undefined && !/^[^/.][^\\]*$/.test(single)) refuse(single, "single", "it takes a file in ROOT");
  if (corsOrigin !== undefined && !/^(?:\*|https?:\/\/[a-z0-9.:[\]-]+)$/i.test(corsOrigin)) {
    refuse(corsOrigin, "cors", "it takes an origin such as https://a.example, or *");
  }
  if (immutable.includes("")) refuse("", "immutable", "it takes a glob such as *.[0-9a-f]*.js");
  const headers = values.all("header").flatMap((line): [string, string][] => {
    const match = /^([^\s:]+):[\t ]*(.*?)[\t ]*$/.exec(line);
    const problem = match === null ? 'it takes "Name: value"' : fieldProblem(match[1], match[2]);
    if (problem !== undefined) refuse(line, "header", problem);
    return match === null ? [] : [[match[1], match[2]]];
  });
  const maxAgeSeconds = values.isGiven("max-age") ? values.whole("max-age", 999_999_999, 0) : undefined;
  const dirListing = values.isOn("dir-listing"), dotfiles = values.isOn("dotfiles");
  return {
    dirListing,
    dotfiles,
    single,
    maxAgeSeconds,
    immutable,
    headers,
    corsOrigin,
    cacheBytesMax: sizeOf(values, "cache"),
  };
}

/** A number of octets such as 1000, 64K, 64M or 2G; `undefined` when it is not given. */
function sizeOf(values: GivenValues, name: string): number | undefined {
  const given = values.given(name);
  if (given === undefined) return undefined;
  const [, digits = "", unit = ""] = /^([0-9]{1,9})([KMG]?)$/i.exec(given.value) ?? [];
  if (digits === "") values.refuse(given.value, given.from, "a size such as 64M");
  return Number(digits) * 1_024 ** " KMG".indexOf(unit.toUpperCase() || " ");
}

/** Letters in which a flag may differ from the one that is suggested; of a short one no more than half of them. */
const TYPING_ERRORS_MAX = 3;

function unknownFlag(arg: string): string {
  const flag = arg.replace(/=.*$/s, ""), typed = flag.replace(/^-+/, "");
  const names = FLAGS.flatMap(({ name, alias, negatable }) =>
    [name, alias ?? [], negatable ? `no-${name}` : []].flat()
  );
  const opposite = names.find((name) => `no-${name}` === typed);
  if (opposite !== undefined) return `Unknown flag "${flag}": did you mean "--${opposite}"?`;
  const nearest = closestString(typed, names), distance = levenshteinDistance(typed.toLowerCase(), nearest);
  const isNear = distance <= Math.min(TYPING_ERRORS_MAX, typed.length / 2);
  return `Unknown flag "${flag}": ${isNear ? `did you mean "--${nearest}"?` : "--help shows those that there are"}`;
}

/** An IPv6 address without the brackets that it has beside a port. */
function bareHost(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}

/** A name or an IPv4 address, or an IPv6 address with or without its brackets; whether it exists, listening tells. */
function isHostName(host: string): boolean {
  return /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(host) || /^(\[[0-9A-Fa-f:.]+\]|[0-9A-Fa-f:.]+)$/.test(host);
}
