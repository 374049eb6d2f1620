import { assert, assertEquals } from "@std/assert";
import { DEFAULT_LIMITS } from "../http1/message.ts";
import { type Config, type FilesConfig, parseConfig } from "./config.ts";
import { helpText, VARIABLES } from "./flags.ts";

const FILES: FilesConfig = {
  dirListing: false,
  dotfiles: false,
  single: undefined,
  maxAgeSeconds: undefined,
  immutable: [],
  headers: [],
  corsOrigin: undefined,
  cacheBytesMax: undefined,
};
const DEFAULTS: Config = {
  root: undefined,
  host: "127.0.0.1",
  port: 7_878,
  unix: undefined,
  tls: undefined,
  proxyProtocol: false,
  trustForwarded: [],
  allowHost: [],
  workers: 1,
  log: "auto",
  verbosity: "normal",
  admin: undefined,
  lesson: true,
  mode: "concurrent",
  lab: false,
  labPorts: [],
  serverHeader: true,
  limits: DEFAULT_LIMITS,
  files: FILES,
};

/** The configuration of a command line that has no problems. */
function configOf(args: string[], environment: Record<string, string> = {}): Config {
  const parsed = parseConfig(args, environment);
  assert(parsed.kind === "serve", JSON.stringify(parsed));
  return parsed.config;
}

function problemsOf(args: string[], environment: Record<string, string> = {}): string[] {
  const parsed = parseConfig(args, environment);
  assert(parsed.kind === "problems", JSON.stringify(parsed));
  return parsed.problems;
}

Deno.test("parseConfig has a default for everything", () => {
  assertEquals(configOf([]), DEFAULTS);
});

for (
  const [args, changes] of [
    [["--port", "80"], { port: 80 }],
    [["--port=80"], { port: 80 }],
    [["-p", "80"], { port: 80 }],
    [["-p80"], { port: 80 }],
    [["--port", "0"], { port: 0 }],
    [["--port", "65535"], { port: 65_535 }],
    [["--port", "080"], { port: 80 }],
    [["--port", "1", "--port", "2"], { port: 2 }],
    [["--host", "0.0.0.0"], { host: "0.0.0.0" }],
    [["--host", "localhost"], { host: "localhost" }],
    [["--host", "my-host.example"], { host: "my-host.example" }],
    [["--host", "::1"], { host: "::1" }],
    [["--host=[::1]"], { host: "::1" }],
    [["--grace", "0"], { limits: { ...DEFAULT_LIMITS, drainMs: 0 } }],
    [["--grace=30"], { limits: { ...DEFAULT_LIMITS, drainMs: 30_000 } }],
    [["--host"], { host: "0.0.0.0" }],
    [["--host", "-p", "80"], { host: "0.0.0.0", port: 80 }],
    [["--unix", "/run/a"], { unix: "/run/a" }],
    [["-c", "a.pem", "-k", "b.pem"], { tls: { cert: "a.pem", key: "b.pem" } }],
    [["--proxy-protocol"], { proxyProtocol: true }],
    [["--trust-forwarded", "10.0.0.0/8,::1"], { trustForwarded: ["10.0.0.0/8", "::1"] }],
    [["--allow-host=a.example,LOCALHOST"], { allowHost: ["a.example", "localhost"] }],
    [["--workers", "3"], { workers: 3 }],
    [["--workers=auto"], { workers: "auto" }],
    [["--log", "json"], { log: "json" }],
    [["-q"], { verbosity: "quiet" }],
    [["--verbose"], { verbosity: "verbose" }],
    [["--admin", "127.0.0.1:9000"], { admin: { host: "127.0.0.1", port: 9_000 } }],
    [["--admin=[::1]:0"], { admin: { host: "::1", port: 0 } }],
    [["--no-server-header"], { serverHeader: false }],
    [["--lesson"], { lesson: true }],
    [["--no-lesson"], { lesson: false }],
    [["--mode", "sequential"], { mode: "sequential" }],
    [["--mode=blocking", "--lab"], { mode: "blocking", lab: true }],
    [["--lab", "--lab-ports", "7879,65535"], { lab: true, labPorts: [7879, 65_535] }],
    [["--mode", "concurrent", "site"], { root: "site", lesson: false }],
    [["--lesson", "--no-lesson"], { lesson: false }],
    [["site"], { root: "site", lesson: false }],
    [["site", "--lesson"], { root: "site", lesson: true }],
    [["--lesson", "site"], { root: "site", lesson: true }],
    [["site", "--no-lesson"], { root: "site", lesson: false }],
    [["--port", "80", "site", "--host", "::"], { root: "site", lesson: false, port: 80, host: "::" }],
    [["/srv/my site"], { root: "/srv/my site", lesson: false }],
    [["--", "--lesson"], { root: "--lesson", lesson: false }],
    [["--lesson", "--", "-x"], { root: "-x", lesson: true }],
    [["--port", "80", "--", "--port"], { root: "--port", lesson: false, port: 80 }],
    // A folder's name is no number, whatever it looks like.
    [["007"], { root: "007", lesson: false }],
    [["0x10"], { root: "0x10", lesson: false }],
    [["1e3"], { root: "1e3", lesson: false }],
    [["2024"], { root: "2024", lesson: false }],
  ] as [string[], Partial<Config>][]
) {
  Deno.test(`parseConfig reads ${args.join(" ")}`, () => assertEquals(configOf(args), { ...DEFAULTS, ...changes }));
}

for (
  const [args, changes] of [
    [["--dir-listing"], { dirListing: true }],
    [["--dir-listing", "--no-dir-listing"], { dirListing: false }],
    [["--cache", "0"], { cacheBytesMax: 0 }],
    [["--cache=1000"], { cacheBytesMax: 1_000 }],
    [["--cache=64K"], { cacheBytesMax: 65_536 }],
    [["--cache=2g"], { cacheBytesMax: 2_147_483_648 }],
    [["--dotfiles"], { dotfiles: true }],
    [["--dotfiles", "--no-dotfiles"], { dotfiles: false }],
    [["--single"], { single: "index.html" }],
    [["--spa"], { single: "index.html" }],
    [["--single=app/shell.html"], { single: "app/shell.html" }],
    [["--spa=shell.html"], { single: "shell.html" }],
    [["--max-age", "3600"], { maxAgeSeconds: 3_600 }],
    [["--max-age=0"], { maxAgeSeconds: 0 }],
    [["--immutable", "*.js", "--immutable=assets/**"], { immutable: ["*.js", "assets/**"] }],
    [["-H", "X-A: 1", "--header", "X-B:2", "--header=X-C: a: b "], {
      headers: [["X-A", "1"], ["X-B", "2"], ["X-C", "a: b"]],
    }],
    [["--cors"], { corsOrigin: "*" }],
    [["--cors", "--no-cors"], { corsOrigin: undefined }],
    [["--no-cors", "--cors"], { corsOrigin: "*" }],
    [["-H", "-5: x"], { headers: [["-5", "x"]] }],
    [["--cors=https://a.example:8443"], { corsOrigin: "https://a.example:8443" }],
  ] as [string[], Partial<FilesConfig>][]
) {
  Deno.test(`parseConfig reads ${args.join(" ")}, before and after ROOT`, () => {
    const config = { ...DEFAULTS, root: "site", lesson: false, files: { ...FILES, ...changes } };
    assertEquals(configOf([...args, "site"]), config);
    assertEquals(configOf(["site", ...args]), config);
  });
}

Deno.test("parseConfig leaves alone what stands behind --", () => {
  assertEquals(configOf(["--", "--cors"]), { ...DEFAULTS, root: "--cors", lesson: false });
});

Deno.test("parseConfig takes the flag before the environment, and that before the default", () => {
  assertEquals(VARIABLES, ["PORT", "HOST", "LOG_FORMAT", "NO_COLOR", "FORCE_COLOR", "OTEL_DENO"]);
  assertEquals(configOf([], { LOG_FORMAT: "off" }).log, "off");
  const environment = { PORT: "8080", HOST: "0.0.0.0" };
  assertEquals(configOf([], environment), { ...DEFAULTS, port: 8_080, host: "0.0.0.0" });
  assertEquals(configOf(["--port", "80"], environment), { ...DEFAULTS, port: 80, host: "0.0.0.0" });
  assertEquals(configOf(["--host", "::1"], environment), { ...DEFAULTS, port: 8_080, host: "::1" });
  assertEquals(configOf([], { PORT: "", HOST: "" }), DEFAULTS, "An empty variable is not set");
  assertEquals(configOf(["-p", "80"], { PORT: "nonsense" }), { ...DEFAULTS, port: 80 }, "Nobody asks for it");
  assertEquals(configOf([], { port: "80", LESSON: "no", GRACE: "1" }), DEFAULTS, "Others are not looked at");
});

for (
  const [args, problem] of [
    [["--port", "http"], 'Cannot use "http" for --port: it takes a whole number from 0 to 65535'],
    [["--port="], 'Cannot use "" for --port: it takes a whole number from 0 to 65535'],
    [["--port"], 'Cannot use "" for --port: it takes a whole number from 0 to 65535'],
    [["-p"], 'Cannot use "" for --port: it takes a whole number from 0 to 65535'],
    [["--port", "-1"], 'Cannot use "-1" for --port: it takes a whole number from 0 to 65535'],
    [["-p", "-1"], 'Cannot use "-1" for --port: it takes a whole number from 0 to 65535'],
    [["--grace", "-1", "site"], 'Cannot use "-1" for --grace: it takes a whole number from 0 to 86400'],
    [["--host", "-1"], 'Cannot use "-1" for --host: it takes an address or a name'],
    [["--log", "-1"], 'Cannot use "-1" for --log: it takes one of auto, pretty, combined, json, off'],
    [["--port=-1"], 'Cannot use "-1" for --port: it takes a whole number from 0 to 65535'],
    [["--port", "65536"], 'Cannot use "65536" for --port: it takes a whole number from 0 to 65535'],
    [["--port", "80.5"], 'Cannot use "80.5" for --port: it takes a whole number from 0 to 65535'],
    [["--port", "0x50"], 'Cannot use "0x50" for --port: it takes a whole number from 0 to 65535'],
    [["--port", "1e3"], 'Cannot use "1e3" for --port: it takes a whole number from 0 to 65535'],
    [["--port", " 80"], 'Cannot use " 80" for --port: it takes a whole number from 0 to 65535'],
    [["--port", "\u0661"], 'Cannot use "\u0661" for --port: it takes a whole number from 0 to 65535'],
    [["--grace", "soon"], 'Cannot use "soon" for --grace: it takes a whole number from 0 to 86400'],
    [["--grace", "1.5"], 'Cannot use "1.5" for --grace: it takes a whole number from 0 to 86400'],
    [["--grace", "86401"], 'Cannot use "86401" for --grace: it takes a whole number from 0 to 86400'],
    [["--host="], 'Cannot use "" for --host: it takes an address or a name'],
    [["--host", "a b"], 'Cannot use "a b" for --host: it takes an address or a name'],
    [["--host", "http://a"], 'Cannot use "http://a" for --host: it takes an address or a name'],
    [["--host", "[::1"], 'Cannot use "[::1" for --host: it takes an address or a name'],
    [["--prot", "80"], 'Unknown flag "--prot": did you mean "--port"?'],
    [["--hots=a"], 'Unknown flag "--hots": did you mean "--host"?'],
    [["--mode", "parallel"], 'Cannot use "parallel" for --mode: it takes one of concurrent, sequential, blocking'],
    [["--lab", "site"], "Cannot use --lab with a ROOT: it belongs to the lesson"],
    [["--mode", "blocking", "site"], "Cannot use --mode blocking with a ROOT: it belongs to the lesson"],
    [["--lab-ports", "7879"], "Cannot use --lab-ports without --lab"],
    [["--lab", "--lab-ports", "7879,0"], 'Cannot use "0" for --lab-ports: it takes ports such as 7879,7880'],
    [["--lab", "--lab-ports=65536"], 'Cannot use "65536" for --lab-ports: it takes ports such as 7879,7880'],
    [["--lab", "--no-lesson"], "Cannot use --lab with --no-lesson"],
    [["--mode", "sequential", "--workers", "2"], "Cannot use --mode sequential with --workers: it shows one loop"],
    [["--no-lessons"], 'Unknown flag "--no-lessons": did you mean "--no-lesson"?'],
    [["--no-port"], 'Unknown flag "--no-port": did you mean "--port"?'],
    [["--Port", "80"], 'Unknown flag "--Port": did you mean "--port"?'],
    [["--port.x=1"], 'Unknown flag "--port.x": did you mean "--port"?'],
    [["--lesson=maybe"], 'Cannot use "maybe" for --lesson: it takes no value'],
    [["--lesson=false"], 'Cannot use "false" for --lesson: it takes no value'],
    [["--no-lesson=true"], 'Cannot use "true" for --no-lesson: it takes no value'],
    [["--cert", "a"], "Cannot use --cert alone: TLS takes --cert and --key"],
    [["--key", "a"], "Cannot use --key alone: TLS takes --cert and --key"],
    [["--cert=a", "--key="], 'Cannot use "" for --key: it takes a FILE'],
    [["--unix", "a", "--port", "1"], "Cannot use --port with --unix: a unix socket has none"],
    [["--unix", "a", "--cert=b", "--key=c"], "Cannot use --cert and --key with --unix: a unix socket has no TLS"],
    [["--port", ""], 'Cannot use "" for --port: it takes a whole number from 0 to 65535'],
    [["--host", ""], 'Cannot use "" for --host: it takes an address or a name'],
    [["site", "--allow-host", ""], 'Cannot use "" for --allow-host: it takes names without a port, IPv6 in brackets'],
    [["--admin"], 'Cannot use "" for --admin: it takes a HOST:PORT'],
    [["-q=1"], 'Cannot use "1" for -q: it takes no value'],
    [["--unix="], 'Cannot use "" for --unix: it takes a PATH'],
    [["--workers=0"], 'Cannot use "0" for --workers: it takes a whole number from 1 to 256, or auto'],
    [["--workers"], 'Cannot use "" for --workers: it takes a whole number from 1 to 256, or auto'],
    [["--workers=two"], 'Cannot use "two" for --workers: it takes a whole number from 1 to 256, or auto'],
    [["--log=xml"], 'Cannot use "xml" for --log: it takes one of auto, pretty, combined, json, off'],
    [["-q", "-v"], "Cannot use --quiet with --verbose"],
    [["--admin=9000"], 'Cannot use "9000" for --admin: it takes HOST:PORT'],
    [["--admin=a:99999"], 'Cannot use "a:99999" for --admin: it takes HOST:PORT'],
    [
      ["--trust-forwarded=10.0.0.0/40"],
      'Cannot use "10.0.0.0/40" for --trust-forwarded: it takes networks such as 10.0.0.0/8',
    ],
    [["--trust-forwarded=proxy"], 'Cannot use "proxy" for --trust-forwarded: it takes networks such as 10.0.0.0/8'],
    [["--allow-host=a:80"], 'Cannot use "a:80" for --allow-host: it takes names without a port, IPv6 in brackets'],
    [
      ["--proxy-protocol", "--cert=a", "--key=b"],
      "Cannot use --proxy-protocol with --cert: the proxy ends TLS, or there is none before us",
    ],
    [["--server-header"], 'Unknown flag "--server-header": did you mean "--no-server-header"?'],
    [["--proxy-protocol123"], 'Unknown flag "--proxy-protocol123": did you mean "--proxy-protocol"?'],
    [["--proxy-protocol1234"], 'Unknown flag "--proxy-protocol1234": --help shows those that there are'],
    [["--spb"], 'Unknown flag "--spb": did you mean "--spa"?'],
    [["--no-cors=x"], 'Cannot use "x" for --no-cors: it takes no value'],
    [["--no-dotfiles=x"], 'Cannot use "x" for --no-dotfiles: it takes no value'],
    [["--no-server-header=yes"], 'Cannot use "yes" for --no-server-header: it takes no value'],
    [["--help=me"], 'Cannot use "me" for --help: it takes no value'],
    [["--max-age", "1d"], 'Cannot use "1d" for --max-age: it takes a whole number from 0 to 999999999'],
    [["--single=/etc/passwd"], 'Cannot use "/etc/passwd" for --single: it takes a file in ROOT'],
    [["--single="], 'Cannot use "" for --single: it takes a file in ROOT'],
    [["--cors=example.com"], 'Cannot use "example.com" for --cors: it takes an origin such as https://a.example, or *'],
    [["-H", "X-A"], 'Cannot use "X-A" for --header: it takes "Name: value"'],
    [["-H", "Date: x"], 'Cannot use "Date: x" for --header: "Date" is set by the server itself'],
    [["--dotfiles=yes"], 'Cannot use "yes" for --dotfiles: it takes no value'],
    [["a", "b"], 'Cannot serve "b" too: there is one ROOT'],
    [[""], 'Cannot serve "": ROOT is empty'],
  ] as [string[], string][]
) {
  Deno.test(`parseConfig refuses ${args.join(" ") || '""'} in one line`, () =>
    assertEquals(problemsOf(args), [problem]));
}

Deno.test("parseConfig takes all networks and names, in one list or several", () => {
  const { trustForwarded, allowHost } = configOf([
    ...["--trust-forwarded", "10.0.0.0/8,::1", "--trust-forwarded=192.0.2.1"],
    ...["--allow-host=a", "--allow-host", "B"],
  ]);
  assertEquals([trustForwarded, allowHost], [["10.0.0.0/8", "::1", "192.0.2.1"], ["a", "b"]]);
});

Deno.test("parseConfig suggests no flag for what is like none", () => {
  const args = [
    "-x",
    "-1",
    "--__proto__=1",
    "--constructor",
    "--toString",
    "---",
    "--=1",
    "-xyz",
    "--zzzzzzzz",
    "--foo",
  ];
  for (const arg of args) {
    const flag = arg.replace(/=.*/, "");
    assertEquals(problemsOf([arg]), [`Unknown flag "${flag}": --help shows those that there are`], arg);
  }
  assertEquals(({} as Record<string, unknown>)["1"], undefined);
});

Deno.test("parseConfig names the variable that a bad value came from", () => {
  assertEquals(problemsOf([], { PORT: "http" }), [
    'Cannot use "http" for PORT: it takes a whole number from 0 to 65535',
  ]);
  assertEquals(problemsOf([], { HOST: "a b" }), ['Cannot use "a b" for HOST: it takes an address or a name']);
});

Deno.test("parseConfig reads --check", () => {
  assertEquals(parseConfig(["--check", "127.0.0.1:9090"], {}), {
    kind: "check",
    address: { host: "127.0.0.1", port: 9_090 },
  });
  assertEquals(problemsOf(["--check=9090"]), ['Cannot use "9090" for --check: it takes HOST:PORT']);
});

Deno.test("parseConfig tells all problems at once", () => {
  assertEquals(problemsOf(["--prot", "--port=x", "--grace=y", "--host=", "a", "b"], { PORT: "z" }).length, 5);
});

Deno.test("parseConfig gives the help or the version when asked, unless there is a problem", () => {
  for (const args of [["--help"], ["-h"], ["site", "--help"], ["--help", "--version"], ["--port", "x", "-h"]]) {
    assertEquals(parseConfig(args, {}).kind, "help", args.join(" "));
  }
  for (const args of [["--version"], ["-V"], ["--version", "site"]]) {
    assertEquals(parseConfig(args, {}).kind, "version", args.join(" "));
  }
  assertEquals(parseConfig(["--help", "--hlep"], {}).kind, "problems");
});

Deno.test("helpText names every flag and variable, in lines that fit a terminal", () => {
  const help = helpText();
  for (
    const name of [
      "--port",
      "--host",
      "--[no-]lesson",
      "--[no-]dir-listing",
      "--[no-]dotfiles",
      "--single[=FILE]",
      "--spa",
      "--max-age SEC",
      "--immutable GLOB",
      "-H, --header FIELD",
      "--[no-]cors[=ORIGIN]",
      "--grace",
      "--help",
      "--version",
      "-p,",
      "-h,",
      "-V,",
      "PORT",
      "HOST",
      "ROOT",
    ]
  ) {
    assert(help.includes(name), name);
  }
  for (const line of help.split("\n")) assert(line.length <= 80, line);
});
