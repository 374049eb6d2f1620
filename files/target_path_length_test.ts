import { assertEquals } from "@std/assert";
import { targetPath } from "./target_path.ts";

/** A path of so many characters, whose names are as long as `name`. */
function path(length: number, name: string): string {
  return `/${name}`.repeat(Math.ceil(length / (name.length + 1))).slice(0, length);
}

Deno.test("targetPath takes a path of 4,096 characters, and none that is longer", () => {
  for (const name of ["x".repeat(99), `%61${"x".repeat(96)}`]) {
    assertEquals([typeof targetPath(path(4_096, name)), targetPath(path(4_097, name))], ["string", 404]);
  }
});

Deno.test("targetPath takes a name of 255 characters, and none that is longer, where it has to be looked at", () => {
  const name = (length: number) => `/%61${"x".repeat(length - 1)}`;
  assertEquals([targetPath(name(255))].map((it) => typeof it === "string" && it.length), [255]);
  assertEquals(targetPath(name(256)), 404);
});
