import { assertEquals } from "@std/assert";
import { networkOf, TrustedNetworks } from "./client_address.ts";
import type { Exchange } from "./observer.ts";

const clientOf = (trusted: string[], address: string, fields: Partial<Exchange>) =>
  new TrustedNetworks(trusted).clientOf({ peer: { address, port: 1, secure: false }, ...fields } as Exchange);

Deno.test("networkOf reads addresses and networks, and nothing else", () => {
  for (const good of ["10.0.0.0/8", "192.0.2.1", "::1", "2001:db8::/32", "::ffff:192.0.2.1", "0.0.0.0/0", "::/0"]) {
    assertEquals(networkOf(good) === undefined, false, good);
  }
  for (
    const bad of [
      "",
      "10.0.0/8",
      "10.0.0.0/33",
      "256.0.0.1",
      "::1/129",
      "a.example",
      "10.0.0.0/",
      "1/2/3",
      "::1::2",
      "010.0.0.0/8",
    ]
  ) {
    assertEquals(networkOf(bad), undefined, bad);
  }
});

Deno.test("TrustedNetworks.has compares the bits of the network, IPv4 in IPv6 too", () => {
  const trusted = new TrustedNetworks(["10.1.128.0/17", "2001:db8::/33", "192.0.2.7"]);
  const all = ["10.1.128.1", "10.1.255.255", "::ffff:10.1.200.3", "2001:db8:7fff::1", "192.0.2.7"];
  for (const address of all) assertEquals(trusted.has(address), true, address);
  for (const address of ["10.1.127.255", "10.2.128.0", "2001:db8:8000::1", "192.0.2.8", "", "name"]) {
    assertEquals(trusted.has(address), false, address);
  }
});

Deno.test("clientOf believes only what trusted proxies say, from the last to the first", () => {
  const trusted = ["10.0.0.0/8", "2001:db8:1::/48"];
  for (
    const [address, fields, client] of [
      ["10.0.0.1", {}, "10.0.0.1"],
      ["10.0.0.1", { forwardedFor: "192.0.2.1" }, "192.0.2.1"],
      ["10.0.0.1", { forwardedFor: "203.0.113.9, 192.0.2.1, 10.0.0.2" }, "192.0.2.1"],
      ["10.0.0.1", { forwardedFor: "10.0.0.3,10.0.0.2" }, "10.0.0.3"],
      ["192.0.2.66", { forwardedFor: "203.0.113.9" }, "192.0.2.66"],
      ["192.0.2.66", { forwarded: "for=203.0.113.9" }, "192.0.2.66"],
      ["10.0.0.1", { forwarded: "for=192.0.2.1;proto=https, for=10.0.0.2" }, "192.0.2.1"],
      ["10.0.0.1", { forwarded: 'for="[2001:db8::5]:8080"' }, "2001:db8::5"],
      ["10.0.0.1", { forwarded: "FOR=192.0.2.1:99", forwardedFor: "203.0.113.9, 192.0.2.1" }, "192.0.2.1"],
      // A client's own Forwarded came through a proxy that writes X-Forwarded-For, or the other way round.
      ["10.0.0.1", { forwarded: "for=203.0.113.9", forwardedFor: "192.0.2.1" }, "10.0.0.1"],
      ["10.0.0.1", { forwarded: "for=unknown", forwardedFor: "192.0.2.1" }, "10.0.0.1"],
      ["10.0.0.1", { forwarded: 'for="_hidden, for=203.0.113.9, for=192.0.2.1' }, "192.0.2.1"],
      // A proxy tells on what a client has made up: its Host, in quotes.
      ["10.0.0.1", { forwarded: 'proto=http;host="a,for=203.0.113.9;x";for=192.0.2.1' }, "192.0.2.1"],
      ["10.0.0.1", { forwarded: 'host="a;for=203.0.113.9";for=192.0.2.1' }, "192.0.2.1"],
      ["10.0.0.1", { forwarded: 'host="a\\",for=203.0.113.9";for=192.0.2.1' }, "192.0.2.1"],
      ["10.0.0.1", { forwarded: 'by=", for=192.0.2.1;host="a,for=203.0.113.9;x="' }, "192.0.2.1"],
      ["10.0.0.1", { forwarded: "for=192.0.2.1;for=203.0.113.9" }, "10.0.0.1"],
      ["10.0.0.1", { forwarded: "for=192.0.2.1; by=10.0.0.1;;" }, "192.0.2.1"],
      ["10.0.0.1", { forwarded: "for = 192.0.2.1" }, "10.0.0.1"],
      // A client is the same however it is written.
      ["10.0.0.1", { forwardedFor: "2001:DB8:0:0::0005" }, "2001:db8::5"],
      ["10.0.0.1", { forwardedFor: "::ffff:c000:201" }, "192.0.2.1"],
      ["10.0.0.1", { forwardedFor: "192.0.2.01" }, "10.0.0.1"],
      ["::ffff:a00:1", { forwardedFor: "192.0.2.1" }, "192.0.2.1"],
      ["10.0.0.1", { forwardedFor: "203.0.113.9, , 10.0.0.2" }, "10.0.0.2"],
      ["10.0.0.1", { forwardedFor: "192.0.2.1\n203.0.113.9" }, "10.0.0.1"],
      ["10.0.0.1", { forwardedFor: "" }, "10.0.0.1"],
      ["::ffff:10.0.0.1", { forwardedFor: "192.0.2.1" }, "192.0.2.1"],
      ["10.0.0.1", { forwarded: "for=unknown" }, "10.0.0.1"],
      ["10.0.0.1", { forwardedFor: "192.0.2.1, <script>" }, "10.0.0.1"],
      ["2001:db8:1::7", { forwardedFor: "192.0.2.1" }, "192.0.2.1"],
      ["", { forwardedFor: "192.0.2.1" }, "192.0.2.1"],
    ] as [string, Partial<Exchange>, string][]
  ) {
    assertEquals(clientOf(trusted, address, fields), client, JSON.stringify([address, fields]));
  }
});
