/**
 * Properties of the parser on octets that chance made.
 *
 * The seed stands in each test's name. To repeat a run: `deno test http1/property_test.ts -- SEED`.
 */
import { assertEquals } from "@std/assert";
import fc from "npm:fast-check@4.10.2";
import { GROUPS } from "./cases/all.ts";
import { assertInvariants } from "./cases/invariants.ts";
import { octetsOf, play } from "./cases/play.ts";
import { DEFAULT_LIMITS, type Limits } from "./message.ts";

const SEED = Number(Deno.args[0] ?? crypto.getRandomValues(new Int32Array(1))[0]);

/** Limits so small that short octets reach all of them. */
const SMALL_LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  headBytesMax: 300,
  emptyLinesMax: 2,
  targetBytesMax: 40,
  fieldCountMax: 5,
  contentBytesMax: 64,
  chunkExtensionBytesMax: 16,
  trailerBytesMax: 32,
};

function property(name: string, numRuns: number, tested: fc.IRawProperty<unknown>): void {
  Deno.test(`${name} (seed ${SEED})`, () => fc.assert(tested as fc.IProperty<unknown>, { seed: SEED, numRuns }));
}

/** Sizes of reads, used over and over. */
const CUTS = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 });

function cutter(cuts: number[]): () => number {
  let i = 0;
  return () => cuts[i++ % cuts.length];
}

// Octets that were a transcript once.

const TRANSCRIPTS = GROUPS.flatMap(({ cases }) => cases.map(({ octets }) => octets)).filter((text) =>
  text.length < 1500
);
/** What parsers stumble over. */
const STONES = fc.constantFrom(
  ...'\r\n \t\0:;,"/?*%\x0b\x7f\x80\xa0\xff05aAfG',
  ...["\r\n", "\r\n\r\n", "\n\n", "0\r\n\r\n", "\r\n ", "chunked", "close", "HTTP/1.1", "GET /canary HTTP/1.1\r\n"],
  ...["Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Host: b\r\n", "Expect: 100-continue\r\n"],
);
const EDIT = fc.record({ at: fc.nat(1500), removed: fc.oneof(fc.constant(0), fc.nat(20)), stone: STONES });

/** Some one after the other, or one again and again. */
const SEVERAL = fc.oneof(
  fc.array(fc.constantFrom(...TRANSCRIPTS), { minLength: 1, maxLength: 3 }),
  fc.tuple(fc.constantFrom(...TRANSCRIPTS), fc.integer({ min: 2, max: 4 })).map(([text, times]) =>
    Array(times).fill(text)
  ),
);
const MUTATED = fc
  .tuple(SEVERAL, fc.array(EDIT, { maxLength: 4 }))
  .map(([transcripts, edits]) =>
    edits.reduce((text, { at, removed, stone }) => {
      const from = at % (text.length + 1);
      return text.slice(0, from) + stone + text.slice(from + removed);
    }, transcripts.join(""))
  );
const CHANCE = fc.uint8Array({ maxLength: 300 }).map((octets) => String.fromCharCode(...octets));
const PATCHWORK = fc.array(STONES, { maxLength: 40 }).map((stones) =>
  "GET / HTTP/1.1\r\nHost: a\r\n" + stones.join("")
);

property(
  "RequestParser gives the same outcome for any cut of any octets, throws only ProtocolError and keeps its limits",
  1500,
  fc.property(fc.oneof({ weight: 4, arbitrary: MUTATED }, CHANCE, PATCHWORK), CUTS, (text, cuts) => {
    assertInvariants(octetsOf(text), cutter(cuts), DEFAULT_LIMITS);
  }),
);

property(
  "RequestParser gives the same outcome for any cut under small limits, and keeps them",
  1500,
  fc.property(fc.oneof({ weight: 4, arbitrary: MUTATED }, PATCHWORK), CUTS, (text, cuts) => {
    assertInvariants(octetsOf(text), cutter(cuts), SMALL_LIMITS);
  }),
);

property(
  "RequestParser ends every endless part of a request within its limits",
  150,
  fc.property(
    fc.constantFrom(
      ...[
        "\r\n",
        "G",
        "GET /a",
        "GET /?a=b&",
        "GET / HTTP/1.1\r\nX",
        "GET / HTTP/1.1\r\nX: ",
        "GET / HTTP/1.1\r\nA: b\r\n",
      ],
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n",
    ),
    fc.integer({ min: 1, max: 8 }),
    fc.integer({ min: 100, max: 4000 }),
    CUTS,
    (start, tail, headBytesMax, cuts) => {
      const endless = start + start.slice(-tail).repeat(20_000 / Math.min(tail, start.length));
      const limits = { ...SMALL_LIMITS, headBytesMax, targetBytesMax: 2000 };
      assertInvariants(octetsOf(endless), cutter(cuts), limits);
      const { refusal } = play(octetsOf(endless), cutter(cuts), limits).outcome;
      assertEquals(refusal === undefined, false, "Endless octets were never refused");
    },
  ),
);

property(
  "RequestParser accepts a head at its limit and refuses one octet more, for any limit and any cut",
  300,
  fc.property(
    fc.integer({ min: 60, max: 5000 }),
    fc.constantFrom(0, 1),
    fc.nat(3),
    CUTS,
    (limit, more, before, cuts) => {
      const head = (bytes: number) => `GET /a HTTP/1.1\r\nHost: a\r\nX:${"a".repeat(bytes - 32)}\r\n\r\n`;
      const limits = { ...DEFAULT_LIMITS, headBytesMax: limit };
      const { outcome } = play(octetsOf(head(40).repeat(before) + head(limit + more)), cutter(cuts), limits);
      assertEquals(outcome.requests.length, before + 1 - more);
      assertEquals(outcome.refusal?.status, more === 0 ? undefined : 431);
    },
  ),
);

// Requests made by the grammar.

const TOKEN_OCTETS = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const VISIBLE_OCTETS = Array.from({ length: 0x7e - 0x20 }, (_, i) => String.fromCharCode(0x21 + i));
const OBS_TEXT = Array.from({ length: 0x80 }, (_, i) => String.fromCharCode(0x80 + i));
const OWS = fc.constantFrom("", " ", "\t", " \t ");

function stringOf(octets: Iterable<string>, minLength: number, maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...octets), minLength, maxLength });
}

const METHOD = fc.oneof(fc.constantFrom("GET", "HEAD", "POST", "OPTIONS"), stringOf(TOKEN_OCTETS, 1, 40))
  .filter((method) => method !== "CONNECT");
const HOST = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6().map((address) => `[${address}]`),
  stringOf("-._~!$&'()*+,;=09azAZ", 1, 30),
);
const PORT = fc.oneof(fc.constantFrom("", ":"), fc.integer({ min: 0, max: 65535 }).map((port) => `:${port}`));
const AUTHORITY = fc.tuple(HOST, PORT).map(([host, port]) => host + port);
const TARGET_OCTETS = VISIBLE_OCTETS.filter((octet) => !'#"<>'.includes(octet));
const PATH = stringOf(TARGET_OCTETS.filter((octet) => octet !== "?"), 0, 60).map((rest) => "/" + rest);
const QUERY = fc.option(stringOf(TARGET_OCTETS, 0, 60), { nil: undefined });
const SCHEME = fc.constantFrom("http://", "https://", "HTTP://", "hTTps://");
const TARGET = fc
  .record({ origin: fc.option(fc.tuple(SCHEME, AUTHORITY), { nil: undefined, freq: 4 }), path: PATH, query: QUERY })
  .map(({ origin = ["", ""], path, query }) => ({
    target: origin.join("") + path + (query === undefined ? "" : "?" + query),
    path,
    query: query ?? "",
  }));

/** Fields without a meaning of their own to the parser. */
const FIELD_NAME = stringOf(TOKEN_OCTETS, 0, 20).map((name) => "x" + name);
const FIELD_VALUE = fc
  .array(stringOf([...VISIBLE_OCTETS, ...OBS_TEXT], 1, 12), { maxLength: 4 })
  .chain((words) => stringOf(" \t", 1, 3).map((gap) => words.join(gap)));
const FIELDS = fc.array(fc.record({ name: FIELD_NAME, value: FIELD_VALUE, before: OWS, behind: OWS }), {
  maxLength: 20,
});

const CONTENT = fc.uint8Array({ maxLength: 200 }).map((octets) => String.fromCharCode(...octets));
const WORD = stringOf(TOKEN_OCTETS, 1, 8);
const QUOTED = stringOf([...VISIBLE_OCTETS, ...OBS_TEXT, " ", "\t"], 0, 8)
  .map((text) => `"${text.replace(/["\\]/g, "\\$&")}"`);
/** What stands behind the semicolon of an extension. */
const EXTENSION = fc.option(
  fc.tuple(OWS, WORD, OWS, fc.option(fc.tuple(OWS, fc.oneof(WORD, QUOTED)), { nil: undefined }))
    .map(([before, name, gap, value]) => before + name + (value === undefined ? "" : `${gap}=${value.join("")}`)),
  { nil: undefined },
);
const TRAILERS = fc.array(fc.tuple(stringOf(TOKEN_OCTETS, 1, 20), FIELD_VALUE), { maxLength: 3 });
const CHUNKED = fc
  .record({
    chunks: fc.array(fc.tuple(CONTENT.filter((chunk) => chunk !== ""), EXTENSION, fc.nat(16)), { maxLength: 4 }),
    last: fc.tuple(EXTENSION, fc.integer({ min: 1, max: 16 })),
    trailers: TRAILERS,
  })
  .map(({ chunks, last: [lastExtension, zeros], trailers }) => {
    const line = (size: string, extension?: string) => size + (extension === undefined ? "" : ";" + extension) + "\r\n";
    const octets = chunks.map(([chunk, extension, padding]) =>
      line("0".repeat(padding) + chunk.length.toString(16), extension) + chunk + "\r\n"
    ).join("") + line("0".repeat(zeros), lastExtension) +
      trailers.map(([name, value]) =>
        `${name}:${value}\r\n`
      ).join("") + "\r\n";
    return { lines: "Transfer-Encoding: chunked\r\n", octets, content: chunks.map(([chunk]) => chunk).join("") };
  });
const SIZED = CONTENT.map((content) => ({
  lines: `Content-Length: ${content.length}\r\n`,
  octets: content,
  content: content === "" ? null : content,
}));
const FRAMING = fc.oneof(fc.constant({ lines: "", octets: "", content: null }), SIZED, CHUNKED);
const CONNECTION = fc.constantFrom("", "close", "keep-alive", "TE, Close", "closed", "keep-alive, x");

const REQUEST = fc
  .record({
    method: METHOD,
    target: TARGET,
    authority: AUTHORITY,
    fields: FIELDS,
    framing: FRAMING,
    minor: fc.oneof({ weight: 5, arbitrary: fc.constant(1) }, fc.nat(9)),
    connection: CONNECTION,
    emptyLines: fc.oneof(fc.constant(0), fc.nat(16)),
  })
  // HTTP/1.0 knows no chunks.
  .map((parts) => parts.framing.lines.startsWith("T") ? { ...parts, minor: Math.max(1, parts.minor) } : parts)
  .map(({ method, target, authority, fields, framing, minor, connection, emptyLines }) => {
    const octets = "\r\n".repeat(emptyLines) + `${method} ${target.target} HTTP/1.${minor}\r\n` +
      fields.map(({ name, value, before, behind }) => `${name}:${before}${value}${behind}\r\n`).join("") +
      `Host: ${authority}\r\nConnection: ${connection}\r\n${framing.lines}\r\n${framing.octets}`;
    const values = new Map<string, string>([["host", authority], ["connection", connection]]);
    for (const { name, value } of fields) {
      const key = name.toLowerCase(), first = values.get(key);
      values.set(key, first === undefined ? value : `${first}, ${value}`);
    }
    const options = connection.toLowerCase().split(", ");
    const persistent = !options.includes("close") && (minor > 0 || options.includes("keep-alive"));
    const request = { method, ...target, minorVersion: Math.min(1, minor), content: framing.content, persistent };
    return { octets, request, values };
  });

property(
  "RequestParser accepts every request that the grammar makes, and gives back what went in",
  600,
  fc.property(fc.array(REQUEST, { minLength: 1, maxLength: 3 }), CUTS, (requests, cuts) => {
    const { outcome } = play(octetsOf(requests.map(({ octets }) => octets).join("")), cutter(cuts));
    assertEquals(outcome.refusal, undefined);
    const last = requests.findIndex(({ request }) => !request.persistent);
    assertEquals(outcome.requests.length, last < 0 ? requests.length : last + 1);
    outcome.requests.forEach((given, i) => {
      const { method, target, path, query, minorVersion, content, persistent } = given;
      assertEquals<unknown>({ method, target, path, query, minorVersion, content, persistent }, requests[i].request);
      for (const [name, value] of requests[i].values) {
        assertEquals(given.values.find((entry) => entry[0] === name)?.[1], value, name);
      }
    });
  }),
);
