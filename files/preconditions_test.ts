import { assertEquals } from "@std/assert";
import { FIELD, type FieldId } from "../http1/message.ts";
import { checkPreconditions, type ConditionalRequest, hasPreconditions, isRangeWanted } from "./preconditions.ts";

const MODIFIED = Date.UTC(2024, 0, 2, 3, 4, 5, 678);
const SAME = "Tue, 02 Jan 2024 03:04:05 GMT";
const BEFORE = "Tue, 02 Jan 2024 03:04:04 GMT";
const AFTER = "Tue, 02 Jan 2024 03:04:06 GMT";

function requestWith(fields: Record<string, string>): ConditionalRequest {
  const byId = new Map(
    Object.entries(fields).map(([name, value]) => [FIELD[name as keyof typeof FIELD] as FieldId, value]),
  );
  return { has: (id) => byId.has(id), field: (id) => byId.get(id as FieldId) };
}

type Row = [fields: Record<string, string>, strong: number | "go on", weak?: number | "go on"];

/** The verdict for the tag `"a"`, and for the tag `W/"a"` where it differs. */
const TABLE: Row[] = [
  [{}, "go on"],
  // 1. If-Match compares strongly.
  [{ "if-match": '"a"' }, "go on", 412],
  [{ "if-match": 'W/"a"' }, 412],
  [{ "if-match": '"b"' }, 412],
  [{ "if-match": '"b", "a"' }, "go on", 412],
  [{ "if-match": "*" }, "go on"],
  [{ "if-match": "" }, 412],
  [{ "if-match": "a" }, 412],
  [{ "if-match": '"a' }, 412],
  // 1. Else If-Unmodified-Since.
  [{ "if-unmodified-since": SAME }, "go on"],
  [{ "if-unmodified-since": AFTER }, "go on"],
  [{ "if-unmodified-since": BEFORE }, 412],
  [{ "if-unmodified-since": "rubbish" }, "go on"],
  [{ "if-unmodified-since": "Tuesday, 02-Jan-24 03:04:04 GMT" }, 412],
  [{ "if-unmodified-since": "Tue Jan  2 03:04:04 2024" }, 412],
  [{ "if-match": '"a"', "if-unmodified-since": BEFORE }, "go on", 412],
  // 2. If-None-Match compares weakly.
  [{ "if-none-match": '"a"' }, 304],
  [{ "if-none-match": 'W/"a"' }, 304],
  [{ "if-none-match": '"b"' }, "go on"],
  [{ "if-none-match": '"b", W/"c", "a"' }, 304],
  [{ "if-none-match": '"b","a"' }, 304],
  [{ "if-none-match": ', ,"a",' }, 304],
  [{ "if-none-match": '"b,"a"' }, "go on"],
  [{ "if-none-match": '"b,c", "a"' }, 304],
  [{ "if-none-match": '"a-br"' }, "go on"],
  [{ "if-none-match": '"A"' }, "go on"],
  [{ "if-none-match": 'w/"a"' }, "go on"],
  [{ "if-none-match": "*" }, 304],
  [{ "if-none-match": "a" }, "go on"],
  [{ "if-none-match": "" }, "go on"],
  // 2. Else If-Modified-Since.
  [{ "if-modified-since": SAME }, 304],
  [{ "if-modified-since": AFTER }, 304],
  [{ "if-modified-since": BEFORE }, "go on"],
  [{ "if-modified-since": "Tuesday, 02-Jan-24 03:04:05 GMT" }, 304],
  [{ "if-modified-since": "Tue Jan  2 03:04:05 2024" }, 304],
  [{ "if-modified-since": "0" }, "go on"],
  [{ "if-modified-since": `${SAME}, ${SAME}` }, "go on"],
  [{ "if-none-match": '"b"', "if-modified-since": SAME }, "go on"],
  [{ "if-none-match": '"a"', "if-modified-since": BEFORE }, 304],
  // The order: the first step wins over the second.
  [{ "if-match": '"b"', "if-none-match": '"a"' }, 412],
  [{ "if-match": '"a"', "if-none-match": '"a"' }, 304, 412],
  [{ "if-unmodified-since": BEFORE, "if-none-match": '"a"' }, 412],
  [{ "if-unmodified-since": SAME, "if-none-match": '"a"' }, 304],
  [{ "if-unmodified-since": SAME, "if-modified-since": SAME }, 304],
  [{ "if-match": '"a"', "if-modified-since": SAME }, 304, 412],
  [{ range: "bytes=0-1", "if-none-match": '"a"' }, 304],
];

for (const [fields, strong, weak = strong] of TABLE) {
  Deno.test(`checkPreconditions of ${JSON.stringify(fields)} is ${strong} (RFC 9110 13.2.2)`, () => {
    const request = requestWith(fields);
    const check = (etag: string) => checkPreconditions(request, { etag, lastModifiedMs: MODIFIED }, Date.now);
    assertEquals(check('"a"'), strong);
    assertEquals(check('W/"a"'), weak);
    if (strong !== "go on") assertEquals(hasPreconditions(request), true);
  });
}

Deno.test("checkPreconditions has no date to compare where the last modification is not known", () => {
  const request = requestWith({ "if-modified-since": AFTER, "if-unmodified-since": BEFORE });
  assertEquals(checkPreconditions(request, { etag: '"a"', lastModifiedMs: undefined }, Date.now), "go on");
});

Deno.test("hasPreconditions is a question of four fields", () => {
  assertEquals(hasPreconditions(requestWith({ range: "bytes=0-1", "if-range": '"a"', accept: "*/*" })), false);
});

Deno.test("isRangeWanted counts the same strong tag only, and no date (RFC 9110 13.1.5)", () => {
  for (
    const [ifRange, etag, expected] of [
      [undefined, '"a"', true],
      [undefined, 'W/"a"', true],
      ['"a"', '"a"', true],
      ['"b"', '"a"', false],
      ['W/"a"', 'W/"a"', false],
      ['W/"a"', '"a"', false],
      ['"a"', 'W/"a"', false],
      ['"a", "b"', '"a"', false],
      ["*", '"a"', false],
      [SAME, '"a"', false],
    ] as const
  ) assertEquals(isRangeWanted(ifRange, etag), expected, `${ifRange} for ${etag}`);
});
