/**
 * A server span for each request and the metrics of the OpenTelemetry conventions for HTTP, through what Deno has built
 * in. It is made only where `OTEL_DENO=true`; Deno then exports by itself, as the other `OTEL_` variables say.
 */
import { METHODS } from "./metrics.ts";
import type { Exchange, Observer } from "./observer.ts";

/** The parts of `@opentelemetry/api` that are used; Deno has them without their types. */
interface Span {
  setStatus(status: { code: number }): void;
  end(endTime?: number): void;
}
interface Tracer {
  startSpan(name: string, options: { kind: number; startTime: number; attributes: Attributes }): Span;
}
interface Meter {
  createHistogram(name: string, options: object): { record(value: number, attributes: Attributes): void };
  createUpDownCounter(name: string, options: object): { add(value: number, attributes: Attributes): void };
}
interface Telemetry {
  tracerProvider: { getTracer(name: string): Tracer };
  meterProvider: { getMeter(name: string): Meter };
}
type Attributes = Record<string, string | number>;

const SERVER_KIND = 1;
const STATUS_ERROR = 2;

/**
 * Whether Deno's telemetry runs. A compiled program has it when `OTEL_DENO=true` was set as it was compiled, whatever is
 * set when it runs (denoland/deno#28839), and without it Deno 2.4 ends the process at the first span.
 */
export function hasTelemetry(): boolean {
  return Symbol.for("opentelemetry.js.api.1") in globalThis; // where libraries of OpenTelemetry find it
}

/** Tells OpenTelemetry of each exchange. */
export class Traces implements Observer {
  readonly wantsTime = true;
  readonly #tracer: Tracer;
  readonly #duration: ReturnType<Meter["createHistogram"]>;
  readonly #size: ReturnType<Meter["createHistogram"]>;
  readonly #active: ReturnType<Meter["createUpDownCounter"]>;

  /** Tells `telemetry`: what Deno has built in, unless a test has its own. */
  constructor(telemetry: Telemetry = Deno.telemetry as unknown as Telemetry) {
    this.#tracer = telemetry.tracerProvider.getTracer("siesta");
    const meter = telemetry.meterProvider.getMeter("siesta");
    this.#duration = meter.createHistogram("http.server.request.duration", { unit: "s" });
    this.#size = meter.createHistogram("http.server.response.body.size", { unit: "By" });
    this.#active = meter.createUpDownCounter("http.server.active_requests", { unit: "{request}" });
  }

  asked(exchange: Exchange): void {
    this.#active.add(1, ofKind(exchange));
  }

  answered(exchange: Exchange, endMs: number): void {
    const { method, target, status, sentBytes, error, peer, minorVersion, userAgent, startMs } = exchange;
    const errorType = error ?? (status >= 500 ? `${status}` : undefined);
    const attributes = ofKind(exchange);
    // A head that was refused has no method, and was never asked.
    if (method !== "") this.#active.add(-1, ofKind(exchange));
    if (status !== 0) attributes["http.response.status_code"] = status;
    if (errorType !== undefined) attributes["error.type"] = errorType;
    this.#duration.record((endMs - startMs) / 1_000, attributes);
    this.#size.record(sentBytes, attributes);
    const span = this.#tracer.startSpan(known(method) === "_OTHER" ? "HTTP" : method, {
      kind: SERVER_KIND,
      startTime: performance.timeOrigin + startMs,
      attributes: {
        ...attributes,
        "url.path": target.replace(/\?.*/s, ""),
        "network.protocol.version": `1.${minorVersion}`,
        ...(peer.address === "" ? {} : { "network.peer.address": peer.address }),
        "http.response.body.size": sentBytes,
        ...(userAgent === undefined ? {} : { "user_agent.original": userAgent }),
      },
    });
    if (errorType !== undefined) span.setStatus({ code: STATUS_ERROR });
    span.end(performance.timeOrigin + endMs);
  }
}

function ofKind({ method, peer }: Exchange): Attributes {
  return { "http.request.method": known(method), "url.scheme": peer.secure ? "https" : "http" };
}

function known(method: string): string {
  return METHODS.includes(method) ? method : "_OTHER";
}
