/** The table of flags: the one source of the parser, of `--help` and of `docs/flags.md`. */
import { LOG_FORMATS } from "./log_formats.ts";

/** Parts of `--help`, in order. */
export const GROUPS = [
  "Listening",
  "Files",
  "Behind a proxy",
  "Running",
  "Logs and metrics",
  "Lesson",
  "Help",
] as const;

/** One flag. */
export interface Flag {
  /** Heading under which it is shown. */
  readonly group: typeof GROUPS[number];
  /** Name without its dashes. */
  readonly name: string;
  /** Letter that stands for it. */
  readonly short?: string;
  /** Word for the value in `--help`; absent for a switch. */
  readonly value?: string;
  /** Whether the value may be left out. */
  readonly isOptional?: true;
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
  /** What it does, in a few words. */
  readonly help: string;
}

/** All flags. */
export const FLAGS: readonly Flag[] = [
  { group: "Listening", name: "port", short: "p", value: "PORT", variable: "PORT", help: "0 for any free one (7878)" },
  {
    group: "Listening",
    name: "host",
    value: "HOST",
    isOptional: true,
    variable: "HOST",
    help: "address or name (127.0.0.1); no HOST: all",
  },
  { group: "Listening", name: "unix", value: "PATH", help: "a unix socket instead of a port" },
  { group: "Listening", name: "cert", short: "c", value: "FILE", help: "certificates as PEM: serve TLS" },
  {
    group: "Listening",
    name: "key",
    short: "k",
    value: "FILE",
    help: "private key as PEM; both are read anew on SIGHUP",
  },
  { group: "Files", name: "dir-listing", negatable: true, help: "show folders without an index.html (404)" },
  { group: "Files", name: "dotfiles", negatable: true, help: "serve names that begin with a dot, too" },
  {
    group: "Files",
    name: "single",
    alias: "spa",
    value: "FILE",
    implied: "index.html",
    help: "page for unknown paths of an app",
  },
  { group: "Files", name: "max-age", value: "SEC", help: "seconds for which answers may be kept (none)" },
  {
    group: "Files",
    name: "immutable",
    value: "GLOB",
    repeatable: true,
    help: "files that never change under their name",
  },
  {
    group: "Files",
    name: "header",
    short: "H",
    value: "FIELD",
    repeatable: true,
    help: 'add "Name: value" to the answers',
  },
  {
    group: "Files",
    name: "cors",
    value: "ORIGIN",
    implied: "*",
    negatable: true,
    help: "let pages of other origins read the files",
  },
  { group: "Files", name: "cache", value: "SIZE", help: "memory for files in each worker; 0: none (96M)" },
  { group: "Behind a proxy", name: "proxy-protocol", help: "demand the PROXY protocol, v1 or v2" },
  {
    group: "Behind a proxy",
    name: "trust-forwarded",
    value: "CIDR",
    repeatable: true,
    help: "believe Forwarded of 10.0.0.0/8,::1 or so",
  },
  {
    group: "Behind a proxy",
    name: "allow-host",
    value: "NAME",
    repeatable: true,
    help: "answer only to NAME,... (DNS rebinding)",
  },
  { group: "Running", name: "workers", value: "N|auto", help: "serve on N threads, Linux only (1)" },
  { group: "Running", name: "grace", value: "SEC", help: "seconds for running answers when stopped (10)" },
  { group: "Running", name: "no-server-header", help: 'send no "Server: siesta"' },
  { group: "Logs and metrics", name: "log", value: "FORMAT", variable: "LOG_FORMAT", help: LOG_FORMATS.join(", ") },
  { group: "Logs and metrics", name: "quiet", short: "q", help: "print errors only" },
  { group: "Logs and metrics", name: "verbose", short: "v", help: "print more at the start" },
  { group: "Logs and metrics", name: "admin", value: "HOST:PORT", help: "serve /livez, /readyz and /metrics there" },
  {
    group: "Logs and metrics",
    name: "check",
    value: "HOST:PORT",
    help: "ask there whether a server is ready: exit 0 or 1",
  },
  { group: "Lesson", name: "lesson", negatable: true, help: "serve /sleep and its like (only without ROOT)" },
  { group: "Lesson", name: "mode", value: "MODE", help: "concurrent; sequential and blocking show mistakes" },
  { group: "Lesson", name: "lab", help: "show at /lab what the server does" },
  { group: "Lesson", name: "lab-ports", value: "PORT,...", help: "labs in other modes, for one picture of all" },
  { group: "Help", name: "help", short: "h", help: "show this text" },
  { group: "Help", name: "version", short: "V", help: "show the version" },
];

/** Environment variables that are looked at. */
export const VARIABLES: readonly string[] = [
  ...FLAGS.flatMap((flag) => flag.variable ?? []),
  "NO_COLOR",
  "FORCE_COLOR",
  "OTEL_DENO",
];

const EXIT_CODES = [
  ["0", "stopped cleanly"],
  ["1", "cannot run, or answers were cut when the grace was over"],
  ["2", "wrong command line"],
  ["130, 143", "ended by a second SIGINT or SIGTERM"],
] as const;

function namesOf(flag: Flag): string {
  const long = `--${flag.negatable ? "[no-]" : ""}${flag.name}`;
  if (flag.implied !== undefined) {
    return `${flag.short === undefined ? "    " : `-${flag.short}, `}${long}[=${flag.value}]`;
  }
  const value = flag.value === undefined ? "" : flag.isOptional ? ` [${flag.value}]` : ` ${flag.value}`;
  return `${flag.short === undefined ? "    " : `-${flag.short}, `}${long}${value}`;
}

function helpOf({ help, alias }: Flag): string {
  return alias === undefined ? help : `${help} (also --${alias})`;
}

/** The text of `--help`. */
export function helpText(): string {
  const parts = GROUPS.map((group) => {
    const lines = FLAGS.filter((flag) => flag.group === group).map((flag) =>
      `  ${namesOf(flag).padEnd(28)} ${helpOf(flag)}`
    );
    return `${group}\n${lines.join("\n")}`;
  });
  return `Usage: siesta [ROOT] [flags]

Serves the files in ROOT; without it, the lesson that comes with the program.

${parts.join("\n\n")}

The environment variables PORT, HOST and LOG_FORMAT stand in for flags that are
not given; NO_COLOR and FORCE_COLOR beat what the terminal says. OTEL_DENO=true
sends spans and metrics to OpenTelemetry, as the other OTEL_ variables say.`;
}

/** The text of `docs/flags.md`. */
export function flagsDocument(): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const code = (text: string) => `\`${text.replaceAll("|", "\\|")}\``;
  const parts = GROUPS.map((group) => {
    const rows = FLAGS.filter((flag) => flag.group === group).map((flag) =>
      row([code(namesOf(flag).trim()), helpOf(flag), flag.variable === undefined ? "" : code(flag.variable)])
    );
    return [`## ${group}`, "", row(["flag", "what it does", "variable"]), row(["---", "---", "---"]), ...rows].join(
      "\n",
    );
  });
  const codes = EXIT_CODES.map(([exitCode, meaning]) => row([exitCode, meaning]));
  return `# Flags

\`siesta [ROOT] [flags]\`. Defaults stand in brackets. A flag beats its environment variable, which beats the default; an
empty variable counts as not set. \`NO_COLOR\` beats \`FORCE_COLOR\`, which beats what the terminal says;
\`OTEL_DENO=true\` sends spans and metrics to OpenTelemetry, as the other \`OTEL_\` variables say. This page is made of the table in \`server/flags.ts\` by \`deno task flags\`.

${parts.join("\n\n")}

## Exit codes

${row(["code", "meaning"])}
${row(["---", "---"])}
${codes.join("\n")}
`;
}
