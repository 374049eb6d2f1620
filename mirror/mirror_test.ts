import lockText from "./deno.lock" with { type: "text" };
import project from "../deno.json" with { type: "json" };
import {
  assert,
  assertEquals,
  assertExists,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  fail,
  unreachable,
} from "@std/assert";
import { deadline } from "@std/async/deadline";
import { delay } from "@std/async/delay";
import { parseArgs } from "@std/cli/parse-args";
import { decodeHex, encodeHex } from "@std/encoding/hex";
import * as colors from "@std/fmt/colors";
import { escape, unescape } from "@std/html/entities";
import { eTag, ifMatch, ifNoneMatch } from "@std/http/etag";
import { accepts, acceptsEncodings, acceptsLanguages } from "@std/http/negotiation";
import { isErrorStatus, isStatus, STATUS_CODE, STATUS_TEXT, type StatusCode } from "@std/http/status";
import { contentType } from "@std/media-types/content-type";
import { typeByExtension } from "@std/media-types/type-by-extension";
import * as path from "@std/path";
import { SEPARATOR } from "@std/path/constants";
import { extname as posixExtname } from "@std/path/posix/extname";
import { globToRegExp } from "@std/path/posix/glob-to-regexp";
import { join as posixJoin } from "@std/path/posix/join";
import { normalize as posixNormalize } from "@std/path/posix/normalize";
import { closestString } from "@std/text/closest-string";
import { levenshteinDistance } from "@std/text/levenshtein-distance";
import * as assertModule from "@std/assert";
import * as htmlModule from "@std/html";
import * as mediaTypesModule from "@std/media-types";
import * as statusModule from "@std/http/status";

/** Holds at type check only: both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
function sameType<A, B>(_: Same<A, B>): void {}

Deno.test("mirror exports nothing that the npm package lacks", () => {
  for (const module of [assertModule, colors, htmlModule, mediaTypesModule, path, statusModule]) {
    for (const [name, value] of Object.entries(module)) assert(value !== undefined, name);
  }
});

Deno.test("mirror of @std/assert throws AssertionError for what does not hold", async () => {
  const failures: (() => unknown)[] = [
    () => assert(0),
    () => assertEquals({ a: [1] }, { a: [2] }),
    () => assertNotEquals([1], [1]),
    () => assertStrictEquals(NaN, 0),
    () => assertThrows(() => {}),
    () => assertMatch("a", /b/),
    () => assertStringIncludes("a", "b"),
    () => assertGreater(1, 1),
    () => assertGreaterOrEqual(1, 2),
    () => assertLess(1, 1),
    () => assertLessOrEqual(2, 1),
    () => assertExists(null),
    () => assertInstanceOf({}, Map),
    () => fail("told to"),
    () => unreachable(),
  ];
  for (const failure of failures) {
    let thrown: unknown;
    try {
      failure();
    } catch (error) {
      thrown = error;
    }
    if (!(thrown instanceof AssertionError)) throw new Error(`Expected ${failure} to fail`);
  }
  const error = await assertRejects(() => Promise.reject(new RangeError("Too far")), RangeError, "far");
  sameType<typeof error, RangeError>(true);
  assertStrictEquals(error.message, "Too far");
});

Deno.test("mirror of @std/assert narrows types", () => {
  const values: unknown[] = ["text", new Map([["a", 1]])];
  assert(typeof values[0] === "string");
  const map = values[1];
  assertInstanceOf(map, Map);
  assertEquals(map.size, 1);
  const found: string | undefined = ["x"].find((it) => it === "x");
  assertExists(found);
  assertEquals(found.length, 1);
  const error: AssertionError = new AssertionError("Told so");
  assertEquals(error.name, "AssertionError");
});

Deno.test("mirror of @std/async waits, and gives up", async () => {
  await delay(0);
  const cancelled = new AbortController();
  const wait = delay(60_000, { signal: cancelled.signal });
  cancelled.abort(new Error("Enough"));
  await assertRejects(() => wait, Error, "Enough");
  await assertRejects(() => deadline(Promise.withResolvers<void>().promise, 1), DOMException);
  assertEquals(await deadline(Promise.resolve(7), 60_000), 7);
});

Deno.test("mirror of @std/cli parses flags", () => {
  const unknown: string[] = [];
  const args = parseArgs([
    "root",
    "--port=08",
    "-h",
    "x",
    "--no-lesson",
    "--tag",
    "a",
    "--tag",
    "b",
    "--odd",
    "--",
    "z",
  ], {
    "--": true,
    string: ["port", "host", "tag", "name"],
    boolean: ["lesson", "quiet"],
    alias: { host: "h", quiet: ["q"] },
    collect: ["tag"],
    default: { lesson: true, name: "n" },
    negatable: ["lesson"],
    unknown: (arg, key) => {
      if (key === undefined) return true;
      unknown.push(arg);
      return false;
    },
  });
  assertEquals(args._, ["root"]);
  assertEquals(args["--"], ["z"]);
  assertEquals([args.port, args.host, args.h, args.name], ["08", "x", "x", "n"]);
  assertEquals([args.lesson, args.quiet, args.q], [false, false, false]);
  assertEquals(args.tag, ["a", "b"]);
  assertEquals(unknown, ["--odd"]);
  sameType<typeof args.port, string | undefined>(true);
  sameType<typeof args.h, string | undefined>(true);
  sameType<typeof args.name, string>(true);
  sameType<typeof args.lesson, boolean>(true);
  sameType<typeof args.q, boolean>(true);
  sameType<typeof args.tag, string[]>(true);
  sameType<typeof args.other, unknown>(true);
});

Deno.test("mirror of @std/cli stops early", () => {
  const args = parseArgs(["--a", "1", "b", "--c"], { string: "a", stopEarly: true });
  assertEquals(args, { _: ["b", "--c"], a: "1" });
});

Deno.test("mirror of @std/encoding writes and reads digits", () => {
  assertEquals(encodeHex(new Uint8Array([0, 255])), "00ff");
  assertEquals(decodeHex("00FF"), new Uint8Array([0, 255]));
});

Deno.test("mirror of @std/fmt adds colours that can be removed", () => {
  assertEquals(colors.stripAnsiCode("\x1b[1mbold\x1b[22m"), "bold");
  assertEquals(colors.stripAnsiCode(colors.red("text")), "text");
});

Deno.test("mirror of @std/html escapes", () => {
  assertEquals(escape(`<a b="c">'&`), "&lt;a b=&quot;c&quot;&gt;&#39;&amp;");
  assertEquals(unescape("&lt;&amp;"), "<&");
});

Deno.test("mirror of @std/http compares entity tags", async () => {
  const tag = await eTag("content");
  sameType<typeof tag, string>(true);
  assertMatch(tag, /^"7-.+"$/);
  assertMatch((await eTag({ mtime: new Date(0), size: 10 }))!, /^W\/"a-.+"$/);
  assert(ifMatch(tag, tag) && !ifMatch('"b"', tag));
  assert(ifNoneMatch('"b"', tag) && !ifNoneMatch(`W/${tag}`, tag));
});

Deno.test("mirror of @std/http negotiates", () => {
  const request = {
    headers: new Headers({ accept: "text/html", "accept-encoding": "br, gzip;q=0.5", "accept-language": "en" }),
  };
  assertEquals(accepts(request, "text/plain", "text/html"), "text/html");
  assertEquals(acceptsEncodings(request), ["br", "gzip", "identity"]);
  assertEquals(acceptsLanguages(request, "de"), undefined);
});

Deno.test("mirror of @std/http knows status codes", () => {
  const status: StatusCode = STATUS_CODE.NotFound;
  assertEquals(STATUS_TEXT[status], "Not Found");
  sameType<typeof STATUS_TEXT[404], "Not Found">(true);
  assert(isStatus(418) && !isStatus(299) && isErrorStatus(500) && !isErrorStatus(200));
  // @ts-expect-error: 299 is not registered
  const none: StatusCode = 299;
  assert(!(none in STATUS_TEXT));
});

Deno.test("mirror of @std/http has a reason phrase for every status code", () => {
  for (const [name, code] of Object.entries(STATUS_CODE)) assertEquals(typeof STATUS_TEXT[code], "string", name);
});

Deno.test("mirror of @std/media-types knows types", () => {
  assertEquals(contentType(".html"), "text/html; charset=UTF-8");
  assertEquals(typeByExtension("png"), "image/png");
  assertEquals(typeByExtension("no-such"), undefined);
});

Deno.test("mirror of @std/path handles paths", () => {
  assertEquals(posixJoin("a", "..", "b", "c.txt"), "b/c.txt");
  assertEquals(posixNormalize("/a//./b/../c"), "/a/c");
  assertEquals(path.join("a", "b"), `a${SEPARATOR}b`);
  assertEquals([path.basename("a/b.txt"), posixExtname("a/b.txt"), path.dirname("a/b.txt")], ["b.txt", ".txt", "a"]);
  const absolute = path.fromFileUrl(import.meta.url);
  assert(path.isAbsolute(absolute) && !path.isAbsolute("a"));
  assertEquals(path.toFileUrl(absolute).href, import.meta.url);
  assertEquals(path.relative(path.dirname(absolute), absolute), "mirror_test.ts");
  assertEquals(path.resolve(absolute, "..", "x"), path.join(path.dirname(absolute), "x"));
  assert(globToRegExp("**/*.ts").test("a/b.ts") && !globToRegExp("*.ts").test("a/b.ts"));
});

Deno.test("mirror of @std/text finds the nearest word", () => {
  assertEquals(closestString("prot", ["host", "port", "grace"]), "port");
  assertEquals(levenshteinDistance("prot", "port"), 2);
});

Deno.test("The tasks that start the server are held to a lock file of one package, not to those of the tests", () => {
  // With one lock file for all, the first start fetched 43 packages, a browser's driver among them.
  assertEquals(Object.keys(JSON.parse(lockText).npm), ["deno-std@1.4.0"]);
  assertEquals(project.lock, false);
  for (const task of ["start", "serve", "dev", "lab", "compile"] as const) {
    assertMatch(project.tasks[task].command, /^deno (?:run|compile) --lock=mirror\/deno\.lock /);
  }
});
