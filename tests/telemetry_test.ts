/** Spans and metrics by OpenTelemetry, as a receiver of OTLP over HTTP gets them. */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { fromFileUrl } from "@std/path/from-file-url";
import { mayRunPrograms, startProgram } from "./program.ts";
import { RawClient } from "./raw_client.ts";

/** What is looked at of an OTLP message in JSON. */
interface Otlp {
  resourceSpans?: { scopeSpans: { spans: OtlpSpan[] }[] }[];
  resourceMetrics?: { scopeMetrics: { metrics: { name: string; unit: string }[] }[] }[];
}
interface OtlpSpan {
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: string | number; doubleValue?: number } }[];
}

Deno.test({
  name: "With OTEL_DENO=true a span for each request and the metrics of HTTP reach an OTLP receiver",
  ignore: !mayRunPrograms,
  fn: async () => {
    const spans: OtlpSpan[] = [], metrics = new Map<string, string>();
    await using receiver = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      const { resourceSpans = [], resourceMetrics = [] } = await request.json() as Otlp;
      for (const { scopeSpans } of resourceSpans) spans.push(...scopeSpans.flatMap((it) => it.spans));
      for (const { scopeMetrics } of resourceMetrics) {
        for (const { name, unit } of scopeMetrics.flatMap((it) => it.metrics)) metrics.set(name, unit);
      }
      return new Response("{}");
    });
    const statik = fromFileUrl(new URL("../static", import.meta.url));
    const permissions = ["--allow-net=127.0.0.1", `--allow-read=${statik}`, "--allow-env=OTEL_DENO"];
    const env = {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.addr.port}`,
      // So that they come at the end.
      OTEL_METRIC_EXPORT_INTERVAL: "60000",
      OTEL_BSP_SCHEDULE_DELAY: "100",
    };
    await using program = await startProgram(["--log=off"], { env, permissions });
    using client = await RawClient.connect(program.port);
    await client.send("GET /nowhere?x=1 HTTP/1.1\r\nHost: a\r\nUser-Agent: me\r\n\r\n");
    assertEquals((await client.answer())?.status, 404);
    await client.get("/sleep?ms=50");
    await client.answer();
    assertEquals((await program.end()).code, 0);
    const own = spans.filter(({ kind }) => kind === 2);
    assertEquals(own.map(({ name }) => name), ["GET", "GET"]);
    const attributes = Object.fromEntries(
      own[0].attributes.map((
        { key, value },
      ) => [key, value.stringValue ?? Number(value.intValue ?? value.doubleValue)]),
    );
    const { "http.response.body.size": size, ...rest } = attributes;
    assert(Number(size) > 0);
    assertEquals(rest, {
      "http.request.method": "GET",
      "http.response.status_code": 404,
      "network.peer.address": "127.0.0.1",
      "network.protocol.version": "1.1",
      "url.path": "/nowhere",
      "url.scheme": "http",
      "user_agent.original": "me",
    });
    const { startTimeUnixNano, endTimeUnixNano } = own[1];
    const ms = Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6;
    assert(ms >= 45 && ms < 1_000, `took ${ms} ms`);
    assertEquals(metrics.get("http.server.request.duration"), "s");
    assertEquals(metrics.get("http.server.active_requests"), "{request}");
    assertEquals(metrics.get("http.server.response.body.size"), "By");
  },
});

/** Exports are always on their way to a receiver that takes longer than their interval; four of ten ends hung so. */
const BUSY = { OTEL_DENO: "true", OTEL_EXPORTER_OTLP_PROTOCOL: "http/json", OTEL_METRIC_EXPORT_INTERVAL: "200" };

Deno.test({
  name: "With OTEL_DENO=true the program ends, also when its end meets an export, and at a second signal",
  ignore: !mayRunPrograms || Deno.build.os === "windows",
  fn: async () => {
    await using receiver = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      await request.body?.cancel();
      await delay(300);
      return new Response("{}");
    });
    const env = { ...BUSY, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.addr.port}` };
    const runs = Array.from({ length: 8 }, async (_, i) => {
      await using program = await startProgram(["--log=off"], { env, permissions: ["--allow-all"] });
      using client = await RawClient.connect(program.port);
      await client.get("/");
      assertEquals((await client.answer())?.status, 200);
      await delay(500 + 40 * i); // the end comes at another moment of an export each time
      const isHasty = i % 2 === 1;
      if (isHasty) await client.get("/sleep?ms=60000");
      const timer = setTimeout(() => program.child.kill("SIGKILL"), 30_000);
      const { code } = isHasty ? await program.endAtOnce("SIGTERM") : await program.end();
      clearTimeout(timer);
      return { code, expected: isHasty ? 143 : 0 };
    });
    for (const { code, expected } of await Promise.all(runs)) assertEquals(code, expected);
  },
});
