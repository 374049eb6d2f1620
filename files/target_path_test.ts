import { assertEquals } from "@std/assert";
import { targetPath, TargetPaths } from "./target_path.ts";

/** Raw path, what it comes to, and what it comes to where names with a dot are shown. */
const TABLE: [raw: string, expected: string | number, withDotfiles?: string | number][] = [
  ["/", ""],
  ["/a", "a"],
  ["/a/", "a/"],
  ["/a/b.html", "a/b.html"],
  ["/a-b_c~d!e$f&g'h(i)j+k,l;m=n@o", "a-b_c~d!e$f&g'h(i)j+k,l;m=n@o"],
  ["/a*b", "a*b"],
  ["/a:b", "a:b"],
  // Decoded once.
  ["/a%20b", "a b"],
  ["/100%25", "100%"],
  ["/%2525", "%25"],
  ["/%252e%252e", "%2e%2e"],
  ["/a%23b", "a#b"],
  ["/a%3Fb", "a?b"],
  ["/a+b", "a+b"],
  ["/a%3Bb;c", "a;b;c"],
  ["/%61", "a"],
  ["/caf%C3%A9", "café"],
  ["/caf%c3%a9", "café"],
  ["/cafe%CC%81", "cafe\u0301"],
  ["/%F0%9F%8C%9E", "\u{1f31e}"],
  ["/a%5Bb%5D", "a[b]"],
  // Malformed.
  ["/%", 400],
  ["/%2", 400],
  ["/%zz", 400],
  ["/a%2fb", 400],
  ["/a%2Fb", 400],
  ["/a%5cb", 400],
  ["/a%5Cb", 400],
  ["/a%00", 400],
  ["/%00", 400],
  ["/%c0%ae", 400],
  ["/%c0%af", 400],
  ["/%e0%80%ae", 400],
  ["/%f0%80%80%ae", 400],
  ["/%ff", 400],
  ["/%c3", 400],
  ["/%ed%a0%80", 400],
  ["/caf%e9", 400],
  // Nothing that can be here.
  ["*", 404],
  ["a", 404],
  ["//", 404],
  ["//a", 404],
  ["/a//b", 404],
  ["/a//", 404],
  ["/.", 404],
  ["/./a", 404],
  ["/..", 404],
  ["/../a", 404],
  ["/a/..", 404],
  ["/a/../b", 404],
  ["/a/..;/b", 404, "a/..;/b"],
  ["/...", 404],
  ["/a.", 404],
  ["/a./b", 404],
  ["/%2e%2e/a", 404],
  ["/.%2e/a", 404],
  ["/%2E./a", 404],
  ["/a/%2e%2e", 404],
  ["/%2e", 404],
  ["/a\\b", 404],
  ["/..\\a", 404],
  ["/a%0a", 404],
  ["/a%0d%0a", 404],
  ["/a%7f", 404],
  ["/%c2%85", 404],
  ["//evil.example/%2e%2e/sub", 404],
  [`/${"a".repeat(256)}`, "a".repeat(256)],
  [`/${"a".repeat(255)}`, "a".repeat(255)],
  [`/${"a%20".repeat(100)}`, "a ".repeat(100)],
  [`/${"%61".repeat(256)}`, 404],
  [`/${"a/".repeat(3_000)}`, 404],
  [`/${"a/".repeat(1_000)}`, "a/".repeat(1_000)],
  // Names that begin with a dot.
  ["/.git/config", 404, ".git/config"],
  ["/.env", 404, ".env"],
  ["/a/.hidden", 404, "a/.hidden"],
  ["/%2egit/config", 404, ".git/config"],
  ["/..a", 404, "..a"],
  ["/.well-known/security.txt", ".well-known/security.txt"],
  ["/.well-known/", ".well-known/"],
  ["/.well-known/.hidden", 404, ".well-known/.hidden"],
  ["/a/.well-known/x", 404, "a/.well-known/x"],
  ["/.Well-Known/x", 404, ".Well-Known/x"],
];

for (const [raw, expected, withDotfiles = expected] of TABLE) {
  const shown = raw.length > 60 ? `${raw.slice(0, 60)}...` : raw;
  Deno.test(`targetPath of "${shown}" (${raw.length}) is ${JSON.stringify(expected).slice(0, 60)}`, () => {
    assertEquals(targetPath(raw), expected);
    assertEquals(targetPath(raw, true), withDotfiles);
  });
}

Deno.test("TargetPaths maps as targetPath does, the first time and every other, for any number of paths", () => {
  const paths = new TargetPaths();
  const raw = ["/", "/a", "/a%20b", "/%zz", "/../a", "/.a", `/${"x".repeat(200)}`];
  for (let i = 0; i < 3_000; i++) raw.push(`/many/${i % 1_500}`);
  for (const path of raw) {
    assertEquals([path, paths.of(path), paths.of(path)], [path, targetPath(path), targetPath(path)]);
  }
  assertEquals([new TargetPaths(true).of("/.a"), new TargetPaths(false).of("/.a")], [".a", 404]);
});
