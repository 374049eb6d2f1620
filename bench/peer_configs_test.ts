import { assertEquals, assertThrows } from "@std/assert";
import { filledTemplate, nginxWords } from "./peer_configs.ts";

const VALUES = { port: 8080, root: "/srv/a b", dir: "/scratch" };

Deno.test("filledTemplate fills every word in", () => {
  const words = nginxWords({ sendfile: true, uid: 1000 });
  assertEquals(
    filledTemplate('pid {{dir}}/pid; {{user}} listen {{port}}; root "{{root}}"; {{sendfile}}', { ...VALUES, words }),
    'pid /scratch/pid;  listen 8080; root "/srv/a b"; on',
  );
});

Deno.test("filledTemplate refuses a word that it does not know", () => {
  assertThrows(() => filledTemplate("{{what}}", VALUES), Error, '"what"');
});

Deno.test("filledTemplate leaves single braces alone", () => {
  assertEquals(filledTemplate("http { {{port}} }", VALUES), "http { 8080 }");
});

Deno.test("nginxWords names the user only for root", () => {
  assertEquals(nginxWords({ sendfile: false, uid: 0 }), { sendfile: "off", user: "user root;" });
  assertEquals(nginxWords({ sendfile: false, uid: null }).user, "");
});
