import { assertEquals } from "@std/assert";
import { gapsOf, percentages, sourcesOf, TESTS } from "./coverage.ts";

const LCOV = `SF:/home/site/http1/a.ts
FN:1,f
FNDA:0,f
BRDA:2,0,0,1
BRDA:2,0,1,0
BRDA:9,1,0,-
DA:1,3
DA:2,3
DA:3,0
DA:4,0
DA:9,0
LF:5
end_of_record
SF:/home/site/files/b.ts
DA:1,1
end_of_record
`;

Deno.test("sourcesOf reads lines and branches, percentages counts them", () => {
  const [a, b] = sourcesOf(LCOV, "/home/site/");
  assertEquals([a.name, b.name], ["http1/a.ts", "files/b.ts"]);
  assertEquals(percentages([a]), { lines: 40, branches: 100 / 3 });
  assertEquals(percentages([b]), { lines: 100, branches: 100 });
  assertEquals(percentages([a, b]).lines, 50);
});

Deno.test("gapsOf names lines that did not run, and lines of which a branch was not taken", () => {
  const [a, b] = sourcesOf(LCOV, "/home/site/");
  assertEquals(gapsOf(a), "2 (branch), 3-4, 9");
  assertEquals(gapsOf(b), "");
});

const canRead = (await Deno.permissions.query({ name: "read" })).state === "granted";

Deno.test({
  name: "TESTS names no test that is not there",
  ignore: !canRead,
  async fn() {
    for (const name of TESTS) await Deno.stat(new URL(`../${name}`, import.meta.url));
  },
});
