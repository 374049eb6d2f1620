import { assertEquals } from "@std/assert";
import { BROWSER_FIELDS } from "./browser_fields.ts";
import { getRequest } from "./http_answer.ts";
import { PAGE } from "./site.ts";

Deno.test("BROWSER_FIELDS make a head of 600 octets", () => {
  assertEquals(getRequest(`/${PAGE}`, "127.0.0.1:12345", BROWSER_FIELDS).length, 600);
});
