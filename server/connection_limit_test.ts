/** How many connections one address may have. */
import { assertEquals } from "@std/assert";
import { MemorySocket } from "./testing/memory_socket.ts";
import { errorOctets, get, page, pageOctets, TestServer, turn } from "./testing/test_server.ts";

const REFUSED = errorOctets(503, "Too many connections from one address (RFC 9110 15.6.4)");

Deno.test("serveConnection answers 503 beyond connectionsPerAddressMax, and others as ever", async () => {
  const server = new TestServer(() => page("a"), { connectionsPerAddressMax: 2 });
  const [first, second, third] = [1, 2, 3].map(() => server.connect());
  const other = server.connect(new MemorySocket("192.0.2.2"));
  await turn();
  assertEquals([first.written, second.written, third.written, other.written], ["", "", REFUSED, ""]);
  assertEquals(third.isWriteClosed, true);
  third.end();
  await turn();
  assertEquals(third.isClosed, true);
  other.send(get("/"));
  first.end();
  await turn();
  assertEquals(other.written, pageOctets("a"));
  const fourth = server.connect();
  fourth.send(get("/"));
  await turn();
  assertEquals(fourth.written, pageOctets("a"), "There is room again");
  for (const socket of [second, fourth, other]) socket.end();
  await server.assertOver(first, second, third, fourth, other);
});

Deno.test("serveConnection does not count loopback", async () => {
  const server = new TestServer(() => page("a"), { connectionsPerAddressMax: 1 });
  const sockets = ["127.0.0.1", "127.0.0.1", "::1", "::1"].map((host) => server.connect(new MemorySocket(host)));
  for (const socket of sockets) socket.send(get("/"));
  await turn();
  assertEquals(sockets.map(({ written }) => written), sockets.map(() => pageOctets("a")));
  for (const socket of sockets) socket.end();
  await server.assertOver(...sockets);
});

Deno.test("serveConnection does not count the connections of a trusted proxy, which has those of many", async () => {
  const server = new TestServer(() => page("a"), { connectionsPerAddressMax: 1 });
  server.isProxy = (address) => address === "10.0.0.1";
  const [proxy, other] = ["10.0.0.1", "10.0.0.2"].map((address) =>
    Array.from({ length: 3 }, () => server.connect(new MemorySocket(address)))
  );
  for (const socket of proxy) socket.send(get("/"));
  await turn();
  assertEquals(proxy.map(({ written }) => written), proxy.map(() => pageOctets("a")));
  assertEquals(other.map(({ written }) => written), ["", REFUSED, REFUSED]);
  for (const socket of [...proxy, ...other]) socket.end();
  await server.assertOver(...proxy, ...other);
});

Deno.test("serveConnection closes without a word when many of an address are refused already", async () => {
  const server = new TestServer(() => page("a"), { connectionsPerAddressMax: 1 });
  const sockets = Array.from({ length: 70 }, () => server.connect());
  await turn();
  assertEquals(sockets.filter(({ written }) => written === REFUSED).length, 64);
  assertEquals(sockets.filter(({ isClosed }) => isClosed).length, 5);
  for (const socket of sockets) if (!socket.isClosed) socket.end();
  await server.assertOver(...sockets);
});
