/** A soak of half a minute; `deno task soak` takes ten. */
import { assertEquals, assertLess } from "@std/assert";
import { mayRunPrograms, startProgram } from "../tests/program.ts";
import { soak } from "./soak.ts";

Deno.test({
  name: "A mixed load with visitors that leave: memory and descriptors stay flat",
  ignore: !mayRunPrograms || Deno.build.os !== "linux",
  fn: async () => {
    // Half a minute's log may be longer than 512 MiB.
    await using program = await startProgram(["--log=json", "--admin=127.0.0.1:0"], { forgetsOutput: true });
    const { visits, failures, residentBytes: [first, second], descriptors } = await soak(
      program.port,
      program.child.pid,
      30,
    );
    const mega = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
    console.log(
      `${visits} visits; resident ${mega(first)}, then ${mega(second)}; descriptors ${descriptors.join(", then ")}`,
    );
    assertEquals([failures, descriptors[1] - descriptors[0]], [0, 0]);
    assertLess(second, first + 20e6);
    assertEquals((await program.end()).code, 0);
  },
});
