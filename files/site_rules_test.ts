import { assertEquals } from "@std/assert";
import { isRulesFile, NO_RULES, parseSiteRules, readSiteRules } from "./site_rules.ts";
import { ChangingFiles } from "./testing/changing_files.ts";

Deno.test("parseSiteRules joins the fields of all paths that match, in their order", () => {
  const { rules, warnings } = parseSiteRules(
    "\ufeff# a comment\n\n/*\n  X-All: 1\n  X-Two: a:b\n\n/docs/*\n\tX-Docs: yes\n  ! x-all\n/a/:name/c\r\n  X-Name: 1\r\n" +
      "/exact\n  X-Exact: 1\n/sp%20ace\n  X-Space: 1\n",
    "",
  );
  assertEquals(warnings, []);
  const names = (path: string) => rules.headers(path).set.map(([name]) => name).join();
  assertEquals(names("/"), "X-All,X-Two");
  assertEquals(names("/docs/x/y"), "X-Two,X-Docs");
  assertEquals(rules.headers("/docs/x").unset, ["x-all"]);
  assertEquals(names("/docs"), "X-All,X-Two");
  assertEquals(names("/a/b/c"), "X-All,X-Two,X-Name");
  assertEquals(names("/a/b/b/c"), "X-All,X-Two");
  assertEquals(names("/exact"), "X-All,X-Two,X-Exact");
  assertEquals(names("/exactly"), "X-All,X-Two");
  assertEquals(names("/sp ace"), "X-All,X-Two,X-Space");
  assertEquals(rules.headers("/").set[1], ["X-Two", "a:b"]);
  assertEquals(rules.headersKey("/x") === rules.headersKey("/y"), true);
  assertEquals(rules.headersKey("/x") === rules.headersKey("/exact"), false);
});

Deno.test("parseSiteRules takes away what earlier lines have set, and lets later ones set it again", () => {
  const { rules } = parseSiteRules("/*\n  X-A: 1\n  X-B: 1\n/s/*\n  ! X-A\n/s/t/*\n  X-A: 2\n  ! X-B\n  X-B: 2\n", "");
  assertEquals(rules.headers("/x"), { set: [["X-A", "1"], ["X-B", "1"]], unset: [] });
  assertEquals(rules.headers("/s/x"), { set: [["X-B", "1"]], unset: ["X-A"] });
  assertEquals(rules.headers("/s/t/x"), { set: [["X-A", "2"], ["X-B", "2"]], unset: ["X-A", "X-B"] });
});

const BAD_HEADERS: [text: string, line: number][] = [
  ["  X-A: 1", 1],
  ["/a\n  X A: 1", 2],
  ["/a\n  nothing", 2],
  ["/a\n  Content-Length: 1", 2],
  ["/a\n  transfer-encoding: chunked", 2],
  ["/a\n  Set-Cookie: a=b", 2],
  ["/a\n  ! Date", 2],
  ["/a\n  ! vary", 2],
  ["/a\n  X-A: \u0001", 2],
  ["/a\n  X-A: \u263a", 2],
  ["a\n", 1],
  ["https://example.com/*\n", 1],
  ["/a*b*\n", 1],
  ["/:a/:a\n", 1],
  ["/%zz\n", 1],
  ["/a?b\n", 1],
];

for (const [text, line] of BAD_HEADERS) {
  Deno.test(`parseSiteRules warns of _headers ${JSON.stringify(text)} in line ${line}`, () => {
    const { warnings, rules } = parseSiteRules(`${text}\n/ok\n  X-Ok: 1`, "");
    assertEquals(warnings.map((it) => /^_headers:(\d+): ./.exec(it)?.[1]), [`${line}`]);
    assertEquals(rules.headers("/ok").set, [["X-Ok", "1"]]);
  });
}

Deno.test("parseSiteRules leaves out the fields of a path that it does not understand", () => {
  const { rules, warnings } = parseSiteRules("/a\n  X-A: 1\nhttps://b/\n  X-B: 1\n", "");
  assertEquals(rules.headers("/a").set, [["X-A", "1"]]);
  assertEquals(warnings.length, 1);
});

const REDIRECTS = `
# a comment
/home              /                         # and another
/blog/:year/:slug  /posts/:year-:slug        301
/news/*            /blog/:splat              308
/out               https://example.com:8080/x?y=z#w  307
/out/*             https://example.com/:splat
/temp              /elsewhere                303
/forced            /there                    302!
/app/*             /app.html                 200
/home              /never
/any/*             /:splat
`;

const LOCATIONS: [path: string, expected: string | undefined][] = [
  ["/home", "302 /"],
  ["/blog/2024/a b", "301 /posts/2024-a%20b"],
  ["/blog/2024", undefined],
  ["/news/a/b", "308 /blog/a/b"],
  ["/news/", "308 /blog/"],
  ["/news", undefined],
  ["/out", "307 https://example.com:8080/x?y=z#w"],
  ["/out/a?b/\u00e9", "302 https://example.com/a%3Fb/%C3%A9"],
  ["/temp", "303 /elsewhere"],
  ["/forced", "302! /there"],
  ["/app/x/y", "200 /app.html"],
  ["/any//evil.example", "302 /evil.example"],
  ["/any/\\evil.example", "302 /%5Cevil.example"],
  ["/any/a\r\nb", "302 /a%0D%0Ab"],
  ["/other", undefined],
];

for (const [path, expected] of LOCATIONS) {
  Deno.test(`parseSiteRules leads ${JSON.stringify(path)} to ${expected}`, () => {
    const { rules, warnings } = parseSiteRules("", REDIRECTS);
    assertEquals(warnings, []);
    const redirect = rules.redirect(path);
    assertEquals(
      redirect && `${redirect.status}${redirect.isForced ? "!" : ""} ${redirect.location}`,
      expected,
    );
  });
}

for (
  const line of [
    "/a",
    "a /b",
    "/a b",
    "/a //evil.example/",
    "/a /\\evil.example/",
    "/a /b 404",
    "/a /b 999",
    "/a /b 302 Country=de",
    "/a id=:id /b 301",
    "/a https://x.example/ 200",
    "/a /b?c 200",
    "/a /:name",
    "/a /:splat",
    "/* https://:splat/",
    "/a javascript:alert(1)",
    "/:splat /b",
  ]
) {
  Deno.test(`parseSiteRules warns of _redirects "${line}"`, () => {
    const { warnings, rules } = parseSiteRules("", `/ok /yes\n${line}\n`);
    assertEquals(warnings.map((it) => /^_redirects:(\d+): ./.exec(it)?.[1]), ["2"]);
    assertEquals(rules.redirect("/ok")?.location, "/yes");
    assertEquals(rules.redirect("/a"), undefined);
  });
}

Deno.test("parseSiteRules stops at 2,000 rules of a kind", () => {
  const lines = Array.from({ length: 2_001 }, (_, i) => `/${i} /x`).join("\n");
  const { warnings, rules } = parseSiteRules("", lines);
  assertEquals(warnings.length, 1);
  assertEquals([rules.redirect("/1999") !== undefined, rules.redirect("/2000")], [true, undefined]);
});

Deno.test("parseSiteRules stops at 2,000 paths of _headers, and keeps those before", () => {
  for (const [count, warned] of [[2_000, 0], [2_001, 1]]) {
    const lines = Array.from({ length: count }, (_, i) => `/${i}\n  X-A: ${i}`).join("\n");
    const { warnings, rules } = parseSiteRules(lines, "");
    assertEquals(warnings.length, warned);
    assertEquals([rules.headers("/1999").set, rules.headers("/2000").set], [[["X-A", "1999"]], []]);
  }
});

Deno.test("headersKey is the same where the same paths match, and another where others do", () => {
  const { rules } = parseSiteRules("/a/*\n  X-A: 1\n/b/*\n  X-A: 1\n/a/b\n  X-B: 1\n", "");
  assertEquals(["/a/1", "/a/2", "/b/1", "/a/b", "/c"].map(rules.headersKey), ["0", "0", "1", "0,2", ""]);
  assertEquals(NO_RULES.headersKey("/a"), "");
});

Deno.test("isRulesFile knows both files in any case of letters, in the root only", () => {
  const names = ["_headers", "_redirects", "_Headers", "sub/_headers", "_headers.txt", "x_headers", "headers"];
  assertEquals(names.map(isRulesFile), [true, true, true, false, false, false, false]);
});

Deno.test("NO_RULES changes nothing", () => {
  assertEquals([NO_RULES.headers("/"), NO_RULES.redirect("/")], [{ set: [], unset: [] }, undefined]);
});

Deno.test("readSiteRules reads both files of a store, and none that are not there", async () => {
  const { rules, warnings } = await readSiteRules(
    new ChangingFiles({ "_headers": "/*\n  X-A: b\n", "_redirects": "/old /new 301\n/bad /new 302 x\n" }),
  );
  assertEquals(rules.headers("/").set, [["X-A", "b"]]);
  const { status, location } = rules.redirect("/old")!;
  assertEquals([status, location], [301, "/new"]);
  assertEquals(warnings.length, 1);
  assertEquals(warnings[0].includes('"x" is not understood'), true, warnings[0]);
  const none = await readSiteRules(new ChangingFiles({ "a": "" }));
  assertEquals([none.rules.headers("/").set, none.rules.redirect("/old"), none.warnings], [[], undefined, []]);
});

Deno.test("readSiteRules says which file it cannot read, and why", async () => {
  const store = new ChangingFiles({ "_headers": "/*\n  X-A: b\n" });
  store.refuse("_headers", "forbidden");
  const reason = (files: ChangingFiles) => readSiteRules(files).then(() => "", ({ message }) => message);
  assertEquals(await reason(store), 'Cannot read "_headers": permission denied');
  const long = new ChangingFiles({ "_redirects": "#".repeat(1_048_577) });
  assertEquals(await reason(long), 'Cannot read "_redirects": it is longer than 1 MiB');
  const longest = new ChangingFiles({ "_redirects": "#".repeat(1_048_576) });
  assertEquals(await reason(longest), "");
  const changing = new ChangingFiles({ "_headers": "/*\n" }), open = changing.open.bind(changing);
  changing.open = async (path) => {
    const found = await open(path);
    if (found.kind === "file") {
      found.file.currentInfo = () => Promise.resolve({ ...found.file.info, sizeBytes: 5 });
    }
    return found;
  };
  assertEquals(await reason(changing), 'Cannot read "_headers": it changed meanwhile');
  assertEquals([store, long, longest, changing].map((it) => it.openCount), [0, 0, 0, 0]);
});
