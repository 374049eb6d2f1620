import { assertEquals, assertMatch } from "@std/assert";
import { withBanner } from "./mode_banner.ts";

Deno.test("withBanner puts the mode first into a page, in the page's language", () => {
  assertMatch(
    withBanner('<html lang="en"><body>\n<p>x', "sequential"),
    /<body>\n +<aside class="mode">Mode: sequential\. .*<\/aside>\n<p>x$/,
  );
  assertMatch(withBanner('<html lang="fr"><body class="a">', "blocking"), /<body class="a">\n +<aside .*bloquant/);
});

Deno.test("withBanner takes back that everybody else is served at once", () => {
  const said = 'A nap. <span class="meanwhile">Meanwhile <a href="/">all</a> are\n served.</span></p>';
  assertMatch(
    withBanner(`<html lang="en"><body>${said}`, "blocking"),
    /A nap\. <span class="meanwhile">Meanwhile <a href="\/">everybody else<\/a> has to wait\.<\/span><\/p>$/,
  );
  assertMatch(withBanner(`<html lang="fr"><body>${said}`, "sequential"), /<\/a> doivent attendre\.<\/span><\/p>$/);
});

Deno.test("withBanner leaves alone what is no page", () => {
  assertEquals(withBanner("body { margin: 0 }", "blocking"), "body { margin: 0 }");
});
