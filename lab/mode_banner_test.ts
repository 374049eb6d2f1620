import { assertEquals, assertMatch } from "@std/assert";
import { withBanner } from "./mode_banner.ts";

Deno.test("withBanner puts the mode first into a page, in the page's language", () => {
  assertMatch(
    withBanner('<html lang="en"><body>\n<p>x', "sequential"),
    /<body>\n +<aside class="mode">Mode: sequential\. .*<\/aside>\n<p>x$/,
  );
  assertMatch(withBanner('<html lang="fr"><body class="a">', "blocking"), /<body class="a">\n +<aside .*bloquant/);
});

Deno.test("withBanner leaves alone what is no page", () => {
  assertEquals(withBanner("body { margin: 0 }", "blocking"), "body { margin: 0 }");
});
