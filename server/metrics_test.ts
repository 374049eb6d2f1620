import { assertEquals, assertMatch } from "@std/assert";
import { Clock } from "./clock.ts";
import { countersOf, Metrics, prometheusText, summed } from "./metrics.ts";
import type { Exchange } from "./observer.ts";
import { OpenConnections } from "./open_connections.ts";
import { Phase } from "./progress.ts";

function setUp() {
  const clock = new Clock(), connections = new OpenConnections(clock);
  clock.advance(0, 0);
  return { clock, metrics: new Metrics({ clock, connections }) };
}

const exchange = (fields: Partial<Exchange>) =>
  ({ method: "GET", status: 200, sentBytes: 0, startMs: 0, ...fields }) as Exchange;

Deno.test("Metrics counts requests in buckets, by method and status from closed sets", () => {
  const { metrics } = setUp();
  for (const endMs of [1, 5, 6, 20_000]) {
    metrics.asked();
    metrics.answered(exchange({ sentBytes: 500 }), endMs);
  }
  metrics.answered(exchange({ method: "BREW", status: 501 }), 1);
  metrics.answered(exchange({ method: "", status: 400 }), 1);
  metrics.answered(exchange({ status: 0, error: "peer_gone" }), 1);
  const all = metrics.snapshot(), labels = 'http_request_method="GET",http_response_status_code="200"';
  const name = "http_server_request_duration_seconds";
  assertEquals(all[`${name}_bucket{${labels},le="0.005"}`], 2);
  assertEquals(all[`${name}_bucket{${labels},le="0.01"}`], 3);
  assertEquals(all[`${name}_bucket{${labels},le="10"}`], 3);
  assertEquals(all[`${name}_bucket{${labels},le="+Inf"}`], 4);
  assertEquals([all[`${name}_count{${labels}}`], all[`${name}_sum{${labels}}`]], [4, 20.012]);
  assertEquals(all[`http_server_response_body_size_bytes_bucket{${labels},le="1000"}`], 4);
  assertEquals(all[`${name}_count{http_request_method="_OTHER",http_response_status_code="501"}`], 1);
  assertEquals(all[`${name}_count{http_request_method="_OTHER",http_response_status_code="400"}`], 1);
  assertEquals(all[`${name}_count{http_request_method="GET",http_response_status_code=""}`], 1);
  assertEquals(all['siesta_unanswered_requests_total{reason="peer_gone"}'], 1);
});

Deno.test("Metrics tells the largest lag of a minute, and forgets it", () => {
  const { clock, metrics } = setUp();
  clock.advance(250, 0);
  clock.advance(1_000, 0);
  assertEquals(metrics.snapshot().siesta_event_loop_lag_seconds, 0.5);
  for (let nowMs = 1_250; nowMs < 62_000; nowMs += 250) clock.advance(nowMs, 0);
  assertEquals(metrics.snapshot().siesta_event_loop_lag_seconds, 0);
});

Deno.test("summed adds up what workers count, and takes the largest lag", () => {
  const lag = "siesta_event_loop_lag_seconds";
  assertEquals(summed([{ a: 1, [lag]: 0.5 }, { a: 2, b: 3, [lag]: 0.25 }]), { a: 3, b: 3, [lag]: 0.5 });
});

Deno.test("countersOf keeps what only grows", () => {
  const { metrics } = setUp();
  metrics.asked();
  metrics.opened();
  metrics.answered(exchange({ method: "" }), 1);
  const names = new Set(Object.keys(countersOf(metrics.snapshot())).map((series) => series.replace(/\{.*/, "")));
  assertEquals(names.has("siesta_connections_total"), true);
  assertEquals(names.has("http_server_request_duration_seconds_bucket"), true);
  const gauges = ["http_server_active_requests", "siesta_connections_active", "siesta_event_loop_lag_seconds"];
  for (const name of gauges) assertEquals(names.has(name), false, name);
});

Deno.test("Metrics tells of every phase whose deadline can pass", () => {
  const { metrics } = setUp();
  const phases = Object.keys(Phase).filter((name) => !/^[0-9]/.test(name)).map((name) => name.toLowerCase());
  for (const phase of phases) metrics.timedOut(phase);
  const { length } = Object.entries(metrics.snapshot()).filter(([series, value]) =>
    /^siesta_timeouts/.test(series) && value === 1
  );
  assertEquals(length, phases.length);
});

Deno.test("Metrics tells of all refusals and errors before the first", () => {
  const { metrics } = setUp(), snapshot = metrics.snapshot();
  const valuesOf = (name: string) => Object.entries(snapshot).filter(([it]) => it.startsWith(`${name}{`));
  assertEquals(valuesOf("siesta_rejected_requests_total").map(([, value]) => value), Array(10).fill(0));
  assertEquals(valuesOf("siesta_unanswered_requests_total").map(([, value]) => value), Array(4).fill(0));
});

Deno.test("prometheusText gives each family its type and help, once", () => {
  const { metrics } = setUp();
  metrics.timedOut("head");
  metrics.refused(431);
  metrics.refused("proxy");
  metrics.acceptFailed();
  const text = prometheusText(metrics.snapshot());
  assertMatch(text, /^# TYPE siesta_timeouts_total counter\n(?:siesta_timeouts_total\{phase="[a-z]+"\} \d\n)+/m);
  assertMatch(text, /^siesta_timeouts_total\{phase="head"\} 1$/m);
  assertMatch(text, /^siesta_rejected_requests_total\{reason="431"\} 1$/m);
  assertMatch(text, /^siesta_rejected_requests_total\{reason="proxy"\} 1$/m);
  assertMatch(text, /^siesta_accept_errors_total 1$/m);
  const types = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, family]) => family);
  assertEquals(new Set(types).size, types.length);
});
