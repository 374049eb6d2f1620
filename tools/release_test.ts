import { assertEquals, assertThrows } from "@std/assert";
import project from "../deno.json" with { type: "json" };
import { checksumLine, compileArgs, TARGETS } from "./release.ts";

Deno.test("compileArgs is the tested command, for another system and another name", () => {
  const tested = project.tasks.compile.command.split(" ").slice(1);
  const args = compileArgs(project.tasks.compile.command, "x86_64-pc-windows-msvc", "dist/siesta.exe");
  assertEquals(args.slice(0, 3), ["compile", "--target", "x86_64-pc-windows-msvc"]);
  assertEquals(args.slice(3), tested.slice(1).map((it) => it === "siesta" ? "dist/siesta.exe" : it));
  assertEquals(args.at(-1), "main.ts");
  assertThrows(() => compileArgs("deno run main.ts", "x", "y"));
});

Deno.test("A release has five binaries, for three systems", () => {
  assertEquals(Object.keys(TARGETS), ["x64-linux", "arm64-linux", "x64-mac", "arm64-mac", "x64-windows.exe"]);
});

Deno.test("checksumLine is a line of sha256sum", async () => {
  assertEquals(
    await checksumLine("a", new TextEncoder().encode("abc")),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\n",
  );
});
