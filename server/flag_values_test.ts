import { assertEquals } from "@std/assert";
import { switchesWithValue, withValues } from "./flag_values.ts";

Deno.test("withValues joins a flag and what belongs to it, and leaves the rest", () => {
  for (
    const [args, whole] of [
      [["--port", "-1", "site"], ["--port=-1", "site"]],
      [["-p", "-1"], ["--port=-1"]],
      [["--port", "", "site"], ["--port=", "site"]],
      [["--host", "", "-H", ""], ["--host=", "--header="]],
      [["--port"], ["--port"]],
      [["--port", "80"], ["--port", "80"]],
      [["--host", "-p", "80"], ["--host", "-p", "80"]],
      [["--cors", "site"], ["--cors=*", "site"]],
      [["--spa", "--single=a.html"], ["--single=index.html", "--single=a.html"]],
      [["--no-cors=x"], ["--no-cors"]],
      [["--lesson", "-1"], ["--lesson", "-1"]],
      [["--", "--cors", "--no-cors=x", "--port", "-1"], ["--", "--cors", "--no-cors=x", "--port", "-1"]],
    ]
  ) assertEquals(withValues(args), whole, args.join(" "));
});

Deno.test("switchesWithValue finds switches that were given one, before --", () => {
  const args = ["--lesson=no", "--no-cors=x", "--cors=x", "--port=1", "--unknown=1", "-v=3", "-p=1", "--", "--quiet=1"];
  assertEquals(switchesWithValue(args), [
    'Cannot use "no" for --lesson: it takes no value',
    'Cannot use "x" for --no-cors: it takes no value',
    'Cannot use "3" for -v: it takes no value',
  ]);
});
