/** A soak of half a minute; `deno task soak` takes ten. */
import { assertEquals } from "@std/assert";
import { mayRunPrograms, startProgram } from "../tests/program.ts";
import { problemsOf, soak } from "./soak.ts";

Deno.test({
  name: "A mixed load with visitors that leave: memory and descriptors stay flat",
  ignore: !mayRunPrograms || Deno.build.os !== "linux",
  fn: async () => {
    // Half a minute's log may be longer than 512 MiB.
    await using program = await startProgram(["--log=json", "--admin=127.0.0.1:0"], { forgetsOutput: true });
    const result = await soak(program.port, program.child.pid, 30);
    const { visits, residentBytes: [first, second], descriptors } = result;
    const mega = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
    console.log(
      `${visits} visits; resident ${mega(first)}, then ${mega(second)}; descriptors ${descriptors.join(", then ")}`,
    );
    assertEquals(problemsOf(result), []);
    assertEquals((await program.end()).code, 0);
  },
});

Deno.test("problemsOf a soak tells of visitors who were not served, of memory and of descriptors", () => {
  const good = { visits: 9, failures: 0, residentBytes: [100e6, 119e6], descriptors: [25, 25] } as const;
  assertEquals(problemsOf(good), []);
  assertEquals(problemsOf({ ...good, failures: 2 }), ["2 visitors who behaved were not served"]);
  assertEquals(problemsOf({ ...good, residentBytes: [100e6, 120e6] }), ["memory grew by 20 MB"]);
  assertEquals(problemsOf({ ...good, descriptors: [25, 26] }), ["descriptors that stay open: 1"]);
});
