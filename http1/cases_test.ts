/**
 * Plays every wire transcript three ways: whole, octet by octet, and with a follower behind it that must come through
 * where the connection goes on and never where it does not. The invariants that hold for any octets are checked too.
 */
import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { GROUPS } from "./cases/all.ts";
import { assertInvariants } from "./cases/invariants.ts";
import { octetsOf, type Outcome, play, type PlayedRequest } from "./cases/play.ts";
import type { ExpectedRequest, WireCase } from "./cases/wire_case.ts";
import { DEFAULT_LIMITS } from "./message.ts";

const FOLLOWER = "GET /follower HTTP/1.1\r\nHost: follower.example\r\n\r\n";
const FOLLOWER_REQUEST: ExpectedRequest = {
  method: "GET",
  target: "/follower",
  path: "/follower",
  query: "",
  minorVersion: 1,
  fields: { host: "follower.example", connection: null, "content-length": null, expect: null },
  persistent: true,
};

const CUTS = { whole: () => Infinity, "octet by octet": () => 1 };

for (const { group, cases } of GROUPS) {
  for (const wireCase of cases) {
    Deno.test(`${group}: ${wireCase.name} (${wireCase.rule})`, () => {
      for (const [way, nextCut] of Object.entries(CUTS)) {
        assertOutcome(play(octetsOf(wireCase.octets), nextCut).outcome, wireCase, way);
      }
      if (!wireCase.incomplete) playWithFollower(wireCase);
      assertInvariants(octetsOf(wireCase.octets), () => 7, DEFAULT_LIMITS);
    });
  }
}

function playWithFollower(wireCase: WireCase): void {
  const goesOn = wireCase.refused === undefined && wireCase.requests.at(-1)?.persistent !== false;
  const requests = goesOn ? [...wireCase.requests, FOLLOWER_REQUEST] : wireCase.requests;
  const { outcome } = play(octetsOf(wireCase.octets + FOLLOWER), () => Infinity);
  assertOutcome(outcome, { ...wireCase, requests }, "with a follower");
}

function assertOutcome(outcome: Outcome, expected: WireCase, way: string): void {
  const targets = outcome.requests.map((request) => request.target);
  assertEquals(targets, expected.requests.map((request) => request.target), `${way}: requests`);
  outcome.requests.forEach((request, i) => assertRequest(request, expected.requests[i], `${way}: request ${i + 1}`));
  assertEquals(outcome.refusal?.status, expected.refused, `${way}: refusal ${JSON.stringify(outcome.refusal)}`);
  if (outcome.refusal !== undefined) {
    assertMatch(outcome.refusal.rule, /^RFC [0-9]{4} [0-9]+(\.[0-9]+)*$/, `${way}: rule of the refusal`);
    assertMatch(outcome.refusal.message, /^[\x20-\x7e]+$/, `${way}: message of the refusal`);
  } else if (!expected.incomplete) {
    assert(outcome.contentDone, `${way}: content was not read to its end`);
  }
}

function assertRequest(request: PlayedRequest, expected: ExpectedRequest, what: string): void {
  const { content = null, persistent = true, fields = {}, ...stated } = expected;
  for (const [key, value] of Object.entries(stated)) {
    assertEquals(request[key as keyof PlayedRequest], value, `${what}: ${key}`);
  }
  assertEquals(request.content, content, `${what}: content`);
  assertEquals(request.persistent, persistent, `${what}: persistent`);
  const values = new Map(request.values);
  for (const [name, value] of Object.entries(fields)) {
    assertEquals(values.get(name) ?? null, value, `${what}: field ${name}`);
  }
  // What the one pass over the octets marked must be what a second walk over the lines finds.
  for (const [name, value] of values) assertEquals(value, joined(request, name), `${what}: field ${name} by its lines`);
}

function joined(request: PlayedRequest, name: string): string | undefined {
  const values = request.lines.filter((line) => line[0] === name).map((line) => line[1]);
  return values.length === 0 ? undefined : values.join(", ");
}

Deno.test("wire transcripts are many, named apart, and octets only", () => {
  const isSmuggling = (group: string) => group === "smuggling";
  const count = (wanted: boolean) =>
    GROUPS.filter(({ group }) => isSmuggling(group) === wanted).reduce((sum, { cases }) => sum + cases.length, 0);
  assert(count(false) >= 400, `Only ${count(false)} transcripts`);
  assert(count(true) >= 60, `Only ${count(true)} smuggling vectors`);
  const all = GROUPS.flatMap(({ group, cases }) => cases.map((wireCase) => ({ group, ...wireCase })));
  const accepted = all.filter(({ refused, incomplete }) => refused === undefined && !incomplete);
  assert(accepted.length >= all.length / 3, `Only ${accepted.length} of ${all.length} transcripts are accepted`);
  assertEquals(new Set(all.map(({ group, name }) => `${group}: ${name}`)).size, all.length, "Names are not unique");
  assertEquals(new Set(all.map(({ octets }) => octets)).size, all.length, "Two transcripts have the same octets");
  for (const { group, name, octets, rule } of all) {
    // deno-lint-ignore no-control-regex -- every octet is meant
    assertMatch(octets, /^[\x00-\xff]*$/, `${group}: ${name} has characters that are no octets`);
    assertMatch(rule, /^RFC [0-9]{4} [0-9]+(\.[0-9]+)*$/, `${group}: ${name} names no rule`);
  }
});

Deno.test("smuggling vectors all have their canary, and say whether it may sing", () => {
  const { cases } = GROUPS.find(({ group }) => group === "smuggling")!;
  for (const { name, octets, requests } of cases) {
    assert(octets.includes("GET /canary HTTP/1.1\r\n"), `${name} has no canary`);
    assertFalse(requests.at(-2)?.persistent === false, `${name} expects a request behind the last one`);
  }
});
