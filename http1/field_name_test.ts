import { assert, assertEquals } from "@std/assert";
import { octetsOf } from "./cases/play.ts";
import { fieldIdNamed, fieldIdOf, SINGLETONS } from "./field_name.ts";
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
