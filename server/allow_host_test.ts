import { assertEquals, assertStrictEquals } from "@std/assert";
import { FIELD, type Handler, type HttpRequest } from "../http1/message.ts";
import { plainResponse } from "../http1/response.ts";
import { ask } from "../tests/handler_client.ts";
import { allowHosts } from "./allow_host.ts";

const handler: Handler = () => plainResponse(200);

Deno.test("allowHosts leaves a handler as it is when no names are given", () => {
  assertStrictEquals(allowHosts([], handler), handler);
});

Deno.test("allowHosts compares the authority's name without its port and case; an absolute-form counts before Host", async () => {
  const wrapped = allowHosts(["a.example", "[::1]"], handler);
  const status = async (host: string, target = "/") => {
    const request = { target, field: (id: number) => id === FIELD["host"] ? host : undefined };
    return (await wrapped(request as unknown as HttpRequest)).status;
  };
  assertEquals(await status("a.example"), 200);
  assertEquals(await status("A.Example:8080"), 200);
  assertEquals(await status("[::1]:80"), 200);
  assertEquals(await status("a.example.evil"), 421);
  assertEquals(await status("evil.example"), 421);
  assertEquals(await status("evil.example", "http://a.example/x"), 200);
  assertEquals(await status("a.example", "HTTPS://evil.example:1/x"), 421);
  assertEquals((await ask(allowHosts(["a"], handler), "/")).status, 200);
});
