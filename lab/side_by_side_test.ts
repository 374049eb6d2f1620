import { assertEquals } from "@std/assert";
import { withPorts } from "./side_by_side.ts";

const HEADERS = "/*\n  Content-Security-Policy: default-src 'none'; connect-src 'self'; img-src 'self'\n";

Deno.test("withPorts lets the page ask other ports, and others ask here", () => {
  assertEquals(
    withPorts(HEADERS, [7879, 80]),
    "/*\n  Content-Security-Policy: default-src 'none'; connect-src 'self' *:7879 *:80; img-src 'self'\n" +
      "  Access-Control-Allow-Origin: *\n  Timing-Allow-Origin: *\n",
  );
});

Deno.test("withPorts leaves the fields of a lab alone that has no neighbours", () => {
  assertEquals(withPorts(HEADERS, []), HEADERS);
});
