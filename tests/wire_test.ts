/** Plays every wire transcript over a real socket against the running server, with a follower behind it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { GROUPS } from "../http1/cases/all.ts";
import type { ExpectedRequest, WireCase } from "../http1/cases/wire_case.ts";
import { DEFAULT_LIMITS } from "../http1/message.ts";
import { type LessonSite, lessonSite } from "./lesson_site.ts";
import { type RawAnswer, RawClient } from "./raw_client.ts";

const FOLLOWER = "GET /follower HTTP/1.1\r\nHost: follower.example\r\n\r\n";
const KNOWN = ["POST", "PUT", "DELETE", "PATCH", "CONNECT", "TRACE"];

for (const { group, cases } of GROUPS) {
  Deno.test(`Over a socket: ${group}`, async () => {
    await using site = lessonSite();
    for (const wireCase of cases) await playOnSocket(site, wireCase);
    assertEquals(site.reports, []);
  });
}

async function playOnSocket(site: LessonSite, wireCase: WireCase): Promise<void> {
  using client = await RawClient.connect(site.port);
  const expected = answersTo(wireCase);
  const methods = [...wireCase.requests.map((request) => request.method), "GET", "GET"];
  await sendAll(client, wireCase.octets + (wireCase.incomplete ? "" : FOLLOWER));
  const answers: RawAnswer[] = [];
  for (let i = 0;; i++) {
    const isRefusedHead = wireCase.requests.length === 0 && wireCase.octets.startsWith("HEAD ");
    const isHead = methods[i] === "HEAD" || isRefusedHead && wireCase.refused !== undefined;
    const answer = await client.answer(isHead ? "HEAD" : "GET");
    if (answer === undefined) break;
    answers.push(answer);
    assertWellFormed(answer, wireCase.name);
  }
  assertEquals([wireCase.name, ...answers.map((answer) => answer.status)], [wireCase.name, ...expected]);
  const refusal = wireCase.refused === undefined ? undefined : answers.at(-1);
  if (refusal !== undefined) assertEquals(refusal.fields["connection"], "close", wireCase.name);
}

/** Sends all, and closes our side, so that the server's end can be waited for. */
async function sendAll(client: RawClient, text: string): Promise<void> {
  await client.send(text);
  await client.conn.closeWrite();
}

/** What has to come back, the follower's 404 included. */
function answersTo(wireCase: WireCase): number[] {
  const answers = wireCase.answers ?? wireCase.requests.map(statusOf);
  if (wireCase.refused !== undefined) return wireCase.answers ?? [...answers, wireCase.refused];
  if (wireCase.incomplete && wireCase.answers !== undefined) return answers;
  // The peer ends its side in the middle of a request; of one that has only just begun, nothing may be there.
  const last = wireCase.requests.at(-1);
  if (wireCase.incomplete && last?.expectsContinue) return answers;
  // Content that ends too early is refused in the place of its request's answer.
  if (wireCase.incomplete && last?.content !== undefined) answers.pop();
  if (wireCase.incomplete) return /^(\r\n)*$/.test(wireCase.octets) ? answers : [...answers, 400];
  return goesOn(wireCase) ? [...answers, 404] : answers;
}

function goesOn({ requests }: WireCase): boolean {
  return requests.every((request) => request.persistent !== false && !endsConnection(request));
}

/** Content that waits to be asked for, or is too long to be read for nothing, ends the connection with the answer. */
function endsConnection({ content = "", expectsContinue = false }: ExpectedRequest): boolean {
  return expectsContinue || content.length > DEFAULT_LIMITS.discardBytesMax;
}

function statusOf({ method, target, path = target.replace(/\?.*$/s, "") }: ExpectedRequest): number {
  if (method === "OPTIONS") return 204;
  if (method !== "GET" && method !== "HEAD") return KNOWN.includes(method) ? 405 : 501;
  if (path === "/" || /^https?:\/\/[^/]*\/?$/i.test(path)) return 200;
  return /%(?![0-9A-Fa-f]{2})|%2f|%5c|%00/i.test(path) ? 400 : 404;
}

function assertWellFormed(answer: RawAnswer, name: string): void {
  assert(answer.status >= 200 && answer.status < 600, name);
  assertMatch(answer.fields["date"] ?? "", /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/, name);
  assertEquals(answer.fields["server"], "siesta", name);
  if (answer.status !== 204) assertMatch(answer.fields["content-length"] ?? "", /^\d+$/, name);
  if (answer.status === 405) assertEquals(answer.fields["allow"], "GET, HEAD, OPTIONS", name);
  assert(!Object.values(answer.fields).some((value) => value.includes("|")), `${name}: a field came twice`);
}
