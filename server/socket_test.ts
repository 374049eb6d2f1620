import { assertEquals } from "@std/assert";
import { countedAddress } from "./socket.ts";

const tcp = (hostname: string): Deno.NetAddr => ({ transport: "tcp", hostname, port: 1 });

Deno.test("countedAddress counts every address but loopback and unix sockets", () => {
  for (const address of ["192.0.2.1", "2001:db8::1", "128.0.0.1", "12.7.0.1", "::ffff:192.0.2.1", "::127.0.0.1"]) {
    assertEquals(countedAddress(tcp(address)), address);
  }
  for (const address of ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"]) {
    assertEquals(countedAddress(tcp(address)), undefined, address);
  }
  assertEquals(countedAddress({ transport: "unix", path: "/run/siesta" }), undefined);
});
