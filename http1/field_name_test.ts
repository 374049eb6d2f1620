import { assert, assertEquals } from "@std/assert";
import { octetsOf } from "./cases/play.ts";
import { fieldIdNamed, fieldIdOf, malformedName, SINGLETONS } from "./field_name.ts";
import { OCTET, TOKEN } from "./grammar.ts";
import { FIELD } from "./message.ts";

const idOf = (name: string) => fieldIdOf(octetsOf(`>${name}<`), 1, name.length + 1);

Deno.test("fieldIdOf knows the names of FIELD in any case of letters, and no others", () => {
  for (const [name, id] of Object.entries(FIELD)) {
    const mixed = name.replace(/[a-z]/g, (letter, at) => at % 2 === 0 ? letter.toUpperCase() : letter);
    assertEquals([idOf(name), idOf(name.toUpperCase()), idOf(mixed)], [id, id, id], name);
    for (const other of [`${name}x`, name.slice(1), name.slice(0, -1), `x${name.slice(1)}`, `${name.slice(0, -1)}~`]) {
      if (!(other in FIELD)) assertEquals(idOf(other), -1, other);
    }
    // One bit off a letter is a letter of the other case; of a hyphen it is no octet of a token.
    if (name.includes("-")) assertEquals(idOf(name.replace("-", "_")), -1);
  }
  for (const name of ["__proto__", "constructor", "x", "accept-ranges", "content-lengt\xe8"]) {
    assertEquals(idOf(name), -1, name);
  }
});

Deno.test("FIELD has one bit for each field", () => {
  const ids = Object.values(FIELD);
  assertEquals(new Set(ids).size, ids.length);
  assert(ids.every((id) => id >= 0 && id < 31));
  for (const name of ["host", "content-length", "transfer-encoding", "range"] as const) {
    assert((SINGLETONS & 1 << FIELD[name]) !== 0, name);
  }
  for (const name of ["connection", "accept", "if-none-match", "x-forwarded-for", "expect"] as const) {
    assertEquals(SINGLETONS & 1 << FIELD[name], 0, name);
  }
});

Deno.test("fieldIdNamed knows the same names, in lower case", () => {
  for (const [name, id] of Object.entries(FIELD)) assertEquals(fieldIdNamed(name), id);
  for (const name of ["Host", "__proto__", ""]) assertEquals(fieldIdNamed(name), undefined);
});

Deno.test("fieldIdOf looks at the first octet, too, whatever bucket it falls into", () => {
  for (const name of Object.keys(FIELD)) {
    for (let octet = 0; octet < 256; octet++) {
      const first = String.fromCharCode(octet), other = first + name.slice(1);
      if ((OCTET[octet] & TOKEN) !== 0 && first.toLowerCase() !== name[0]) assertEquals(idOf(other), -1, other);
    }
  }
});

Deno.test("malformedName tells a folded line from white space before the colon, and both from the rest", () => {
  for (const blank of [" ", "\t"]) {
    const octet = blank.charCodeAt(0), folded = malformedName(octet, true), before = malformedName(octet, false);
    assertEquals([folded.status, folded.rule, folded.message], [400, "RFC 9112 5.2", "Line folding is obsolete"]);
    assertEquals([before.status, before.rule, before.message], [400, "RFC 9112 5.1", "White space before the colon"]);
  }
  for (const isFirst of [true, false]) {
    const { status, rule, message } = malformedName("(".charCodeAt(0), isFirst);
    assertEquals([status, rule, message], [400, "RFC 9112 5.1", "Field name is malformed"]);
  }
});
