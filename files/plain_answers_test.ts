import { assertEquals, assertStringIncludes } from "@std/assert";
import type { HttpResponse } from "../http1/message.ts";
import { requestOf } from "../tests/handler_client.ts";
import type { Subject } from "./file_fields.ts";
import { PlainAnswers } from "./plain_answers.ts";

/** Answers of a site that gives a field to each path. */
const answers = new PlainAnswers(({ askedPath }) => ({
  "X-Path": askedPath,
  "Cache-Control": "no-cache",
  "Vary": "A",
}));

function linesOf({ head }: HttpResponse): string[] {
  return new TextDecoder().decode(head).trimEnd().split("\r\n");
}

function location(answer: HttpResponse): string | undefined {
  return linesOf(answer).find((line) => line.startsWith("Location: "))?.slice("Location: ".length);
}

Deno.test("PlainAnswers have the fields that the site gives to the path, and none about content", () => {
  const redirect = answers.redirect(requestOf("/a"), "a", 302, "/b");
  assertEquals(linesOf(redirect), ["HTTP/1.1 302 Found", "X-Path: a", "Location: /b", "Content-Length: 0"]);
  const { content } = answers.refusal(403, "a", "Not for you", { "X-A": "1" });
  assertEquals(new TextDecoder().decode(content as Uint8Array), "403 Forbidden: Not for you\n");
  assertEquals(linesOf(answers.refusal(403, "a", "", { "X-A": "1" })), [
    "HTTP/1.1 403 Forbidden",
    "Content-Type: text/plain; charset=utf-8",
    "X-Content-Type-Options: nosniff",
    "X-Path: a",
    "X-A: 1",
    "Content-Length: 14",
  ]);
});

Deno.test("PlainAnswers.busy says when to come again", () => {
  const lines = linesOf(answers.busy("a"));
  assertEquals([lines[0], lines.includes("Retry-After: 1")], ["HTTP/1.1 503 Service Unavailable", true]);
});

Deno.test("PlainAnswers.redirect takes the query along, unless the location has its own or a fragment", () => {
  const to = (target: string, place: string) => location(answers.redirect(requestOf(target), "a", 301, place));
  assertEquals(to("/a?x=1", "/b"), "/b?x=1");
  assertEquals(to("/a?x=1", "/b?y=2"), "/b?y=2");
  assertEquals(to("/a?x=1", "/b#c"), "/b#c");
  assertEquals(to("/a?", "/b"), "/b");
  // What no URI may have is encoded.
  assertEquals(to("/a?{x|y}^`\\", "/b"), "/b?%7Bx%7Cy%7D%5E%60%5C");
});

Deno.test("PlainAnswers.redirectToFolder leads to the last segment with a slash, and so to no other host", () => {
  const to = (target: string) => location(answers.redirectToFolder(requestOf(target), "a"));
  assertEquals(to("/a/b"), "./b/");
  assertEquals(to("/a/b?x=1"), "./b/?x=1");
  assertEquals(to("//evil.example"), "./evil.example/");
  assertEquals(to("/a{b}"), "./a%7Bb%7D/");
  const { head } = answers.redirectToFolder(requestOf("/a/b"), "a");
  assertStringIncludes(new TextDecoder().decode(head), "Cache-Control: no-cache\r\n");
});

Deno.test("PlainAnswers stand for whatever was asked for, and are about no file", () => {
  const subjects: Subject[] = [];
  new PlainAnswers((subject) => (subjects.push(subject), {})).busy("a/b");
  assertEquals(subjects, [{ askedPath: "a/b", filePath: "", isStandIn: true, vary: [] }]);
});
