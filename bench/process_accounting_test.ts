import { assertEquals, assertThrows } from "@std/assert";
import { descendants, parseProcessStat, parseStatusBytes } from "./process_accounting.ts";

Deno.test("parseProcessStat takes utime and stime, and not those of waited-for children", () => {
  const text = "4711 (deno) S 42 4711 4711 0 -1 4194304 9 8 0 0 130 25 777 888 20 0 7 0 128679 3133440 396";
  assertEquals(parseProcessStat(text), { pid: 4711, parentPid: 42, cpuTicks: 155 });
});

Deno.test("parseProcessStat is not misled by the program's name", () => {
  const text = "7 (a b) S 1 (c)) R 42 7 7 0 -1 4194304 9 8 0 0 3 4 0 0 20 0 7 0 1 1 1";
  assertEquals(parseProcessStat(text), { pid: 7, parentPid: 42, cpuTicks: 7 });
});

Deno.test("parseProcessStat refuses other text", () => {
  assertThrows(() => parseProcessStat(""), Error);
  assertThrows(() => parseProcessStat("7 (deno) S 42 7"), Error);
});

Deno.test("parseStatusBytes finds its own line", () => {
  const text = "Name:\tdeno\nVmHWM:\t   70000 kB\nVmRSS:\t   65536 kB\nRssAnon:\t    1 kB\n";
  assertEquals(parseStatusBytes(text, "VmRSS"), 64 * 1024 * 1024);
  assertEquals(parseStatusBytes(text, "VmHWM"), 70000 * 1024);
  assertThrows(() => parseStatusBytes(text, "VmSwap"), Error, "VmSwap");
});

Deno.test("descendants finds children and grandchildren, in whatever order", () => {
  const stat = (pid: number, parentPid: number) => ({ pid, parentPid, cpuTicks: 0 });
  const stats = [stat(9, 5), stat(5, 3), stat(3, 1), stat(4, 3), stat(8, 1)];
  assertEquals(descendants(stats, 3).map(({ pid }) => pid).sort(), [3, 4, 5, 9]);
  assertEquals(descendants(stats, 6), []);
});
