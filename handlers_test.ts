import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { handlers, type HandlersOptions } from "./handlers.ts";
import { FIELD, type FieldId, type HttpRequest, type HttpResponse } from "./http1/message.ts";
import { plainResponse } from "./http1/response.ts";

/** A request that says what the table looks at. */
function request(
  target: string,
  { method = "GET", signal = new AbortController().signal, present = [] as FieldId[] } = {},
): HttpRequest {
  const [path, query = ""] = target.split(/\?(.*)/s);
  return {
    ...{ method, target, path, query, signal },
    minorVersion: 1,
    field: () => undefined,
    has: (id) => present.includes(id),
    fields: () => [],
    content: null,
    peer: { address: "192.0.2.1", port: 50_000, secure: false },
  };
}

/** A route table over files that answer with the path that they were asked for. */
function table(options?: HandlersOptions): { handle: ReturnType<typeof handlers>; asked: (string | undefined)[] } {
  const asked: (string | undefined)[] = [];
  const handle = handlers(({ path }, home) => {
    asked.push(home ?? path);
    return plainResponse(200, home ?? path);
  }, options);
  return { handle, asked };
}

const LESSON = { home: "/hello.html", lesson: true };

Deno.test("handlers answers / with the home page, and everything else with files", () => {
  const { handle, asked } = table({ home: "/hello.html" });
  for (const target of ["/", "/?x=y", "/a.html", "/sleepy", "/hello.html", "//", "/%2f", "*"]) handle(request(target));
  assertEquals(asked, ["/hello.html", "/hello.html", "/a.html", "/sleepy", "/hello.html", "//", "/%2f", "*"]);
  assert(!(handle(request("/")) instanceof Promise), "A page in memory needs no promise");
});

Deno.test("handlers answers / with the root folder unless told otherwise", () => {
  const { handle, asked } = table();
  handle(request("/"));
  assertEquals(asked, ["/"]);
});

Deno.test("handlers serves /sleep and /pause only where they are wanted", async () => {
  for (const path of ["/sleep", "/pause"]) {
    for (const options of [undefined, { home: "/hello.html" }, { lesson: false }]) {
      const { handle, asked } = table(options);
      await handle(request(`${path}?ms=0`));
      assertEquals(asked, [path]);
    }
    const { handle, asked } = table(LESSON);
    for (const method of ["GET", "HEAD"]) assertEquals((await handle(request(`${path}?ms=0`, { method }))).status, 200);
    assertEquals(asked, ["/hello.html", "/hello.html"]);
  }
});

Deno.test("handlers answers /sleep after the delay, not before", async () => {
  const { handle, asked } = table(LESSON);
  const startMs = performance.now(), sleeping = handle(request("/sleep?ms=60"));
  assert(sleeping instanceof Promise);
  assertEquals(asked, []);
  await sleeping;
  assert(performance.now() - startMs >= 55, `${performance.now() - startMs} ms`);
  assertEquals(asked, ["/hello.html"]);
});

Deno.test("handlers serves /sleep however it is encoded (RFC 3986 6.2.2.2)", async () => {
  for (const path of ["/%73leep", "/%73%6C%65%65%70", "/paus%65"]) {
    const { handle, asked } = table(LESSON);
    await handle(request(`${path}?ms=0`));
    assertEquals(asked, ["/hello.html"], path);
  }
  // A slash that is encoded is none, and what is no encoding stays what it is; the files tell what they think of it.
  const { handle, asked } = table(LESSON), others = ["/%2fsleep", "/sleep%2F", "/sleep%00", "/sle%%65p", "/%2573leep"];
  for (const path of others) await handle(request(path));
  assertEquals(asked, others);
});

Deno.test("handlers serves all routes however they are encoded, and only those that are there", async () => {
  const events = () => plainResponse(200, "events");
  const { handle, asked } = table({ ...LESSON, lab: new Map([["/lab/events", events]]) });
  const statusOf = async (target: string) => (await handle(request(target))).status;
  assertEquals(await statusOf("/%64rip?bytes=x"), 400);
  assertEquals(await statusOf("/%73tatus/%34%31%38"), 418);
  assertEquals(await statusOf("/lab/%65vents"), 200);
  assertEquals(asked, []);
  const without = table();
  for (const path of ["/%64rip", "/%73tatus/418", "/lab/%65vents"]) await without.handle(request(path));
  assertEquals(without.asked, ["/%64rip", "/%73tatus/418", "/lab/%65vents"]);
});

for (const query of ["", "?ms=60000", "?ms=00100", "?ms=0000005000", "?x=y", "?%6ds=5000"]) {
  Deno.test(`handlers sleeps at /sleep${query}, and wakes up when nobody waits any more`, async () => {
    const { handle, asked } = table(LESSON), abort = new AbortController();
    const sleeping = handle(request(`/sleep${query}`, { signal: abort.signal })) as Promise<HttpResponse>;
    abort.abort();
    // A timer that is left over would be named by the sanitizer.
    assertStrictEquals(await assertRejects(() => sleeping), abort.signal.reason);
    assertEquals(asked, []);
  });
}

for (
  const ms of [
    "",
    "-1",
    "+1",
    "1.5",
    "1e3",
    "0x10",
    "60001",
    "100000",
    "1&ms=1",
    "1&ms=x",
    "x&ms=1",
    "NaN",
    "Infinity",
    " 1",
    "1 ",
    "%31%30x",
    "\u0661",
  ]
) {
  Deno.test(`handlers refuses /sleep?ms=${ms}`, async () => {
    const { handle, asked } = table(LESSON);
    const { status, content } = await handle(request(`/sleep?ms=${ms}`));
    assertEquals(status, 400);
    assertEquals(
      new TextDecoder().decode(content as Uint8Array),
      "400 Bad Request: ms takes a whole number from 0 to 60000\n",
    );
    assertEquals(asked, []);
  });
}

for (
  const [method, status, allow] of [
    ["OPTIONS", 204, "GET, HEAD, OPTIONS"],
    ["POST", 405, "GET, HEAD, OPTIONS"],
    ["PUT", 405, "GET, HEAD, OPTIONS"],
    ["DELETE", 405, "GET, HEAD, OPTIONS"],
    ["PATCH", 405, "GET, HEAD, OPTIONS"],
    ["CONNECT", 405, "GET, HEAD, OPTIONS"],
    ["TRACE", 405, "GET, HEAD, OPTIONS"],
    ["BREW", 501, undefined],
    ["get", 501, undefined],
    ["Get", 501, undefined],
    ["GETX", 501, undefined],
    ["__proto__", 501, undefined],
  ] as const
) {
  Deno.test(`handlers answers ${method} with ${status}, whatever the path`, async () => {
    for (const target of ["/", "/sleep", "/a", "*"]) {
      const { handle, asked } = table(LESSON);
      const { status: answered, head } = await handle(request(target, { method }));
      assertEquals(answered, status);
      assertEquals(/\r\nAllow: (.*)\r\n/.exec(new TextDecoder().decode(head))?.[1], allow);
      assertEquals(asked, []);
    }
  });
}

Deno.test("handlers answers a preflight when there is an origin that may read, and OPTIONS otherwise", () => {
  const present: FieldId[] = [FIELD.origin, FIELD["access-control-request-method"]];
  const headOf = (options: HandlersOptions, fields: FieldId[]) => {
    const response = table(options).handle(request("/", { method: "OPTIONS", present: fields })) as HttpResponse;
    assertEquals(response.status, 204);
    return new TextDecoder().decode(response.head);
  };
  assert(
    headOf({ corsOrigin: "https://a.example" }, present).includes("Access-Control-Allow-Origin: https://a.example\r\n"),
  );
  assert(!headOf({ corsOrigin: "*" }, present.slice(0, 1)).includes("Access-Control"));
  assert(!headOf({}, present).includes("Access-Control"));
});
