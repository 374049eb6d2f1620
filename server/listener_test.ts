import { assert, assertEquals } from "@std/assert";
import { DEFAULT_LIMITS } from "../http1/message.ts";
import { Clock } from "./clock.ts";
import { accepted, type Acceptor } from "./listener.ts";
import { type OpenConnection, OpenConnections } from "./open_connections.ts";
import { turn } from "./testing/test_server.ts";

interface FakeConn {
  name: string;
  setNoDelay?: () => void;
}

/** Gives what it is told to, in order, and then `BadResource`, as a listener does that is closed. */
class FakeListener implements Acceptor<FakeConn> {
  acceptCount = 0;
  readonly #outcomes: (FakeConn | Error)[];

  constructor(outcomes: (FakeConn | Error)[]) {
    this.#outcomes = [...outcomes];
  }

  accept(): Promise<FakeConn> {
    this.acceptCount++;
    const outcome = this.#outcomes.shift() ?? new Deno.errors.BadResource("Listener has been closed");
    return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
  }
}

function open(
  connections: OpenConnections,
  isIdle = false,
): OpenConnection & { askCount: number; isIdle: boolean; isSpare: boolean } {
  const connection = {
    deadlineMs: Infinity,
    isIdle,
    isSpare: isIdle,
    askCount: 0,
    onDeadline: () => {},
    cut: () => {},
    stop: () => {},
    giveWay: () => {
      connection.askCount++;
      connection.isIdle = connection.isSpare = false;
    },
  };
  connections.add(connection);
  return connection;
}

function setUp(outcomes: (FakeConn | Error)[], connectionsMax = 100) {
  const listener = new FakeListener(outcomes), clock = new Clock(), connections = new OpenConnections(clock);
  const reports: unknown[] = [], pauses: number[] = [], names: string[] = [];
  const server = {
    connections,
    clock,
    limits: { ...DEFAULT_LIMITS, connectionsMax },
    report: (error: unknown) => void reports.push(error),
  };
  const pause = (ms: number) => {
    pauses.push(ms);
    return Promise.resolve();
  };
  const run = async () => {
    for await (const { name } of accepted(listener, server, pause)) names.push(name);
  };
  return { listener, clock, connections, reports, pauses, names, run };
}

const conn = (name: string): FakeConn => ({ name });
const outOfDescriptors = () => Object.assign(new Error("Too many open files (os error 24)"), { code: "EMFILE" });

Deno.test("accepted yields connections in order, until the listener is closed", async () => {
  const { names, run, reports, pauses, listener } = setUp([conn("a"), conn("b"), conn("c")]);
  await run();
  assertEquals([names, reports, pauses, listener.acceptCount], [["a", "b", "c"], [], [], 4]);
});

Deno.test("accepted ends when closing the listener interrupts it", async () => {
  const { names, run, reports } = setUp([conn("a"), new Deno.errors.Interrupted("operation canceled"), conn("b")]);
  await run();
  assertEquals([names, reports], [["a"], []]);
});

Deno.test("accepted sets TCP_NODELAY before anybody writes, and lives with a peer that is gone already", async () => {
  const calls: string[] = [];
  const { names, run, reports, pauses } = setUp([
    { name: "a", setNoDelay: () => calls.push("a") },
    {
      name: "gone",
      setNoDelay: () => {
        throw new Deno.errors.InvalidData("Invalid argument (os error 22)");
      },
    },
    { name: "b", setNoDelay: () => calls.push("b") },
  ]);
  await run();
  // One that was accepted must reach whoever closes it.
  assertEquals([names, calls, reports, pauses], [["a", "gone", "b"], ["a", "b"], [], []]);
});

Deno.test("accepted goes on at once when peers left before they were accepted", async () => {
  const { names, run, reports, pauses } = setUp([
    new Deno.errors.NotConnected("Transport endpoint is not connected"),
    new Deno.errors.ConnectionReset("Connection reset by peer"),
    conn("a"),
    new Deno.errors.ConnectionAborted("Software caused connection abort"),
    conn("b"),
  ]);
  await run();
  assertEquals([names, reports, pauses], [["a", "b"], [], []]);
});

Deno.test("accepted waits 50 ms when descriptors ran out, and reports nothing", async () => {
  for (
    const error of [
      outOfDescriptors(),
      Object.assign(new Error("Too many open files in system"), { code: "ENFILE" }),
      new Error("Too many open files (os error 24)"),
    ]
  ) {
    const { names, run, reports, pauses } = setUp([error, conn("a")]);
    await run();
    assertEquals([names, reports, pauses], [["a"], [], [50]]);
  }
});

Deno.test("accepted keeps to three quarters of the connections at which descriptors ran out", async () => {
  const { names, run, connections, listener } = setUp([outOfDescriptors(), conn("a"), conn("b")]);
  const all = Array.from({ length: 40 }, (_, i) => open(connections, i >= 20));
  const running = run();
  await turn();
  assertEquals(listener.acceptCount, 1);
  assertEquals(all.filter(({ askCount }) => askCount === 1), all.slice(20, 31));
  for (const connection of all.slice(20, 30)) connections.delete(connection);
  await turn();
  assertEquals(names, [], "Thirty are three quarters of forty");
  connections.delete(all[30]);
  await running;
  assertEquals(names, ["a", "b"]);
});

Deno.test("accepted takes no fewer while descriptors of those that gave way are not free yet, but does when they stay", async () => {
  for (const [again, most] of [[1, 30], [2, 21]]) {
    const shortages = Array.from({ length: 1 + again }, outOfDescriptors);
    const { names, run, connections } = setUp([...shortages, conn("a"), outOfDescriptors(), conn("b")]);
    const all = Array.from({ length: 40 }, () => open(connections));
    const running = run();
    await turn();
    for (const connection of all.splice(0, 11)) connections.delete(connection);
    await turn();
    // Of forty it may have thirty, and of 29 it may have 21.
    assertEquals(names.length > 0, most === 30);
    for (const connection of all.splice(0, 29 - most + 1)) connections.delete(connection);
    await running;
    assertEquals(names, ["a", "b"]);
  }
});

Deno.test("accepted takes as many as before when a shortage of descriptors is over", async () => {
  const { names, run, connections, clock } = setUp([outOfDescriptors(), conn("a")]);
  for (let i = 0; i < 40; i++) open(connections);
  const running = run();
  await turn();
  clock.advance(clock.nowMs + 9_999, 0);
  await turn();
  assertEquals(names, []);
  clock.advance(clock.nowMs + 1, 0);
  await running;
  assertEquals(names, ["a"]);
});

Deno.test("accepted takes sixteen connections in any case, however few were open when descriptors ran out", async () => {
  const { names, run, connections } = setUp([outOfDescriptors(), conn("a")]);
  for (let i = 0; i < 15; i++) open(connections);
  await run();
  assertEquals(names, ["a"]);
});

Deno.test("accepted backs off from 5 ms to 1 s after errors that nobody has thought of, and reports each", async () => {
  const errors = Array.from({ length: 11 }, (_, i) => new Error(`Strange ${i}`));
  const { names, run, reports, pauses } = setUp([...errors, conn("a"), new Error("Strange again"), conn("b")]);
  await run();
  assertEquals(pauses, [5, 10, 20, 40, 80, 160, 320, 640, 1_000, 1_000, 1_000, 5]);
  assertEquals([names, reports.length, reports[0]], [["a", "b"], 12, errors[0]]);
});

Deno.test("accepted makes the oldest idle connection give way when connectionsMax are open", async () => {
  const { names, run, connections, listener } = setUp([conn("a")], 3);
  const all = [open(connections), open(connections, true), open(connections, true)];
  const running = run();
  await turn();
  assertEquals([all.map(({ askCount }) => askCount), listener.acceptCount], [[0, 1, 0], 0]);
  connections.delete(all[1]);
  await running;
  assertEquals(names, ["a"]);
  assertEquals(all[2].askCount, 0);
});

Deno.test("accepted waits when all connections are busy, for the first that ends or is idle", async () => {
  const { names, run, connections, clock } = setUp([conn("a")], 2);
  const all = [open(connections), open(connections)];
  const running = run();
  await turn();
  assertEquals(names, []);
  all[1].isIdle = true;
  clock.advance(clock.nowMs + 250, 0);
  assertEquals(all.map(({ askCount }) => askCount), [0, 1]);
  connections.delete(all[0]);
  await running;
  assertEquals(names, ["a"]);
});

Deno.test("accepted takes nobody in any more once the server drains", async () => {
  const { names, run, connections, listener } = setUp([conn("a"), conn("b")]);
  await connections.drain(0);
  await run();
  assertEquals([names, listener.acceptCount], [[], 0]);
});

Deno.test("accepted serves real sockets, and ends when the listener is closed", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { connections, clock, reports } = setUp([]);
  const server = { connections, clock, limits: DEFAULT_LIMITS, report: (error: unknown) => void reports.push(error) };
  const seen: Deno.Conn[] = [];
  const running = (async () => {
    for await (const conn of accepted<Deno.Conn>(listener, server)) {
      seen.push(conn);
      if (seen.length === 2) listener.close();
    }
  })();
  const clients = [
    await Deno.connect({ port: listener.addr.port }),
    await Deno.connect({ port: listener.addr.port }),
  ];
  await running;
  assert(seen.length === 2 && reports.length === 0);
  for (const conn of [...seen, ...clients]) conn.close();
});
