import { assertEquals } from "@std/assert";
import { bareFields, type FieldSettings, fieldsOf, type Subject } from "./file_fields.ts";

const SUBJECT: Subject = { askedPath: "a/b.js", filePath: "a/b.js", isStandIn: false, vary: [] };

function fields(settings: FieldSettings, subject: Partial<Subject> = {}) {
  return fieldsOf(settings)({ ...SUBJECT, ...subject });
}

Deno.test("fieldsOf matches a glob with a slash from the root, and one without against the name", () => {
  const kept = (glob: string, askedPath: string) =>
    fields({ immutable: [glob] }, { askedPath })["Cache-Control"].includes("immutable");
  for (
    const [glob, path, expected] of [
      ["*.js", "a/b.js", true],
      ["*.js", "b.js", true],
      ["*.js", "a.js/b.css", false],
      ["a/*.js", "a/b.js", true],
      ["/a/*.js", "a/b.js", true],
      ["a/*.js", "x/a/b.js", false],
      ["a/*.js", "a/x/b.js", false],
      ["a/**/*.js", "a/x/y/b.js", true],
      ["**/*.js", "b.js", true],
      ["b.{js,css}", "b.css", true],
      ["b.[0-9a-f][0-9a-f]*.js", "b.a1.js", true],
      ["b.[0-9a-f][0-9a-f]*.js", "b.zz.js", false],
    ] as const
  ) assertEquals(kept(glob, path), expected, `${glob} ${path}`);
});

Deno.test("fieldsOf lets what stands in for others be asked for every time", () => {
  const settings = { maxAgeSeconds: 60, immutable: ["**"] };
  assertEquals(fields(settings, { isStandIn: true })["Cache-Control"], "no-cache");
});

Deno.test("fieldsOf lets the rules of a site come after the flags, and take fields away", () => {
  const rules = {
    headers: (path: string) =>
      path === "/a/b.js"
        ? { set: [["x-own", "rules"], ["Content-Type", "text/x-own"]] as const, unset: ["X-Content-Type-Options"] }
        : { set: [], unset: [] },
    headersKey: () => "",
    redirect: () => undefined,
  };
  const settings: FieldSettings = { headers: [["X-Own", "flag"]], rules };
  assertEquals(fields(settings), { "Cache-Control": "no-cache", "X-Own": "rules", "Content-Type": "text/x-own" });
  assertEquals(fields(settings, { askedPath: "a/c.js" })["X-Own"], "flag");
});

Deno.test("bareFields leaves what is not about the content, however it is spelled", () => {
  assertEquals(
    bareFields({ "content-type": "a", "ETag": "b", "VARY": "c", "X-A": "d", "Access-Control-Allow-Origin": "*" }),
    { "X-A": "d", "Access-Control-Allow-Origin": "*" },
  );
});
