import { assertEquals, assertThrows } from "@std/assert";
import { assertParses, limitMutantsOf, mutantsOf, mutated } from "./mutants.ts";

const all = (source: string) => mutantsOf(source).map((mutant) => mutated(source, mutant));

Deno.test("mutantsOf flips comparisons, their bounds, arithmetic and logic, one at a time", () => {
  assertEquals(all("a < b"), ["a <= b", "a >= b"]);
  assertEquals(all("(a + b) !== c"), ["(a - b) !== c", "(a + b) === c"]);
  assertEquals(all("a && b"), ["((a) || (b))"]);
  assertEquals(all("x = a ?? b"), ["x = ((a) && (b))"]);
  assertEquals(all("i++; j += k; k |= 2"), [
    "i--; j += k; k |= 2",
    "i++; j -= k; k |= 2",
    "i++; j += k; k &= 2",
    "i++; j += k; k |= 3",
  ]);
  assertEquals(all("!a"), ["(a)"]);
  assertEquals(all("x = true"), ["x = false"]);
});

Deno.test("mutantsOf changes conditions, returns and throws", () => {
  assertEquals(all("if (a) b()"), ["if (!(a)) b()"]);
  assertEquals(all("function f() { return g(); }"), ["function f() { return undefined; }"]);
  assertEquals(all("function f() { if (a < b) return; c(); }").at(-1), "function f() { if (a < b) ; c(); }");
  assertEquals(all("function f() { throw e; }"), ["function f() { ; }"]);
  assertEquals(all("x = () => g()"), ["x = () => undefined"]);
  assertEquals(all("function f() { return a === b; }"), ["function f() { return a !== b; }"]);
});

Deno.test("mutantsOf leaves types, imports, texts, names and comments alone", () => {
  assertEquals(all('import a from "1"; /* a < b */ type A = 1 | 2; interface B { c: true }'), []);
  assertEquals(all("x = `a` + b; y = { 1: z }; let w: 0 | 1; enum E { A }"), []);
  assertEquals(all("x = y as 1"), []);
});

Deno.test("mutantsOf says where and what", () => {
  assertEquals(mutantsOf("a;\nif (b &&\n  c < d) e();").map(({ line, change }) => [line, change]), [
    [2, "`b && c < d`: `&&` to `||`"],
    [3, "`c < d`: `<` to `<=`"],
    [3, "`c < d`: `<` to `>=`"],
  ]);
});

Deno.test("limitMutantsOf takes each limit away where it is used or set", () => {
  const source = `const A_MAX = 2, OTHER = 3, PAUSE_MS = { first: 1 };
class A { #limits; f({ sizeMax = 4, other = 5 }) { return a > this.#limits.headBytesMax || limits.other || idleMs; } }`;
  const found = limitMutantsOf(source, ["headBytesMax", "idleMs"]);
  assertEquals(found.map(({ change }) => change), [
    ...["A_MAX is missing", "PAUSE_MS.first is missing", "sizeMax is missing", "headBytesMax is missing"],
  ]);
  assertEquals(limitMutantsOf("x = options.sizeMax ?? 5 + (options.size ?? 6)", []).length, 0);
  assertEquals(limitMutantsOf("x = options.sizeMax ?? 5", []).map(({ change }) => change), ["sizeMax is missing"]);
  const unpacked = "const { idleMs, other } = server.limits;";
  assertEquals(limitMutantsOf(unpacked, ["idleMs"]).map((it) => mutated(unpacked, it)), [
    "const { idleMs, other } = ({ ...server.limits, idleMs: 2_147_483_647 });",
  ]);
  assertEquals(mutated("a > limits.idleMs", limitMutantsOf("a > limits.idleMs", ["idleMs"])[0]), "a > 2_147_483_647");
});

Deno.test("assertParses refuses what is no TypeScript", () => {
  assertParses("const a: number = 1;");
  assertThrows(() => assertParses("const a = ;"));
});
