import { assertEquals } from "@std/assert";
import { octetsOf } from "./cases/play.ts";
import {
  DIGIT,
  equalsIgnoringCase,
  FIELD_VALUE,
  HEX_DIGIT,
  IP_LITERAL,
  isHost,
  latin1,
  OCTET,
  REG_NAME,
  TARGET,
  TOKEN,
} from "./grammar.ts";

const isHostText = (text: string) => isHost(octetsOf(text), 0, text.length);

/** Each class once more, from its ABNF, as a regular expression. */
for (
  const [name, bit, form] of [
    ["TOKEN (RFC 9110 5.6.2)", TOKEN, /[!#$%&'*+\-.^_`|~0-9A-Za-z]/],
    ["TARGET (RFC 9112 3.2)", TARGET, /[!$-;=?-~]/],
    ["FIELD_VALUE (RFC 9110 5.5)", FIELD_VALUE, /[\t \x21-\x7e\x80-\xff]/],
    ["REG_NAME (RFC 3986 3.2.2)", REG_NAME, /[0-9A-Za-z\-._~%!$&'()*+,;=]/],
    ["DIGIT (RFC 5234 B.1)", DIGIT, /[0-9]/],
    ["HEX_DIGIT (RFC 5234 B.1)", HEX_DIGIT, /[0-9A-Fa-f]/],
    ["IP_LITERAL (RFC 3986 3.2.2)", IP_LITERAL, /[0-9A-Za-z\-._~!$&'()*+,;=:]/],
  ] as const
) {
  Deno.test(`OCTET has the octets of ${name}, and no others`, () => {
    for (let octet = 0; octet < 256; octet++) {
      const isIn = (OCTET[octet] & bit) !== 0;
      assertEquals(isIn, form.test(String.fromCharCode(octet)), `0x${octet.toString(16)}`);
    }
  });
}

Deno.test("latin1 gives one character for each octet, however many there are", () => {
  const octets = Uint8Array.from({ length: 256 }, (_, i) => i);
  const all = Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
  assertEquals(latin1(octets, 0, 256), all);
  assertEquals([latin1(octets, 65, 68), latin1(octets, 65, 65)], ["ABC", ""]);
  for (const length of [4_095, 4_096, 4_097, 20_000]) {
    assertEquals(latin1(new Uint8Array(length).fill(0xe9), 0, length) === "\xe9".repeat(length), true);
  }
});

Deno.test("equalsIgnoringCase folds ASCII letters, and nothing else", () => {
  const equals = (text: string, lowerCase: string) =>
    equalsIgnoringCase(octetsOf(`>${text}<`), 1, text.length + 1, lowerCase);
  for (const text of ["chunked", "CHUNKED", "ChUnKeD"]) assertEquals(equals(text, "chunked"), true, text);
  for (const text of ["chunke", "chunkedd", "", " chunked", "chun\xebed", "\x03hunked", "chunke\x44\x00"]) {
    assertEquals(equals(text, "chunked"), false, text);
  }
  // Setting one bit would make these equal.
  assertEquals([equals("\x00", " "), equals("[", "{"), equals("@", "`"), equals("\x0d", "-")], [
    false,
    false,
    false,
    false,
  ]);
});

const VALID = {
  "a registered name": [
    "a",
    "a.example",
    "A.EXAMPLE",
    "xn--bcher-kva.example",
    "a_b",
    "a.",
    "a-",
    "~",
    "!$&'()*+,;=",
    "%41",
    "a%2Fb",
  ],
  "an IPv4 address": ["127.0.0.1", "999.1.1.1", "1"],
  "an IPv6 address": [
    "[::]",
    "[::1]",
    "[1::]",
    "[1:2:3:4:5:6:7:8]",
    "[1:2:3:4:5:6:7::]",
    "[::2:3:4:5:6:7:8]",
    "[1::3:4:5:6:7:8]",
    "[2001:DB8::dead:BEEF]",
    "[0001:0:0:0:0:0:0:0]",
    "[::192.0.2.1]",
    "[::ffff:192.0.2.1]",
    "[1:2:3:4:5:6:192.0.2.1]",
    "[1::192.0.2.1]",
    "[1:2:3:4:5::192.0.2.1]",
  ],
  "a future address": ["[v1.a]", "[vF.a:b]", "[VA0.~!$&'()*+,;=:]"],
  "a port": ["a:", "a:0", "a:80", "a:65535", "a:00080", "[::1]:", "[::1]:8080", "127.0.0.1:80"],
};

for (const [what, hosts] of Object.entries(VALID)) {
  Deno.test(`isHost takes ${what} (RFC 9110 7.2)`, () => {
    for (const host of hosts) assertEquals(isHostText(host), true, host);
  });
}

const INVALID = {
  "nothing": [""],
  "user information": ["u@a", "u:p@a", "@a", "a@"],
  "a bad port": [
    "a:80x",
    "a:x",
    "a:65536",
    "a:99999",
    "a:000080",
    "a:-1",
    "a:+1",
    "a: 80",
    "a:80:",
    "a::80",
    ":80",
    ":",
    "a:8 0",
    "a:0x50",
    "[::1]:x",
    "[::1]80",
    "[::1]:65536",
  ],
  "broken brackets": ["[", "[]", "]", "[::1", "::1]", "::1", "[[::1]]", "[::1]]", "a[::1]", "[::1]a", "[]:80"],
  "a malformed IPv6 address": [
    "[:]",
    "[:::]",
    "[::1::]",
    "[1::2::3]",
    "[1]",
    "[1:2:3:4:5:6:7]",
    "[1:2:3:4:5:6:7:8:9]",
    "[1:2:3:4:5:6:7:8::]",
    "[::1:2:3:4:5:6:7:8]",
    "[1:2:3:4::5:6:7:8]",
    "[:1:2:3:4:5:6:7]",
    "[1:2:3:4:5:6:7:]",
    "[12345::]",
    "[g::]",
    "[::1.2.3]",
    "[::1.2.3.4.5]",
    "[::256.1.1.1]",
    "[::01.1.1.1]",
    "[::1.2.3.4:5]",
    "[1.2.3.4::]",
    "[1.2.3.4]",
    "[1:2:3:4:5:6:7:1.2.3.4]",
    "[1:2:3:4:5:6::1.2.3.4]",
    "[::.1.1.1]",
    "[fe80::1%25eth0]",
    "[fe80::1%eth0]",
    "[ ::1]",
    "[::1 ]",
  ],
  "a malformed future address": ["[v.a]", "[v1]", "[v1.]", "[vg.a]", "[1.a]", "[v1.a%41]"],
  "a malformed name": [
    "a b",
    " a",
    "a ",
    "a/b",
    "a?b",
    "a#b",
    "a\\b",
    'a"b',
    "a<b",
    "a|b",
    "a^b",
    "a`b",
    "a{b",
    "\xe9",
    "a\tb",
    "a\x00",
    "a\x7f",
    "a\r",
    "http://a",
  ],
  "a broken percent-encoding": ["%", "%4", "a%", "%zz", "%4z", "%z4", "%%41", "a%4:80"],
};

for (const [what, hosts] of Object.entries(INVALID)) {
  Deno.test(`isHost refuses ${what} (RFC 9110 7.2)`, () => {
    for (const host of hosts) assertEquals(isHostText(host), false, host);
  });
}

Deno.test("isHost looks at no octet outside of its range", () => {
  const octets = octetsOf("x[::1]:80x%41%4");
  assertEquals(isHost(octets, 1, 9), true);
  assertEquals([isHost(octets, 1, 10), isHost(octets, 1, 5), isHost(octets, 0, 9)], [false, false, false]);
  assertEquals([isHost(octets, 10, 13), isHost(octets, 10, 12), isHost(octets, 3, 3)], [true, false, false]);
});
