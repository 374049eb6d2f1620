import { assertEquals, assertThrows } from "@std/assert";
import { demand, reasonOf, StartError } from "./start_error.ts";

Deno.test("reasonOf says in a few words why something failed, of whatever was thrown", () => {
  const { AddrInUse, AddrNotAvailable, NotFound, NotADirectory, PermissionDenied } = Deno.errors;
  assertEquals(reasonOf(new AddrInUse()), "the address is in use");
  assertEquals(reasonOf(new AddrNotAvailable()), "this machine does not have the address");
  assertEquals(reasonOf(new NotFound()), "there is no such folder");
  assertEquals(reasonOf(new NotFound(), "file"), "there is no such file");
  assertEquals(reasonOf(new NotADirectory()), "it is not a folder");
  assertEquals(reasonOf(new PermissionDenied()), "permission denied");
  assertEquals(reasonOf(new TypeError("No such name")), "No such name");
  assertEquals(reasonOf("a word"), "a word");
});

Deno.test({
  name: "demand names the flag of a permission that is lacking, and asks for none",
  permissions: { net: ["127.0.0.1"] },
  fn: () => {
    demand({ name: "net", host: "127.0.0.1:80" }, "listen", "--allow-net");
    const error = assertThrows(
      () => demand({ name: "read", path: "/x" }, 'read "/x"', "--allow-read=/x"),
      StartError,
    );
    assertEquals(error.message, 'Cannot read "/x": Deno was not started with --allow-read=/x');
  },
});
