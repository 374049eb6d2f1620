/** Listening in every way there is, logs, the admin port and colours: the program as a child process. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ReloadsReport } from "./certificate_reloads.ts";
import { mayRunPrograms, type Program, runProgram, startProgram } from "./program.ts";
import { RawClient } from "./raw_client.ts";
import { startTlsVisitors } from "./tls_visitors.ts";
import { makeCertificate, mayHaveNetwork, runTool, temporaryFolder, toolTest } from "./tools.ts";

const ALL = ["--allow-all"];

async function get(program: Program, target = "/", fields = ""): Promise<number | undefined> {
  using client = await RawClient.connect(program.port);
  await client.send(`GET ${target} HTTP/1.1\r\nHost: a\r\n${fields}Connection: close\r\n\r\n`);
  return (await client.answer())?.status;
}

toolTest([], "--log writes each format, LOG_FORMAT stands in for it, -q and off write none", async () => {
  const formats: [string[], Record<string, string>, RegExp][] = [
    [[], {}, /^127\.0\.0\.1 - - \[.+ \+0000\] "GET \/a HTTP\/1\.1" 404 \d+ "-" "me"$/m],
    [["--log", "json"], {}, /^\{"timestamp":.*"url.path":"\/a".*"http.response.status_code":404.*\}$/m],
    [["--log=pretty"], {}, /^\d\d:\d\d:\d\d 404 GET {2}\/a .* ms$/m],
    [[], { LOG_FORMAT: "json" }, /^\{"timestamp":.*\}$/m],
    [["--log=pretty"], { NO_COLOR: "", FORCE_COLOR: "1" }, new RegExp("\u001b\\[33m404")],
  ];
  for (const [args, env, pattern] of formats) {
    await using program = await startProgram(args, { env, permissions: ALL });
    await get(program, "/a", "User-Agent: me\r\n");
    await program.until(pattern);
  }
  await using silent = await startProgram(["--log", "off"]);
  await get(silent);
  const { stdout } = await silent.end();
  assertMatch(stdout, /^Siesta serves .*\nSiesta stops: \d+ connections? finished, 0 cut\n$/);
});

toolTest([], "NO_COLOR beats FORCE_COLOR", async () => {
  await using program = await startProgram(["--log=pretty"], {
    env: { NO_COLOR: "1", FORCE_COLOR: "1" },
    permissions: ALL,
  });
  await get(program, "/a");
  const [line] = await program.until(/.*404.*\n/);
  assert(!line.includes("\x1b"), line);
});

toolTest(["curl"], "--quiet prints nothing but errors", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/s.sock`;
  // A quiet program says no port; the path of its socket is known.
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--allow-all", new URL("../main.ts", import.meta.url).pathname, "--unix", path, "-q"],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const args = ["-s", "--retry", "50", "--retry-all-errors", "--retry-delay", "0", "--unix-socket", path, "http://a/"];
  assertMatch((await runTool("curl", args)).stdout, /Hello!/);
  child.kill("SIGTERM");
  const { code, stdout, stderr } = await child.output();
  assertEquals([code, stdout.length, stderr.length], [0, 0, 0]);
});

toolTest([], "--verbose says what was given back", async () => {
  await using program = await startProgram(["-v"], { permissions: ALL });
  const [line] = await program.until(/permissions given back: .*\n/);
  assertMatch(line, /net, env, sys, run, ffi, write, import; kept: read/);
});

toolTest([], "--host alone listens on all interfaces and tells the address in the network", async () => {
  await using program = await startProgram(["--host"], { permissions: ALL });
  assertMatch(program.line, /http:\/\/0\.0\.0\.0:[0-9]+\/( and http:\/\/[0-9.]+:[0-9]+\/)?$/);
  assertEquals(await get(program), 200);
});

toolTest(["curl"], "--unix listens on a socket of mode 0660, and removes a stale one only", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/s.sock`;
  await Deno.writeTextFile(`${folder.path}/file`, "precious");
  const file = await runProgram(["--unix", `${folder.path}/file`], { permissions: ALL });
  assertEquals(file.code, 1);
  assertMatch(file.stderr, /there is a file that is no socket/);
  assertEquals(await Deno.readTextFile(`${folder.path}/file`), "precious");
  const start = () => startUnix(path);
  {
    await using killed = await start();
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o660);
    const { stderr, code } = await runProgram(["--unix", path], { permissions: ALL });
    assertEquals(code, 1);
    assertMatch(stderr, /the address is in use/);
    await killed.end("SIGKILL");
  }
  assert((await Deno.lstat(path)).isSocket, "A server that is killed leaves its socket behind");
  await using program = await start();
  assertMatch((await runTool("curl", ["-s", "--unix-socket", path, "http://a/"])).stdout, /Hello!/);
  await program.until(/^unix - - /m);
});

function startUnix(path: string): Promise<Program> {
  return startProgram(["--unix", path], { permissions: ALL, ownPort: true });
}

toolTest(
  ["openssl", "curl"],
  "--cert and --key serve TLS; SIGHUP takes up a new certificate, and loses nobody who was taken",
  async () => {
    await using folder = await temporaryFolder();
    const { cert, key } = await makeCertificate(folder.path, "first");
    await using program = await startProgram(["--cert", cert, "--key", key, "--log=off"], { permissions: ALL });
    assertMatch(program.line, /on https:\/\//);
    const name = async () => {
      const { stdout } = await runTool("openssl", ["s_client", "-connect", `127.0.0.1:${program.port}`], "");
      return /subject=CN ?= ?(\w+)/.exec(stdout)?.[1];
    };
    assertEquals(await name(), "first");
    const old = await Deno.readTextFile(cert);
    // The names stay; what is in the files changes.
    const second = await makeCertificate(folder.path, "second");
    const caCerts = [old, await Deno.readTextFile(second.cert)];
    const visitors = startTlsVisitors(program.port, caCerts);
    await Deno.copyFile(second.cert, cert);
    await Deno.copyFile(second.key, key);
    for (let i = 0; i < 5; i++) {
      program.child.kill("SIGHUP");
      await visitors.more(20);
    }
    while (await name() !== "second");
    await visitors.stop();
    // Who stands in the line of the old listener as it is closed is reset by the kernel, unless it is told otherwise.
    assert(visitors.resets <= 5, `${visitors.resets} were reset, beside ${visitors.answered} that were answered`);
    await Deno.writeTextFile(cert, "no certificate");
    program.child.kill("SIGHUP");
    assertEquals(await name(), "second", "A bad certificate changes nothing");
    const { code, stderr } = await program.end();
    const [line, rest] = stderr.split("\n");
    assertMatch(
      line,
      /^siesta: Cannot use ".+" with ".+": No certificates found in .+; the old certificate stays$/,
      "One line, and no stack",
    );
    assertEquals([code, rest], [0, ""]);
  },
);

const isForbidden = mayRunPrograms && !mayHaveNetwork();
toolTest(
  ["openssl", "ip", "sysctl", ...isForbidden ? ["a network of its own"] : []],
  "Twenty new certificates lose no connection where the kernel gives them to the new listener",
  async () => {
    // In a network of its own, since the setting is one of a network.
    const network = 'ip link set lo up && sysctl -qw net.ipv4.tcp_migrate_req=1 && exec "$@"';
    const script = new URL("certificate_reloads.ts", import.meta.url).pathname;
    const args = ["-rn", "sh", "-c", network, "sh", Deno.execPath(), "run", "-q", "--allow-all", script, "20"];
    const { code, stdout, stderr } = await runTool("unshare", args);
    assertEquals(code, 0, stderr);
    const { answered, resets } = JSON.parse(stdout) as ReloadsReport;
    assertEquals(resets, 0, `beside ${answered} that were answered`);
    assert(answered >= 800, `${answered} were answered`);
  },
);

toolTest([], "--proxy-protocol demands a prefix of trusted proxies, and tells the client's address", async () => {
  await using program = await startProgram(["--proxy-protocol"]);
  const request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  const prefixes = [
    "PROXY TCP4 192.0.2.7 192.0.2.1 1234 80\r\n",
    "\r\n\r\n\0\r\nQUIT\n\x21\x21\0\x24" + "\x20\x01\x0d\xb8" + "\0".repeat(11) + "\x07" + "\0".repeat(16) +
    "\x04\xd2\0\x50",
    "PROXY UNKNOWN\r\n",
  ];
  for (const prefix of prefixes) {
    using client = await RawClient.connect(program.port);
    await client.send(prefix + request);
    assertEquals((await client.answer())?.status, 200);
  }
  await program.until(/^192\.0\.2\.7 [^]*^2001:db8::7 [^]*^127\.0\.0\.1 /m);
  using client = await RawClient.connect(program.port);
  await client.send(request);
  assertEquals(await client.rest().catch(() => ""), "");
  await using strict = await startProgram(["--proxy-protocol", "--trust-forwarded", "192.0.2.0/24"]);
  using stranger = await RawClient.connect(strict.port);
  await stranger.send(prefixes[0] + request).catch(() => {});
  assertEquals(await stranger.rest().catch(() => ""), "");
});

toolTest([], "--trust-forwarded believes trusted proxies only", async () => {
  const fields = "X-Forwarded-For: 203.0.113.9, 192.0.2.7, 127.0.0.2\r\n";
  await using trusting = await startProgram(["--trust-forwarded", "127.0.0.0/8"]);
  await get(trusting, "/", fields);
  await trusting.until(/^192\.0\.2\.7 /m);
  await using other = await startProgram(["--trust-forwarded", "10.0.0.0/8"]);
  await get(other, "/", fields);
  await other.until(/^127\.0\.0\.1 /m);
});

toolTest([], "--allow-host answers its own names and no others", async () => {
  await using program = await startProgram(["--allow-host", "a,LocalHost,[::1]"]);
  assertEquals(await get(program), 200);
  using client = await RawClient.connect(program.port);
  const hosts: [string, number][] = [
    ["localhost:80", 200],
    ["localhost:", 200],
    ["LOCALHOST:65535", 200],
    ["A", 200],
    ["[::1]:80", 200],
    ["localhost.", 421],
    ["localhost.evil.example", 421],
    ["evil.example", 421],
    ["127.0.0.1", 421],
    ["", 421],
  ];
  for (const [host, status] of hosts) {
    await client.send(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    assertEquals((await client.answer())?.status, status, `${host}`);
  }
  await client.send("GET http://evil.example/ HTTP/1.1\r\nHost: a\r\n\r\n");
  assertEquals((await client.answer())?.status, 421);
  await client.send("GET http://LOCALHOST:1/ HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  assertEquals((await client.answer())?.status, 200, "The target's authority counts before Host (RFC 9112 3.2.2)");
});

toolTest(["promtool"], "--admin tells health, and metrics that promtool is content with", async () => {
  await using program = await startProgram(["--admin", "127.0.0.1:0", "--log=off"]);
  const [, port] = await program.until(/health and metrics on http:\/\/127\.0\.0\.1:([0-9]+)\//);
  const admin = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  for (const path of ["/livez", "/readyz"]) assertMatch(await (await admin(path)).text(), /^200 OK/);
  const check = async () => (await runProgram(["--check", `127.0.0.1:${port}`])).code;
  assertEquals(await check(), 0);
  assertEquals(await get(program), 200);
  assertEquals(await get(program, "/nowhere"), 404);
  const metrics = await (await admin("/metrics")).text();
  for (
    const line of [
      'http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_code="200"} 1',
      'http_server_response_body_size_bytes_count{http_request_method="GET",http_response_status_code="404"} 1',
      "http_server_active_requests 0",
      "siesta_connections_total 2",
      'siesta_timeouts_total{phase="head"} 0',
      "siesta_event_loop_lag_seconds ",
      "siesta_log_lines_lost_total 0",
      "siesta_accept_errors_total 0",
      "siesta_file_cache_hits_total ",
      "siesta_file_cache_misses_total ",
      "siesta_file_cache_evictions_total 0",
      'siesta_timeouts_total{phase="discard"} 0',
      'siesta_build_info{version="',
    ]
  ) {
    assert(metrics.includes(line), `${line} is missing in ${metrics}`);
  }
  const { code, stdout, stderr } = await runTool("promtool", ["check", "metrics"], metrics);
  assertEquals([code, stdout, stderr], [0, "", ""]);

  using sleeper = await RawClient.connect(program.port);
  using probe = await RawClient.connect(Number(port));
  await sleeper.get("/sleep?ms=2000");
  while ((await (await admin("/metrics")).text()).includes("http_server_active_requests 0"));
  program.child.kill("SIGTERM");
  let status: number | undefined = 200;
  while (status === 200) {
    await probe.get("/readyz");
    status = (await probe.answer())?.status;
  }
  assertEquals(status, 503);
  // Those that come only now are told the same, and that it still lives.
  const [readyz, livez] = await Promise.all([admin("/readyz"), admin("/livez")]);
  assertEquals([readyz.status, await readyz.text(), livez.status], [
    503,
    "503 Service Unavailable: The server stops\n",
    200,
  ]);
  await livez.body?.cancel();
  assertEquals((await runProgram(["--check", "127.0.0.1:1"])).code, 1);
  assertEquals((await sleeper.answer())?.fields["connection"], "close");
  assertMatch((await program.end("SIGCONT")).stdout, /Siesta stops: \d+ connections? finished, 0 cut\n$/);
});
