import { assert, assertEquals, assertMatch } from "@std/assert";
import { CombinedLines, escaped, jsonLine, type LineContext, type LineFormat, prettyLine } from "./log_formats.ts";
import type { Exchange } from "./observer.ts";

const EXCHANGE: Exchange = {
  connection: 1,
  peer: { address: "192.0.2.1", port: 50_000, secure: false },
  method: "GET",
  target: "/a/b.html?x=1",
  minorVersion: 1,
  referer: undefined,
  userAgent: "Browser/1.0 (X)",
  forwarded: undefined,
  forwardedFor: undefined,
  startMs: 1_000,
  status: 200,
  sentBytes: 1_234,
  error: undefined,
};
const CONTEXT: LineContext = {
  client: "198.51.100.7",
  dateMs: Date.UTC(2026, 1, 3, 4, 5, 6, 789),
  durationMs: 12.3456,
  isColoured: false,
};

function lineOf(format: LineFormat, exchange: Exchange, context: LineContext): string {
  if (format === "combined") return new CombinedLines().of(exchange, context.client, context.dateMs);
  return format === "json" ? jsonLine(exchange, context) : prettyLine(exchange, context);
}

Deno.test("CombinedLines writes the combined format of nginx", () => {
  assertEquals(
    lineOf("combined", EXCHANGE, CONTEXT),
    '198.51.100.7 - - [03/Feb/2026:04:05:06 +0000] "GET /a/b.html?x=1 HTTP/1.1" 200 1234 "-" "Browser/1.0 (X)"\n',
  );
  const unanswered = { ...EXCHANGE, status: 0, sentBytes: 0, referer: "http://b/" };
  assertMatch(lineOf("combined", unanswered, CONTEXT), /HTTP\/1\.1" 499 0 "http:\/\/b\/" "/);
  const refused = { ...EXCHANGE, method: "", target: "", status: 400, userAgent: undefined };
  assertMatch(lineOf("combined", refused, CONTEXT), / "-" 400 1234 "-" "-"\n$/);
});

Deno.test("CombinedLines keeps nothing of a line that differs in the next", () => {
  const lines = new CombinedLines(), second = 1_000;
  let exchange: Exchange = EXCHANGE, client = "192.0.2.9", dateMs = CONTEXT.dateMs;
  const changes: Partial<Exchange>[] = [
    { method: "HEAD" },
    { target: "/b" },
    { minorVersion: 0 },
    { status: 206 },
    { sentBytes: 0 },
    { referer: "http://c/" },
    { userAgent: undefined },
    { method: "", target: "" },
    {},
  ];
  for (const change of changes) {
    exchange = { ...exchange, ...change };
    const expected = () => new CombinedLines().of(exchange, client, dateMs);
    assertEquals(lines.of(exchange, client, dateMs), expected());
    assertEquals(lines.of(exchange, client, dateMs), expected(), "and again");
    client = `192.0.2.${changes.indexOf(change)}`;
    assertEquals(lines.of(exchange, client, dateMs), expected());
    dateMs += second;
    assertEquals(lines.of(exchange, client, dateMs), expected());
  }
});

Deno.test("jsonLine takes the path out of a target of the absolute-form", () => {
  const paths = [
    ["http://a.example:80/a/b?x=http://c/d", "/a/b", "x=http://c/d"],
    ["HTTPS://a.example?x", "/", "x"],
    ["http://a.example", "/", undefined],
    ["*", "*", undefined],
    ["/http://a/b", "/http://a/b", undefined],
  ];
  for (const [target, path, query] of paths) {
    const line = JSON.parse(lineOf("json", { ...EXCHANGE, target: target! }, CONTEXT));
    assertEquals([line["url.path"], line["url.query"]], [path, query], target);
  }
});

Deno.test("jsonLine writes one JSON object with the names of OpenTelemetry", () => {
  assertEquals(JSON.parse(lineOf("json", EXCHANGE, CONTEXT)), {
    "timestamp": "2026-02-03T04:05:06.789Z",
    "http.request.method": "GET",
    "url.path": "/a/b.html",
    "url.query": "x=1",
    "http.response.status_code": 200,
    "http.response.body.size": 1234,
    "http.server.request.duration": 0.012346,
    "network.protocol.version": "1.1",
    "network.peer.address": "192.0.2.1",
    "network.peer.port": 50_000,
    "client.address": "198.51.100.7",
    "user_agent.original": "Browser/1.0 (X)",
  });
  const failed = JSON.parse(lineOf("json", { ...EXCHANGE, status: 500 }, CONTEXT));
  assertEquals(failed["error.type"], "500");
  const cut = JSON.parse(lineOf("json", { ...EXCHANGE, status: 0, error: "timeout" }, CONTEXT));
  assertEquals([cut["error.type"], "http.response.status_code" in cut], ["timeout", false]);
});

Deno.test("prettyLine writes a line for people, in colour where that is wanted", () => {
  assertMatch(
    lineOf("pretty", EXCHANGE, CONTEXT),
    /^\d\d:\d\d:\d\d 200 GET {2}\/a\/b\.html\?x=1 {2}1\.2 kB {2}12 ms\n$/,
  );
  const coloured = lineOf("pretty", { ...EXCHANGE, status: 404 }, { ...CONTEXT, isColoured: true });
  assert(coloured.includes("\x1b[33m404\x1b[0m"), coloured);
});

Deno.test("prettyLine writes sizes and times as people read them, and what there is of an unanswered request", () => {
  const line = (changes: Partial<Exchange>, durationMs = 1) =>
    lineOf("pretty", { ...EXCHANGE, ...changes }, { ...CONTEXT, durationMs });
  for (
    const [sentBytes, size] of [
      [0, "0 B"],
      [999, "999 B"],
      [1_000, "1.0 kB"],
      [9_949, "9.9 kB"],
      [10_000, "10 kB"],
      [999_000, "999 kB"],
      [1_000_000, "1.0 MB"],
      [2_500_000_000, "2.5 GB"],
    ] as const
  ) assertMatch(line({ sentBytes }), new RegExp(`  ${size}  1\\.0 ms\n$`));
  assertMatch(line({}, 9.94), /9\.9 ms\n$/);
  assertMatch(line({}, 10), / {2}10 ms\n$/);
  const none = line({ status: 0, method: "", target: "", error: "timeout" });
  assertMatch(none, /^\d\d:\d\d:\d\d --- - {4}- {2}.* ms {2}timeout\n$/);
  const colourOf = (status: number) =>
    lineOf("pretty", { ...EXCHANGE, status }, { ...CONTEXT, isColoured: true }).match(/(?<=\[)3\d(?=m)/)?.[0];
  assertEquals([0, 200, 304, 404, 500, 999].map(colourOf), ["31", "32", "36", "33", "31", "31"]);
});

Deno.test("jsonLine leaves out what a refused head or a unix socket does not have", () => {
  const peer = { address: "", port: 0, secure: false };
  const line = JSON.parse(lineOf("json", { ...EXCHANGE, peer, method: "", target: "", status: 400 }, CONTEXT));
  const names = [
    "http.request.method",
    "url.path",
    "url.query",
    "network.peer.address",
    "network.peer.port",
    "error.type",
  ];
  assertEquals(names.filter((name) => name in line), []);
});

Deno.test("No octet of a peer gets out of its line or steers a terminal, in any format", () => {
  const all = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join("");
  const hostile = { ...EXCHANGE, target: `/${all}`, referer: all, userAgent: `\x1b]0;x\x07"\\\r\n${all}` };
  for (const format of ["pretty", "combined", "json"] as const) {
    const line = lineOf(format, hostile, CONTEXT);
    assertMatch(line, /^[\x20-\x7e]+\n$/, format);
    if (format === "json") assertEquals(JSON.parse(line)["user_agent.original"], hostile.userAgent);
    if (format === "combined") assertEquals(line.match(/"/g)?.length, 6);
  }
  assertEquals(escaped('a"\\\n\xe9'), "a\\x22\\x5C\\x0A\\xE9");
});
