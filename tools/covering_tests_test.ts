import { assertEquals } from "@std/assert";
import { covering, NAMED_TESTS } from "./covering_tests.ts";

Deno.test("covering puts a source's own tests before the others that lead to it", () => {
  const leads = new Map([["http1/a.ts", []]]), not = new Map([["http1/b.ts", []]]);
  const tests = new Map([["http1/z_test.ts", leads], ["http1/a_test.ts", leads], ["http1/b_test.ts", not]]);
  assertEquals(covering("http1/a.ts", tests), { own: ["http1/a_test.ts"], others: ["http1/z_test.ts"] });
});

const canRead = (await Deno.permissions.query({ name: "read" })).state === "granted";

Deno.test({
  name: "covering names no test that is not there",
  ignore: !canRead,
  async fn() {
    for (const name of NAMED_TESTS) await Deno.stat(new URL(`../${name}`, import.meta.url));
  },
});
