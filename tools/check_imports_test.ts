import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { graphOf, type ImportGraph, importProblems, readGraph } from "./check_imports.ts";

function graph(edges: Record<string, string[]>): ImportGraph {
  return new Map(Object.entries(edges));
}

const ALLOWED: [source: string, target: string][] = [
  ["http1/request_parser.ts", "http1/grammar.ts"],
  ["http1/request_parser.ts", "@std/http/status"],
  ["http1/cases/wire_case.ts", "http1/message.ts"],
  ["files/static_files.ts", "files/byte_range.ts"],
  ["files/static_files.ts", "http1/message.ts"],
  ["files/static_files.ts", "http1/response.ts"],
  ["files/static_files.ts", "@std/media-types/content-type"],
  ["files/target_path.ts", "@std/path"],
  ["server/connection.ts", "http1/request_parser.ts"],
  ["server/listener.ts", "@std/async/delay"],
  ["server/config.ts", "@std/cli/parse-args"],
  ["server/config.ts", "@std/text/closest-string"],
  ["lab/waterfall.ts", "http1/message.ts"],
  ["handlers.ts", "files/static_files.ts"],
  ["handlers.ts", "lab/waterfall.ts"],
  ["handlers.ts", "@std/async/delay"],
  ["main.ts", "handlers.ts"],
  ["main.ts", "server/listener.ts"],
  ["main.ts", "files/file_store.ts"],
  ["mirror/path/mod.ts", "mirror/path/join.ts"],
  ["mirror/path/join.ts", "npm:deno-std@1.4.0/path/join.js"],
  ["bench/load.ts", "main.ts"],
  ["tools/check_imports.ts", "node:http"],
];

const FILES_MAY = "files/* may import only files/*, http1/headroom.ts, http1/message.ts, http1/response.ts, " +
  "@std/*, node:crypto, node:zlib";

const REFUSED: [source: string, target: string, rule: string][] = [
  ["http1/message.ts", "server/clock.ts", "http1/* may import only http1/*, @std/http/status"],
  ["http1/message.ts", "@std/http/etag", "http1/* may import only http1/*, @std/http/status"],
  ["http1/message.ts", "@std/http", "http1/* may import only http1/*, @std/http/status"],
  [
    "files/file_store.ts",
    "http1/request_parser.ts",
    FILES_MAY,
  ],
  [
    "files/file_store.ts",
    "server/connection.ts",
    FILES_MAY,
  ],
  [
    "files/file_store.ts",
    "npm:mime",
    FILES_MAY,
  ],
  ["server/connection.ts", "files/static_files.ts", "server/* may import only server/*, http1/*, @std/async"],
  ["server/connection.ts", "handlers.ts", "server/* may import only server/*, http1/*, @std/async"],
  ["server/connection.ts", "@std/cli/parse-args", "server/* may import only server/*, http1/*, @std/async"],
  ["server/connection.ts", "@std/async-other", "server/* may import only server/*, http1/*, @std/async"],
  [
    "server/config.ts",
    "@std/path",
    "server/config.ts may import only server/*, http1/*, @std/async, @std/cli, @std/text",
  ],
  [
    "lab/waterfall.ts",
    "files/file_store.ts",
    "lab/* may import only lab/*, http1/message.ts, http1/response.ts, @std/async, node:net",
  ],
  [
    "handlers.ts",
    "files/file_store.ts",
    "handlers.ts may import only files/static_files.ts, lab/*, http1/message.ts, http1/response.ts, @std/async",
  ],
  [
    "main.ts",
    "http1/message.ts",
    "main.ts may import only handlers.ts, server/*, files/*, lab/*, deno.json",
  ],
  [
    "main.ts",
    "bench/load.ts",
    "main.ts may import only handlers.ts, server/*, files/*, lab/*, deno.json",
  ],
  [
    "main.ts",
    "mirror/path/mod.ts",
    "main.ts may import only handlers.ts, server/*, files/*, lab/*, deno.json",
  ],
  ["mirror/path/join.ts", "main.ts", "mirror/* may import only mirror/*, npm:*"],
];

Deno.test("importProblems allows what the table allows", () => {
  for (const [source, target] of ALLOWED) assertEquals(importProblems(graph({ [source]: [target] })), []);
});

Deno.test("importProblems names the edge and the rule that it breaks", () => {
  for (const [source, target, rule] of REFUSED) {
    assertEquals(importProblems(graph({ [source]: [target] })), [`"${source}" imports "${target}": ${rule}`]);
  }
});

Deno.test("importProblems refuses a source that imports a test", () => {
  assertEquals(importProblems(graph({ "http1/message.ts": ["http1/grammar_test.ts"] })), [
    '"http1/message.ts" imports "http1/grammar_test.ts": only tests may import a test',
  ]);
});

Deno.test("importProblems refuses a source that the table does not know", () => {
  for (const source of ["helpers.ts", "plugins/one.ts", "http1.ts"]) {
    assertEquals(importProblems(graph({ [source]: [] })), [
      `"${source}" is in no line of the table "Who may know whom"`,
    ]);
  }
});

Deno.test("importProblems refuses names that say nothing", () => {
  const said = "has a name that says nothing: no utils, types, mod or common";
  for (const source of ["http1/utils.ts", "files/types.ts", "server/mod.ts", "lab/common/page.ts", "http1/a/mod.ts"]) {
    assertEquals(importProblems(graph({ [source]: [] })), [`"${source}" ${said}`]);
  }
  for (const source of ["mirror/path/mod.ts", "http1/media_types.ts", "files/uncommon.ts"]) {
    assertEquals(importProblems(graph({ [source]: [] })), []);
  }
});

Deno.test("importProblems finds each cycle once", () => {
  assertEquals(importProblems(graph({ "http1/a.ts": ["http1/a.ts"] })), [
    "Imports go in a circle: http1/a.ts -> http1/a.ts",
  ]);
  assertEquals(
    importProblems(graph({
      "http1/a.ts": ["http1/b.ts", "http1/d.ts"],
      "http1/b.ts": ["http1/c.ts"],
      "http1/c.ts": ["http1/a.ts"],
      "http1/d.ts": [],
      "server/a.ts": ["http1/a.ts", "server/b.ts"],
      "server/b.ts": ["server/a.ts"],
    })),
    [
      "Imports go in a circle: http1/a.ts -> http1/b.ts -> http1/c.ts -> http1/a.ts",
      "Imports go in a circle: server/a.ts -> server/b.ts -> server/a.ts",
    ],
  );
});

Deno.test("importProblems lets two ways lead to one source", () => {
  assertEquals(
    importProblems(graph({
      "http1/a.ts": ["http1/b.ts", "http1/c.ts"],
      "http1/b.ts": ["http1/d.ts"],
      "http1/c.ts": ["http1/d.ts"],
      "http1/d.ts": [],
    })),
    [],
  );
});

Deno.test("graphOf takes paths from the root and packages as written", () => {
  const modules = [
    {
      specifier: "file:///p/http1/a.ts",
      dependencies: [
        { specifier: "./b.ts", code: { specifier: "file:///p/http1/b.ts" } },
        { specifier: "../x y.ts", type: { specifier: "file:///p/x%20y.ts" } },
        { specifier: "@std/path", code: { specifier: "file:///p/mirror/path/mod.ts" } },
        { specifier: "../../q/c.ts", code: { specifier: "file:///q/c.ts" } },
      ],
    },
    { specifier: "file:///p/http1/b.ts" },
    { specifier: "file:///q/c.ts", error: "not ours" },
  ];
  assertEquals(
    graphOf({ modules }, "file:///p/"),
    new Map([["http1/a.ts", ["http1/b.ts", "x y.ts", "@std/path", "file:///q/c.ts"]], ["http1/b.ts", []]]),
  );
});

Deno.test("graphOf refuses what does not resolve", () => {
  const root = "file:///p/";
  assertThrows(
    () => graphOf({ modules: [{ specifier: "file:///p/a.ts", error: "gone" }] }, root),
    Error,
    'Cannot read "a.ts": gone',
  );
  const dependencies = [{ specifier: "nothing", code: { error: "not a dependency" } }];
  assertThrows(
    () => graphOf({ modules: [{ specifier: "file:///p/a.ts", dependencies }] }, root),
    Error,
    'Cannot resolve "nothing" in "a.ts": not a dependency',
  );
});

function isGranted(...names: ("read" | "write" | "run")[]): boolean {
  return names.every((name) => Deno.permissions.querySync({ name }).state === "granted");
}

Deno.test({
  name: "readGraph reads a project by deno info, tests left out",
  ignore: !isGranted("read", "write", "run"),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const root = new URL(`file://${await Deno.realPath(folder)}/`);
      await Deno.mkdir(new URL("http1", root));
      const files = {
        "deno.json": "{}",
        "main.ts": 'import "./http1/a.ts";',
        "http1/a.ts": 'import type { B } from "./b.ts"; export type A = B;',
        "http1/b.ts": 'import type { A } from "./a.ts"; export type B = A | 1;',
        "http1/a_test.ts": 'import "./a.ts";',
        "http1/alone.ts": "export {};",
      };
      for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(new URL(name, root), text);
      const graph = await readGraph(root);
      assertEquals(
        graph,
        new Map([
          ["main.ts", ["http1/a.ts"]],
          ["http1/a.ts", ["http1/b.ts"]],
          ["http1/b.ts", ["http1/a.ts"]],
          ["http1/alone.ts", []],
        ]),
      );
      assertEquals(importProblems(graph), [
        '"main.ts" imports "http1/a.ts": main.ts may import only handlers.ts, server/*, files/*, lab/*, deno.json',
        "Imports go in a circle: http1/a.ts -> http1/b.ts -> http1/a.ts",
      ]);
      await Deno.writeTextFile(new URL("http1/alone.ts", root), 'import "./missing.ts";');
      await assertRejects(() => readGraph(root), Error, "missing.ts");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "readGraph finds nothing wrong with this project",
  ignore: !isGranted("read", "run"),
  async fn() {
    assertEquals(importProblems(await readGraph(new URL("..", import.meta.url))), []);
  },
});
