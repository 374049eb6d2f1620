import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { memoryEntry } from "./file_entry.ts";
import { fieldsOf } from "./file_fields.ts";
import { Roles } from "./roles.ts";
import { NO_RULES, parseSiteRules } from "./site_rules.ts";

const FRENCH = { language: "fr", name: "page.fr.html" };

function roles({ isSingle = false, maxAgeSeconds = 60, headers = "" } = {}): Roles {
  const rules = headers === "" ? NO_RULES : parseSiteRules(headers, "").rules;
  return new Roles(rules, fieldsOf({ maxAgeSeconds, rules }), isSingle);
}

Deno.test("Roles keeps a file under the path that was asked for", () => {
  const role = roles().file("/about", "about.html");
  const { key, askedPath, path, status, isStandIn, isTranslatable } = role;
  assertEquals({ key, askedPath, path, status, isStandIn, isTranslatable }, {
    key: "/about",
    askedPath: "about",
    path: "about.html",
    status: 200,
    isStandIn: false,
    isTranslatable: true,
  });
  assertEquals(role.fields(["Accept-Encoding"])["Vary"], "Accept-Encoding");
  assertEquals(role.fields([])["Cache-Control"], "max-age=60");
});

Deno.test("Roles keeps what stands in for others once, whatever was asked for", () => {
  const all = roles();
  for (const make of [all.notFound, (path: string) => all.shell("index.html", path)]) {
    const [one, other] = ["a/b", "c"].map((path) => make.call(all, path));
    assertEquals([one.key, one.askedPath, other.askedPath], [other.key, "a/b", "c"]);
    // No path that somebody asks for is such a key.
    assert(one.key.startsWith("\0"));
    assertEquals(one.fields([])["Cache-Control"], "no-cache");
  }
  assertNotEquals(all.notFound("a").key, all.shell("404.html", "a").key);
  assertEquals(all.notFound("a").status, 404);
});

Deno.test("Roles keeps apart what rules of the site make different", () => {
  const all = roles({ headers: "/a/*\n  X-A: 1\n" });
  assertEquals(all.notFound("a/1").key, all.notFound("a/2").key);
  assertNotEquals(all.notFound("a/1").key, all.notFound("b").key);
  assertEquals([all.notFound("a/1"), all.notFound("b")].map((it) => it.fields([])["X-A"]), ["1", undefined]);
});

Deno.test("Roles says of a single-page site that Accept decides, for the shell and for what is missing", () => {
  for (const isSingle of [true, false]) {
    const all = roles({ isSingle });
    const expected = isSingle ? "Accept-Encoding, Accept" : "Accept-Encoding";
    for (const role of [all.notFound("a"), all.shell("index.html", "a")]) {
      assertEquals(role.fields(["Accept-Encoding"])["Vary"], expected);
    }
  }
});

Deno.test("Roles lets a translation be what its page is: as long kept, as often chosen, and where it lies by itself", async () => {
  const all = roles({ isSingle: true });
  const entry = async (vary: string) => ({ ...await memoryEntry(200, "", { Vary: vary }), path: "sub/page.html" });
  const own = all.translation("sub/page", await entry("Accept-Encoding, Accept-Language"), FRENCH);
  assertEquals([own.path, own.isTranslatable, own.isStandIn], ["sub/page.fr.html", false, false]);
  const fields = own.fields(["Accept-Encoding"]);
  assertEquals(fields["Content-Language"], "fr");
  assertEquals(fields["Content-Location"], "/sub/page.fr.html");
  assertEquals(fields["Cache-Control"], "max-age=60");
  assertEquals(fields["Vary"], "Accept-Encoding, Accept-Language");
  const ofShell = await entry("Accept-Encoding, Accept-Language, Accept");
  const shell = all.translation(all.shell("sub/page.html", "x"), ofShell, FRENCH);
  assertEquals(shell.fields(["Accept-Encoding"])["Vary"], "Accept-Encoding, Accept-Language, Accept");
  assertEquals(shell.fields([])["Cache-Control"], "no-cache");
  assertEquals(shell.key, all.translation(all.shell("sub/page.html", "y"), ofShell, FRENCH).key);
});

Deno.test("Roles says 200 of what stands in for others but is there, and keeps each by itself", () => {
  const all = roles(), shell = all.shell("index.html", "a"), rewritten = all.rewritten("sub/app.html", "a/b");
  assertEquals([shell.status, rewritten.status, rewritten.path, rewritten.askedPath], [
    ...[200, 200, "sub/app.html", "a/b"],
  ]);
  assertEquals([shell.isStandIn, rewritten.isStandIn, rewritten.isTranslatable], [true, true, true]);
  assertNotEquals(shell.key, rewritten.key);
  assertEquals(rewritten.key, all.rewritten("sub/app.html", "c").key);
  assertEquals(rewritten.fields([])["Cache-Control"], "no-cache");
});

Deno.test("Roles keeps no listing, and gives it the type that it has", () => {
  for (
    const [isJson, path, type] of [
      [true, "sub/listing.json", "application/json; charset=utf-8"],
      [false, "sub/listing.html", "text/html; charset=utf-8"],
    ] as const
  ) {
    const role = roles().listing("sub/", isJson);
    const { key, askedPath, status, isStandIn, isTranslatable } = role;
    assertEquals([key, askedPath, role.path, status, isStandIn, isTranslatable], [
      ...["\0", "sub/", path, 200, true, false],
    ]);
    assertEquals(role.fields(["Accept"])["Vary"], "Accept");
    assertEquals([role.fields([])["Content-Type"], role.fields([])["Cache-Control"]], [type, "no-cache"]);
  }
});
