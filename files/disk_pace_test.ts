import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DiskPace } from "./disk_pace.ts";

/** A pace of 5 ms, and what is asked of it takes so long. */
function pace(): { it: DiskPace; ask(ms: number): string | undefined; pass(ms: number): void } {
  let nowMs = 0;
  const it = new DiskPace(() => nowMs, 5);
  return { it, ask: (ms) => it.atOnce(() => (nowMs += ms) >= 0 ? "answer" : ""), pass: (ms) => void (nowMs += ms) };
}

Deno.test("DiskPace asks at once as long as answers are quick, and nothing for 5 s after six slow ones", () => {
  const { it, ask, pass } = pace();
  for (let i = 0; i < 100; i++) assertEquals(ask(5), "answer");
  assertEquals([6, 0, 6, 0, 6, 6, 6, 6].map(ask), Array(8).fill("answer"));
  assertEquals([it.isQuick, ask(0)], [false, undefined]);
  pass(4_999);
  assertEquals([it.isQuick, ask(0)], [false, undefined]);
  pass(1);
  assertEquals([it.isQuick, ask(0)], [true, "answer"]);
});

Deno.test("DiskPace forgives a slow answer for sixteen quick ones", () => {
  const { it, ask } = pace();
  for (let i = 0; i < 3_000; i++) assertEquals(ask(i % 17 === 0 ? 6 : 0), "answer");
  for (let i = 0; it.isQuick && i < 1_000; i++) ask(i % 15 === 0 ? 6 : 0);
  assertEquals(it.isQuick, false);
});

Deno.test("DiskPace judges a question that throws, too, and passes its error on", () => {
  const { it, pass } = pace();
  const fail = () => {
    pass(6);
    throw new Deno.errors.NotFound("gone");
  };
  for (let i = 0; i < 5; i++) assertThrows(() => it.atOnce(fail), Deno.errors.NotFound);
  assertEquals(it.isQuick, true);
  assertThrows(() => it.atOnce(fail), Deno.errors.NotFound);
  assertEquals(it.isQuick, false);
});

Deno.test("DiskPace.ask goes through the thread pool only where answers are slow", async () => {
  const { it, ask } = pace();
  const kind = () => it.ask(() => "now", () => Promise.resolve("later"));
  assertEquals(await kind(), "now");
  await assertRejects(() =>
    it.ask(() => Promise.reject(new Error("as asked")) as never, () => Promise.resolve("later"))
  );
  for (let i = 0; i < 6; i++) ask(6);
  assertEquals(await kind(), "later");
});

Deno.test("DiskPace owes nothing for many quick answers, and begins anew after a slow time", () => {
  const { it, ask, pass } = pace();
  const judged = () => {
    ask(6);
    for (let i = 0; i < 40; i++) ask(0);
    const after: boolean[] = [];
    for (let i = 0; i < 6; i++) {
      ask(6);
      after.push(it.isQuick);
    }
    return after;
  };
  assertEquals(judged(), [true, true, true, true, true, false]);
  pass(5_000);
  const after = [6, 6, 6, 6, 6].map((ms) => {
    ask(ms);
    return it.isQuick;
  });
  assertEquals(after, Array(5).fill(true));
});

Deno.test("DiskPace counts an answer twice that took four times as long as a quick one", () => {
  const { it, ask } = pace();
  assertEquals([20, 20, 19].map(ask), Array(3).fill("answer"));
  assertEquals(it.isQuick, true);
  ask(6);
  assertEquals(it.isQuick, false);
});

Deno.test("DiskPace asks no more at once after a single answer that took 25 ms", () => {
  for (const [ms, isQuick] of [[24, true], [25, false]] as const) {
    const { it, ask } = pace();
    assertEquals([ask(ms), it.isQuick], ["answer", isQuick]);
  }
});
