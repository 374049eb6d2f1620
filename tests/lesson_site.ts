/** The lesson's site inside of a test: real sockets, files in memory, so that the network is all it needs. */
import { memoryFiles } from "../files/memory_files.ts";
import { staticFiles } from "../files/static_files.ts";
import { handlers, type HandlersOptions } from "../handlers.ts";
import { DEFAULT_LIMITS, type Handler, type Limits } from "../http1/message.ts";
import { serve } from "../main.ts";
import { Clock } from "../server/clock.ts";
import { OpenConnections } from "../server/open_connections.ts";
import notFound from "../static/404.html" with { type: "text" };
import hello from "../static/hello.html" with { type: "text" };

/** The bundled pages. */
export const PAGES = { hello, notFound };

/** Settings of {@linkcode lessonSite}. */
export interface LessonSiteOptions {
  /** Limits that differ from the default ones. */
  limits?: Partial<Limits>;
  /** Handler instead of the lesson's. */
  handler?: Handler;
  /** Further settings of the lesson's handler. */
  lesson?: HandlersOptions;
  /** Loop instead of the lesson's. */
  serve?: typeof serve;
}

/** A server that runs inside of the test. */
export interface LessonSite extends AsyncDisposable {
  readonly port: number;
  readonly connections: OpenConnections;
  /** Errors that the server has told of; a test that expects none finds it empty. */
  readonly reports: unknown[];
}

/** Starts the lesson on a free port of loopback. */
export function lessonSite(options: LessonSiteOptions = {}): LessonSite {
  const clock = new Clock();
  const connections = new OpenConnections(clock);
  const reports: unknown[] = [];
  const files = staticFiles(memoryFiles({ "hello.html": hello, "404.html": notFound }));
  const handler = options.handler ?? handlers(files, { home: "/hello.html", lesson: true, ...options.lesson });
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (options.serve ?? serve)(listener, {
    handler,
    limits,
    clock,
    connections,
    report: (error) => reports.push(error),
  });
  clock.start();
  return {
    port: listener.addr.port,
    connections,
    reports,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
      await connections.drain(0);
      await connections.below(1);
      clock.stop();
    },
  };
}
