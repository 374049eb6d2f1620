import { assertEquals, assertThrows } from "@std/assert";
import { Clock } from "./clock.ts";
import { type OpenConnection, OpenConnections } from "./open_connections.ts";
import { behindProxy, parsePrefix, type ProxyPrefix } from "./proxy_protocol.ts";
import { MemorySocket, octets } from "./testing/memory_socket.ts";
import { turn } from "./testing/test_server.ts";

const SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";
const tcp = (hostname: string, port: number): Deno.NetAddr => ({ transport: "tcp", hostname, port });

const GOOD: [string, string, Deno.NetAddr | undefined][] = [
  ["version 1, IPv4", "PROXY TCP4 192.0.2.7 198.51.100.1 50000 80\r\n", tcp("192.0.2.7", 50_000)],
  ["version 1, IPv6", "PROXY TCP6 2001:db8::7 ::1 1 65535\r\n", tcp("2001:db8::7", 1)],
  ["version 1, unknown", "PROXY UNKNOWN\r\n", undefined],
  ["version 1, unknown with more", `PROXY UNKNOWN ${"x".repeat(80)}\r\n`, undefined],
  [
    "version 2, IPv4",
    `${SIGNATURE}\x21\x11\0\x0c\xc0\0\x02\x07\xc6\x33\x64\x01\xc3\x50\0\x50`,
    tcp("192.0.2.7", 50_000),
  ],
  [
    "version 2, IPv4 with a TLV",
    `${SIGNATURE}\x21\x11\0\x10\xc0\0\x02\x07\xc6\x33\x64\x01\xc3\x50\0\x50\x04\0\x01x`,
    tcp("192.0.2.7", 50_000),
  ],
  [
    "version 2, IPv6",
    `${SIGNATURE}\x21\x21\0\x24\x20\x01\x0d\xb8${"\0".repeat(11)}\x07${"\0".repeat(16)}\x04\xd2\0\x50`,
    tcp("2001:db8::7", 1_234),
  ],
  ["version 2, the proxy itself", `${SIGNATURE}\x20\0\0\0`, undefined],
  ["version 2, the proxy itself, with what nobody reads", `${SIGNATURE}\x20\xff\0\x02ab`, undefined],
  ["version 2, unix", `${SIGNATURE}\x21\x31\0\xd8${"\0".repeat(216)}`, undefined],
  ["version 2, UDP", `${SIGNATURE}\x21\x12\0\x0c${"\0".repeat(12)}`, undefined],
  ["version 2, of no family, with a TLV", `${SIGNATURE}\x21\0\0\x05\x04\0\x02ab`, undefined],
  ["version 1, port 0", "PROXY TCP4 0.0.0.0 255.255.255.255 0 0\r\n", tcp("0.0.0.0", 0)],
  ["version 1, IPv4 in IPv6", "PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2\r\n", tcp("192.0.2.7", 1)],
  ["version 1, IPv6 at length", "PROXY TCP6 2001:DB8:0:0:0:0:0:7 ::1 1 2\r\n", tcp("2001:db8::7", 1)],
  [
    "version 2, IPv4 in IPv6",
    `${SIGNATURE}\x21\x21\0\x24${"\0".repeat(10)}\xff\xff\xc0\0\x02\x07${"\0".repeat(16)}\0\x01\0\x50`,
    tcp("192.0.2.7", 1),
  ],
];

for (const [name, text, client] of GOOD) {
  Deno.test(`parsePrefix reads ${name}, at whatever octet it is cut`, () => {
    const expected: ProxyPrefix = { length: text.length, client };
    assertEquals(parsePrefix(octets(text)), expected);
    assertEquals(parsePrefix(octets(`${text}GET / HTTP/1.1\r\n`)), expected);
    for (let length = 0; length < text.length; length++) {
      assertEquals(parsePrefix(octets(text.slice(0, length))), undefined, `${length} octets`);
    }
  });
}

for (
  const text of [
    "GET / HTTP/1.1\r\n",
    "PROXY TCP4 192.0.2.7 198.51.100.1 50000\r\n",
    "PROXY TCP4 192.0.2.256 198.51.100.1 1 2\r\n",
    "PROXY TCP4 2001:db8::7 ::1 1 2\r\n",
    "PROXY TCP6 192.0.2.7 192.0.2.8 1 2\r\n",
    "PROXY TCP4 192.0.2.7 198.51.100.1 65536 80\r\n",
    "PROXY TCP4 192.0.2.7 198.51.100.1 1 2\n",
    "PROXY TCP4  192.0.2.7 198.51.100.1 1 2\r\n",
    "proxy UNKNOWN\r\n",
    `PROXY UNKNOWN ${"x".repeat(100)}`,
    "\r\n\r\nGET",
    `${SIGNATURE}\x11\x11\0\x0c`,
    `${SIGNATURE}\x22\x11\0\x0c`,
    `${SIGNATURE}\x21\x11\xff\xff`,
    `${SIGNATURE}\x21\x11\0\x04abcd`,
    `${SIGNATURE}\x21\x31\0\x02ab`,
    `${SIGNATURE}\x21\x41\0\0`,
    `${SIGNATURE}\x21\x13\0\x0c${"\0".repeat(12)}`,
    `${SIGNATURE}\x21\x11\0\x0e${"\0".repeat(12)}\x04\0`,
    `${SIGNATURE}\x21\x11\0\x10${"\0".repeat(12)}\x04\0\x02x`,
    "PROXY TCP4 192.0.2.07 198.51.100.1 1 2\r\n",
    "PROXY TCP4 192.0.2.7 198.51.100.1 080 80\r\n",
    "PROXY TCP4 192.0.2.7 198.51.100.1 80 65536\r\n",
    "PROXY TCP4 192.0.2.7 198.51.100 80 80\r\n",
    "PROXY TCP4 192.0.2.7 198.51.100.1 80 80 \r\n",
    "PROXY TCP4 192.0.2.7 198.51.100.1 80\0 80\r\n",
    "PROXY TCP6 2001:db8::7%eth0 ::1 1 2\r\n",
    "PROXY UNKNOWN\r\r\n",
    "PROXY\r\n",
    " PROXY UNKNOWN\r\n",
  ]
) {
  Deno.test(`parsePrefix refuses ${JSON.stringify(text.slice(0, 60))}`, () => {
    assertThrows(() => parsePrefix(octets(text)), TypeError);
  });
}

function setUp(isTrusted = true, headReadMs = 1_000) {
  const clock = new Clock(), connections = new OpenConnections(clock), socket = new MemorySocket();
  clock.advance(0, 0);
  const reasons: string[] = [], refused = (_: Deno.Addr, reason: string) => void reasons.push(reason);
  const options = { clock, connections, headReadMs, isTrusted: () => isTrusted, refused };
  return { clock, connections, socket, reasons, proxied: behindProxy(socket, options) };
}

Deno.test("behindProxy gives a socket of the client, with the octets behind the prefix", async () => {
  const { socket, connections, proxied } = setUp();
  for (const octet of GOOD[0][1].slice(0, -1)) {
    socket.send(octet);
    await turn();
  }
  assertEquals(connections.size, 1);
  socket.send("\nGET");
  const client = (await proxied)!, into = new Uint8Array(2);
  assertEquals([connections.size, client.remoteAddr], [0, GOOD[0][2]!]);
  assertEquals([await client.read(into), [...into]], [2, [...octets("GE")]]);
  socket.send("X");
  assertEquals([await client.read(into), into[0]], [1, 0x54]);
  assertEquals([await client.read(into), into[0]], [1, 0x58]);
});

Deno.test("behindProxy closes a connection without a prefix, one from elsewhere, and one that is late", async () => {
  const without = setUp();
  without.socket.send("GET / HTTP/1.1\r\n");
  assertEquals(await without.proxied, undefined);
  const elsewhere = setUp(false);
  assertEquals(await elsewhere.proxied, undefined);
  const late = setUp();
  late.socket.send("PROXY");
  await turn();
  late.clock.advance(1_000, 0);
  assertEquals(await late.proxied, undefined);
  for (const { socket, connections } of [without, elsewhere, late]) {
    assertEquals([socket.isClosed, socket.written, connections.size], [true, "", 0]);
  }
});

Deno.test("behindProxy tells why it closes a connection, and not of one that said nothing and left", async () => {
  for (
    const [text, isTrusted, reason] of [
      ["GET / HTTP/1.1\r\n", true, "it does not begin with a PROXY header"],
      ["PROXY TC", true, "it does not begin with a PROXY header"],
      ["PROXY UNKNOWN\r\n", false, "it comes from none of the trusted proxies (--trust-forwarded)"],
      ["", true, undefined],
      ["PROXY UNKNOWN\r\n", true, undefined],
    ] as const
  ) {
    const { socket, proxied, reasons } = setUp(isTrusted);
    if (text !== "") socket.send(text);
    await turn();
    socket.end();
    await proxied;
    assertEquals(reasons, reason === undefined ? [] : [reason], text);
  }
  const late = setUp();
  late.clock.advance(1_000, 0);
  await late.proxied;
  assertEquals(late.reasons, ["its PROXY header does not come"]);
});

Deno.test("behindProxy waits a second for a prefix when the server stops", async () => {
  const { connections, socket, proxied } = setUp(true, 10_000);
  let isDrained = false;
  const drained = connections.drain(10_000).finally(() => isDrained = true);
  socket.send("PROXY UNKNOWN\r\n");
  assertEquals((await proxied)?.remoteAddr, socket.remoteAddr);
  const calls: string[] = [], call = (name: string) => () => void calls.push(name);
  const client = {
    deadlineMs: Infinity,
    isIdle: false,
    isSpare: false,
    onDeadline: call("late"),
    stop: call("stop"),
    giveWay() {},
    cut() {},
  };
  connections.add(client); // as serveConnection does it
  await turn();
  assertEquals([isDrained, calls], [false, ["stop"]], "The drain waits for the request behind the header");
  connections.delete(client);
  assertEquals(await drained, { finished: 1, cut: 0 });
  const silent = setUp(true, 10_000);
  silent.connections.drain(10_000);
  silent.clock.advance(999, 0);
  assertEquals(silent.socket.isClosed, false);
  silent.clock.advance(1_000, 0);
  assertEquals(await silent.proxied, undefined);
});

Deno.test("behindProxy gives a socket that writes, half-closes and closes the real one", async () => {
  const { socket, proxied } = setUp();
  socket.send(GOOD[0][1]);
  const client = (await proxied)!;
  assertEquals(await client.write(octets("answer")), 6);
  await client.closeWrite();
  client.close();
  assertEquals([socket.written, socket.calls], ["answer", ["write", "closeWrite", "close"]]);
});

Deno.test("behindProxy takes the proxy's own checks as its own, and closes at the end of a peer that said nothing", async () => {
  const check = setUp();
  check.socket.send(GOOD[7][1]);
  assertEquals((await check.proxied)?.remoteAddr, check.socket.remoteAddr);
  const silent = setUp();
  silent.socket.end();
  assertEquals([await silent.proxied, silent.socket.isClosed], [undefined, true]);
});

Deno.test("behindProxy is cut, or gives way, like a connection that says nothing yet", async () => {
  for (const end of ["cut", "giveWay", "onDeadline"] as const) {
    const clock = new Clock(), connections = new OpenConnections(clock), socket = new MemorySocket();
    clock.advance(0, 0);
    let waiting: OpenConnection | undefined;
    const add = connections.add.bind(connections);
    connections.add = (connection) => add(waiting = connection);
    const proxied = behindProxy(socket, {
      ...{ clock, connections, headReadMs: 1_000, isTrusted: () => true, refused() {} },
    });
    await turn();
    assertEquals(waiting!.isIdle, false);
    waiting![end]();
    waiting![end](); // a second time does no harm
    assertEquals([await proxied, socket.calls, connections.size], [undefined, ["close"], 0], end);
  }
});
