import { assertEquals } from "@std/assert";
import { countedAddress, peerOf, type Socket } from "./socket.ts";

const tcp = (hostname: string): Deno.NetAddr => ({ transport: "tcp", hostname, port: 1 });

Deno.test("countedAddress counts every address but loopback, unix sockets and proxies", () => {
  for (const address of ["192.0.2.1", "2001:db8::1", "128.0.0.1", "12.7.0.1", "::ffff:192.0.2.1", "::127.0.0.1"]) {
    assertEquals(countedAddress(tcp(address)), address);
  }
  for (const address of ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"]) {
    assertEquals(countedAddress(tcp(address)), undefined, address);
  }
  assertEquals(countedAddress({ transport: "unix", path: "/run/siesta" }), undefined);
  const isProxy = (address: string) => address === "192.0.2.1";
  assertEquals(countedAddress(tcp("192.0.2.1"), isProxy), undefined);
  assertEquals(countedAddress(tcp("192.0.2.2"), isProxy), "192.0.2.2");
});

Deno.test("peerOf says who is at the other end, and whether the connection is encrypted", () => {
  const socket = (remoteAddr: Deno.Addr, isTls = false) =>
    ({ remoteAddr, ...(isTls ? { handshake: () => Promise.resolve() } : {}) }) as Socket;
  assertEquals(peerOf(socket(tcp("192.0.2.1"))), { address: "192.0.2.1", port: 1, secure: false });
  assertEquals(peerOf(socket(tcp("::1"), true)).secure, true);
  assertEquals(peerOf(socket({ transport: "unix", path: "/run/a" })).address, "/run/a");
  const nameless = { transport: "unix", path: null } as unknown as Deno.Addr;
  assertEquals(peerOf(socket(nameless)), { address: "", port: 0, secure: false });
});
