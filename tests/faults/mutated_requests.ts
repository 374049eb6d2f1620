/** Requests that once were in the wire transcripts, and were changed by chance: each has its connection. */
import { deadline } from "@std/async/deadline";
import { GROUPS } from "../../http1/cases/all.ts";
import { octetsOf } from "../../http1/cases/play.ts";
import { Chance } from "../../tools/chance.ts";
import { changed } from "../../tools/fuzz.ts";
import { attacked, GIVEN_BACK_MS } from "./attacked.ts";
import { Member } from "./crowd.ts";
import { ALL, type Scenario } from "./scenario.ts";

const AT_A_TIME = 32, CHANGES_MAX = 5, SEED = 8;
/** Whoever has said all it has to say, and closed its side, has to be answered or left within this time. */
const ANSWER_MS = 5_000;

/** Mutated requests. */
export const mutatedRequests: Scenario = {
  name: "mutated_requests",
  title: "5,000 mutated requests",
  servers: ALL,
  run: (stage) =>
    attacked(stage, async ({ port, isShort, findings }) => {
      const { hanging, 500: broken, 2: found = 0, 3: moved = 0, 4: refused = 0, 5: failed = 0, other = 0 } =
        await askAll(port, isShort ? 500 : 5_000);
      findings.note(
        `${found + moved} answered, ${refused} refused with 4xx, ${failed} with 5xx, ${other} without a word`,
      );
      findings.demand(broken === undefined, `${broken} answers with 500`);
      findings.demand(hanging === undefined, `${hanging} were neither answered nor left in ${ANSWER_MS / 1_000} s`);
    }, {
      rehearse: async ({ port }) =>
        void await askAll(port, stage.isShort ? 200 : 2_000),
      restMs: GIVEN_BACK_MS,
    }),
};

/** Asks so many times, the same each time; returns how often each kind of answer came. */
async function askAll(port: number, count: number): Promise<Record<string, number | undefined>> {
  const pool = GROUPS.flatMap(({ cases }) => cases.map((one) => octetsOf(one.octets))), chance = new Chance(SEED);
  const kinds: Record<string, number | undefined> = {};
  let left = count;
  const attacker = async () => {
    while (left-- > 0) {
      let octets: Uint8Array = chance.of(pool);
      for (let changes = 1 + chance.below(CHANGES_MAX); changes > 0; changes--) {
        octets = changed(octets, chance.of(pool), chance);
      }
      const answer = await asked(port, octets);
      // One connection may get several answers; the first octets tell.
      const kind = answer === undefined ? "hanging" : /^HTTP\/1\.[01] (500|[1-5])/.exec(answer)?.[1] ?? "other";
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, attacker));
  return kinds;
}

/** Sends octets and FIN; returns the beginning of what comes, or `undefined` when the server does not end. */
async function asked(port: number, octets: Uint8Array): Promise<string | undefined> {
  const member = new Member(await Deno.connect({ hostname: "127.0.0.1", port }));
  const reading = member.read();
  try {
    return await deadline(
      (async () => {
        await member.send(octets as Uint8Array<ArrayBuffer>);
        await member.conn.closeWrite().catch(() => {/* it has left */});
        await reading;
        return member.text;
      })(),
      ANSWER_MS,
    );
  } catch {
    return undefined;
  } finally {
    try {
      member.conn.close();
    } catch { /* it is closed */ }
    await reading;
  }
}
