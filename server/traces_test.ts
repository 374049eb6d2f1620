import { assertEquals } from "@std/assert";
import { Traces } from "./traces.ts";
import { EXCHANGE } from "./testing/exchange.ts";

/** A recorder in the place of OpenTelemetry. */
function telemetry() {
  const told: unknown[] = [];
  const instrument = (name: string) => ({
    record: (value: number, attributes: object) => void told.push([name, value, attributes]),
    add: (value: number, attributes: object) => void told.push([name, value, attributes]),
  });
  const fake = {
    tracerProvider: {
      getTracer: () => ({
        startSpan: (name: string, { attributes }: { attributes: object }) => {
          told.push(["span", name, attributes]);
          return {
            setStatus: ({ code }: { code: number }) => void told.push(["status", code]),
            end: () => void told.push(["end"]),
          };
        },
      }),
    },
    meterProvider: { getMeter: () => ({ createHistogram: instrument, createUpDownCounter: instrument }) },
  };
  const traces = new Traces(fake as unknown as ConstructorParameters<typeof Traces>[0]);
  return { told, traces };
}

Deno.test("Traces tells of a request: active while it runs, then duration, size and a span", () => {
  const { told, traces } = telemetry();
  traces.asked(EXCHANGE);
  traces.answered({ ...EXCHANGE, userAgent: "Browser/1.0" }, 1_250);
  const attributes = { "http.request.method": "GET", "url.scheme": "http" };
  const all = { ...attributes, "http.response.status_code": 200 };
  assertEquals(told, [
    ["http.server.active_requests", 1, attributes],
    ["http.server.active_requests", -1, attributes],
    ["http.server.request.duration", 0.25, all],
    ["http.server.response.body.size", 12, all],
    ["span", "GET", {
      ...all,
      "url.path": "/a",
      "network.protocol.version": "1.1",
      "network.peer.address": "192.0.2.1",
      "http.response.body.size": 12,
      "user_agent.original": "Browser/1.0",
    }],
    ["end"],
  ]);
});

Deno.test("Traces names errors, and no method that a peer made up", () => {
  for (
    const [changes, method, span, error] of [
      [{ status: 500 }, "GET", "GET", "500"],
      [{ status: 0, error: "peer_gone" }, "GET", "GET", "peer_gone"],
      [{ method: "BREW", status: 501 }, "_OTHER", "HTTP", "501"],
    ] as const
  ) {
    const { told, traces } = telemetry();
    traces.answered({ ...EXCHANGE, ...changes, peer: { ...EXCHANGE.peer, secure: true } }, 1_000);
    const [, [, , attributes], , [, name], status] = told as [string, unknown, Record<string, unknown>][];
    assertEquals(attributes["http.request.method"], method);
    assertEquals(attributes["url.scheme"], "https");
    assertEquals(attributes["error.type"], error);
    assertEquals("http.response.status_code" in attributes, changes.status !== 0);
    assertEquals([name, status], [span, ["status", 2]] as unknown[]);
  }
});

Deno.test("Traces counts a refused head as no active request", () => {
  const { told, traces } = telemetry();
  traces.answered({ ...EXCHANGE, method: "", status: 400 }, 1_000);
  assertEquals(told.filter((it) => (it as string[])[0] === "http.server.active_requests"), []);
});
