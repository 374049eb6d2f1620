import { assert, assertEquals } from "@std/assert";
import { isJsonWanted, listingJson, listingOrder, listingPage, readableSize, sorted } from "./dir_listing.ts";

const LISTED = [
  { name: "b10.txt", isFolder: false, sizeBytes: 5, mtimeMs: 3_000 },
  { name: "b9.txt", isFolder: false, sizeBytes: 5, mtimeMs: 1_000 },
  { name: "sub", isFolder: true, sizeBytes: 4_096, mtimeMs: 2_000 },
  { name: "a.txt", isFolder: false, sizeBytes: 9, mtimeMs: 0 },
];

Deno.test("sorted puts folders first, numbers in their order, and equals by name", () => {
  const names = (query: string) => sorted(LISTED, listingOrder(query)).map(({ name }) => name).join(" ");
  assertEquals(names(""), "sub a.txt b9.txt b10.txt");
  assertEquals(names("sort=name&order=desc"), "sub b10.txt b9.txt a.txt");
  assertEquals(names("sort=size"), "sub b9.txt b10.txt a.txt");
  assertEquals(names("sort=size&order=desc"), "sub a.txt b10.txt b9.txt");
  assertEquals(names("sort=date"), "sub a.txt b9.txt b10.txt");
  assertEquals(names("sort=rubbish&order=rubbish"), "sub a.txt b9.txt b10.txt");
});

Deno.test("sorted puts names that only code units tell apart in one order, whatever order they came in", () => {
  const [a, b] = ["a01", "a1"].map((name) => ({ ...LISTED[0], name }));
  for (const listed of [[a, b], [b, a]]) {
    assertEquals(sorted(listed, listingOrder("")).map(({ name }) => name), ["a01", "a1"]);
    assertEquals(sorted(listed, listingOrder("order=desc")).map(({ name }) => name), ["a1", "a01"]);
  }
});

Deno.test("listingPage escapes every name, in text and in links", () => {
  const name = `<script>alert("1")</script>&'#?%:.txt`;
  const page = listingPage(`<i>/`, [{ ...LISTED[0], name }], listingOrder(""), false);
  assert(!page.includes("<script"));
  assert(!page.includes("<i>"));
  const href = /<a href="(\.\/[^"]*txt)">/.exec(page)![1].replaceAll("&#39;", "'");
  assertEquals(decodeURIComponent(new URL(href, "http://a/").pathname.slice(1)), name);
  assertEquals(new URL(href, "http://a/").host, "a");
});

Deno.test("listingPage links to what is above, but not above the root", () => {
  assert(listingPage("a/", LISTED, listingOrder(""), false).includes('href="../"'));
  assert(!listingPage("", LISTED, listingOrder(""), false).includes('href="../"'));
});

Deno.test("listingPage marks the column that it is sorted by, and offers the other direction", () => {
  const page = listingPage("", LISTED, listingOrder("sort=size"), true);
  assert(page.includes('aria-sort="ascending"><a href="?sort=size&amp;order=desc"'));
  assert(page.includes('<th scope="col"><a href="?sort=name&amp;order=asc"'));
  assert(page.includes("Only 10,000 names are shown"));
  const down = listingPage("", LISTED, listingOrder("sort=size&order=desc"), false);
  assert(down.includes('aria-sort="descending"><a href="?sort=size&amp;order=asc"'));
  assert(down.includes('<th scope="col"><a href="?sort=date&amp;order=asc"'));
  assert(!down.includes("Only"));
});

Deno.test("listingPage has a row for each name: a folder without a size, a file with one, a time to the minute if any", () => {
  const rows = (listed: typeof LISTED) => {
    const page = listingPage("", listed, listingOrder(""), false);
    return page.slice(page.indexOf("<tbody>\n") + "<tbody>\n".length, page.indexOf("</tbody>")).trim();
  };
  assertEquals(
    rows([{ ...LISTED[2], mtimeMs: Date.UTC(2026, 1, 3, 4, 5, 59) }]),
    '<tr><td><a href="./sub/">sub/</a></td><td></td>' +
      '<td><time datetime="2026-02-03T04:05:59.000Z">2026-02-03 04:05</time></td></tr>',
  );
  assertEquals(
    rows([LISTED[3]]),
    '<tr><td><a href="./a.txt">a.txt</a></td><td><data value="9">9 B</data></td><td></td></tr>',
  );
  // The first moment that is known.
  assert(rows([{ ...LISTED[3], mtimeMs: 1 }]).includes('<time datetime="1970-01-01T00:00:00.001Z">1970-01-01 00:00<'));
});

Deno.test("listingJson says the same", () => {
  assertEquals(JSON.parse(listingJson("a/", LISTED.slice(1, 4), true)), {
    path: "/a/",
    entries: [
      { name: "b9.txt", type: "file", size: 5, modified: "1970-01-01T00:00:01.000Z" },
      { name: "sub", type: "folder", modified: "1970-01-01T00:00:02.000Z" },
      { name: "a.txt", type: "file", size: 9 },
    ],
    truncated: true,
  });
  const first = { ...LISTED[0], mtimeMs: 1 };
  assertEquals(
    listingJson("", [first], false),
    '{\n "path": "/",\n "entries": [\n  {\n   "name": "b10.txt",\n   "type": "file",\n   "size": 5,\n' +
      '   "modified": "1970-01-01T00:00:00.001Z"\n  }\n ],\n "truncated": false\n}\n',
  );
});

Deno.test("isJsonWanted is true only for who would rather have it", () => {
  for (
    const [accept, expected] of [
      [undefined, false],
      ["*/*", false],
      ["text/html,application/json", false],
      ["application/json", true],
      ["text/html;q=0.5, application/json", true],
      ["application/json;q=0.5, */*", false],
    ] as const
  ) assertEquals(isJsonWanted(accept), expected, accept);
});

Deno.test("readableSize writes three digits at most, and the unit", () => {
  const sizes = [0, 1, 1_023, 1_024, 1_536, 102_400, 1_048_576, 5 * 1_024 ** 3, 2_000 * 1_024 ** 4];
  const texts = ["0 B", "1 B", "1023 B", "1.0 KiB", "1.5 KiB", "100 KiB", "1.0 MiB", "5.0 GiB", "2000 TiB"];
  assertEquals(sizes.map(readableSize), texts);
});

Deno.test("listingOrder reads what to sort by, and sorted follows it", () => {
  assertEquals(listingOrder("sort=date&order=desc"), { by: "date", isDescending: true });
  assertEquals(listingOrder("sort=size"), { by: "size", isDescending: false });
  assertEquals(listingOrder("sort=colour&order=up"), { by: "name", isDescending: false });
  const file = (name: string, sizeBytes: number, mtimeMs: number) => ({ name, isFolder: false, sizeBytes, mtimeMs });
  const files = [file("a", 3, 20), file("b", 1, 30), file("c", 2, 10)];
  const order = (query: string) => sorted(files, listingOrder(query)).map(({ name }) => name).join("");
  assertEquals(["", "sort=size", "sort=date", "sort=date&order=desc"].map(order), ["abc", "bca", "cab", "bac"]);
});
