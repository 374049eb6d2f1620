/** The access log: an observer that writes a line for each exchange. */
import type { Clock } from "./clock.ts";
import { CombinedLines, jsonLine, type LineFormat, prettyLine } from "./log_formats.ts";
import type { LogWriter } from "./log_writer.ts";
import type { Exchange, Observer } from "./observer.ts";

/** Settings of {@linkcode AccessLog}. */
export interface AccessLogOptions {
  /** How a line looks. */
  readonly format: LineFormat;
  /** Whether lines for people have colours. */
  readonly isColoured?: boolean;
  /** Takes the lines. */
  readonly writer: Pick<LogWriter, "push">;
  /** Tells the date of formats that need no better one. */
  readonly clock: Clock;
  /** Says who the client is, see `client_address.ts`; by default whoever is at the other end of the connection. */
  clientOf?(exchange: Exchange): string;
}

/** Writes a line for each exchange. */
export class AccessLog implements Observer {
  readonly wantsTime: boolean;
  readonly #options: AccessLogOptions;
  readonly #combined = new CombinedLines();

  /** `options` say how lines look, and where they go. */
  constructor(options: AccessLogOptions) {
    this.#options = options;
    this.wantsTime = options.format !== "combined";
  }

  answered(exchange: Exchange, endMs: number): void {
    const { format, isColoured = false, writer, clock, clientOf } = this.#options;
    const client = (clientOf === undefined ? exchange.peer.address : clientOf(exchange)) || "unix";
    if (format === "combined") {
      // The clock is coarse; whole seconds do not need a better one.
      return writer.push(this.#combined.of(exchange, client, clock.dateMs));
    }
    const context = { client, dateMs: Date.now(), durationMs: endMs - exchange.startMs, isColoured };
    writer.push(format === "json" ? jsonLine(exchange, context) : prettyLine(exchange, context));
  }
}
