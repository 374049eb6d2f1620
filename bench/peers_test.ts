import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { nginxConfig } from "./peers.ts";

const OPTIONS = { port: 8080, root: "/srv/a b", dir: "/scratch", uid: 1000, sendfile: true };

Deno.test("nginxConfig fills every word in", () => {
  const template = 'pid {{dir}}/pid; {{user}} listen {{port}}; root "{{root}}"; log {{dir}}/log; {{sendfile}}';
  assertEquals(
    nginxConfig(template, OPTIONS),
    'pid /scratch/pid;  listen 8080; root "/srv/a b"; log /scratch/log; on',
  );
  assertStringIncludes(nginxConfig(template, { ...OPTIONS, uid: 0 }), "user root;");
});

Deno.test("nginxConfig refuses a word that it does not know", () => {
  assertThrows(() => nginxConfig("{{what}}", OPTIONS), Error, '"what"');
});
