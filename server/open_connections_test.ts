/** The set of connections by itself; `connection_drain_test.ts` looks at the drain from connections. */
import { assertEquals } from "@std/assert";
import { Clock } from "./clock.ts";
import { type OpenConnection, OpenConnections } from "./open_connections.ts";
import { turn } from "./testing/test_server.ts";

class FakeConnection implements OpenConnection {
  deadlineMs = Infinity;
  isSpare = false;
  isIdle = false;
  isLingering = false;
  readonly calls: string[] = [];

  constructor(readonly connections: OpenConnections, fields: Partial<FakeConnection> = {}) {
    Object.assign(this, fields);
    connections.add(this);
  }

  onDeadline(): void {
    this.calls.push("onDeadline");
    this.deadlineMs = Infinity;
  }

  stop(): void {
    this.calls.push("stop");
    this.isIdle = false;
  }

  giveWay(): void {
    this.calls.push("giveWay");
    this.isIdle = false;
  }

  cut(): void {
    this.calls.push("cut");
    this.connections.delete(this);
  }
}

function set(): { clock: Clock; connections: OpenConnections; advance: (nowMs: number) => void } {
  const clock = new Clock();
  clock.advance(0, 0);
  return { clock, connections: new OpenConnections(clock), advance: (nowMs) => clock.advance(nowMs, 0) };
}

/** Whether a promise is settled in this turn. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(() => settled = true);
  await turn();
  return settled;
}

Deno.test("OpenConnections calls onDeadline on the tick at or after the deadline, once for each deadline", () => {
  const { connections, advance } = set();
  const early = new FakeConnection(connections, { deadlineMs: 1_000 });
  const late = new FakeConnection(connections, { deadlineMs: 1_001 });
  const never = new FakeConnection(connections);
  advance(999);
  assertEquals(early.calls, []);
  advance(1_000);
  assertEquals([early.calls, late.calls], [["onDeadline"], []]);
  advance(60_000);
  assertEquals([early.calls, late.calls, never.calls], [["onDeadline"], ["onDeadline"], []]);
});

Deno.test("OpenConnections sweeps all deadlines although some of them close their connections", () => {
  const { connections, advance } = set();
  const all = Array.from({ length: 100 }, (_, i) => {
    const connection = new FakeConnection(connections, { deadlineMs: 1_000 });
    if (i % 2 === 0) connection.onDeadline = () => connection.cut();
    return connection;
  });
  advance(1_000);
  assertEquals(all.map(({ calls }) => calls), all.map((_, i) => [i % 2 === 0 ? "cut" : "onDeadline"]));
  assertEquals(connections.size, 50);
});

Deno.test("OpenConnections.below resolves when fewer are open, and at once when they are", async () => {
  const { connections } = set();
  const all = [1, 2, 3].map(() => new FakeConnection(connections));
  assertEquals(await isSettled(connections.below(4)), true);
  const below2 = connections.below(2), below3 = connections.below(3);
  assertEquals([await isSettled(below2), await isSettled(below3)], [false, false]);
  connections.delete(all[0]);
  connections.delete(all[0]);
  assertEquals([await isSettled(below2), await isSettled(below3)], [false, true]);
  connections.delete(all[1]);
  assertEquals(await isSettled(below2), true);
});

Deno.test("OpenConnections.room asks the oldest idle connections to give way, as many as have to", async () => {
  const { connections } = set();
  const all = [false, true, true, false, true].map((isIdle) => new FakeConnection(connections, { isIdle }));
  const room = connections.room(4);
  assertEquals(all.map(({ calls }) => calls.length), [0, 1, 1, 0, 0]);
  assertEquals(await isSettled(room), false);
  connections.delete(all[1]);
  assertEquals(await isSettled(room), false);
  connections.delete(all[0]);
  assertEquals(await isSettled(room), true);
  assertEquals(all[4].calls, []);
});

Deno.test("OpenConnections.room asks on every tick until enough were idle, and then no more", async () => {
  const { connections, advance } = set();
  const all = [1, 2, 3].map(() => new FakeConnection(connections));
  const room = connections.room(2);
  advance(250);
  assertEquals(all.map(({ calls }) => calls.length), [0, 0, 0]);
  all[2].isIdle = true;
  advance(500);
  all[0].isIdle = true;
  advance(750);
  assertEquals(all.map(({ calls }) => calls.length), [1, 0, 1]);
  all[1].isIdle = true;
  advance(1_000);
  assertEquals(all[1].calls, []);
  connections.delete(all[0]);
  connections.delete(all[2]);
  assertEquals(await isSettled(room), true);
  advance(1_250);
  assertEquals(all[1].calls, []);
});

Deno.test("OpenConnections.room asks nobody any more once others have made room", async () => {
  const { connections, advance } = set();
  const all = [1, 2, 3].map(() => new FakeConnection(connections));
  const room = connections.room(2);
  connections.delete(all[0]);
  connections.delete(all[1]);
  await room;
  all[2].isIdle = true;
  advance(250);
  assertEquals(all[2].calls, []);
});

Deno.test("OpenConnections.room asks nobody when there is room", async () => {
  const { connections } = set();
  const connection = new FakeConnection(connections, { isIdle: true });
  assertEquals(await isSettled(connections.room(2)), true);
  assertEquals(connection.calls, []);
});

Deno.test("OpenConnections.drain stops all at once, and cuts those that are left when the grace is over", async () => {
  const { connections, advance } = set();
  const all = [1, 2, 3].map(() => new FakeConnection(connections));
  const drained = connections.drain(10_000);
  assertEquals(connections.isDraining, true);
  assertEquals(all.map(({ calls }) => calls), [["stop"], ["stop"], ["stop"]]);
  connections.delete(all[1]);
  advance(9_999);
  assertEquals(await isSettled(drained), false);
  advance(10_000);
  assertEquals(await drained, { finished: 1, cut: 2 });
  assertEquals(all.map(({ calls }) => calls.at(-1)), ["cut", "stop", "cut"]);
});

Deno.test("OpenConnections.drain resolves before the grace is over when all have ended", async () => {
  const { connections } = set();
  const connection = new FakeConnection(connections), drained = connections.drain(10_000);
  assertEquals(await isSettled(drained), false);
  connections.delete(connection);
  assertEquals(await drained, { finished: 1, cut: 0 });
});

Deno.test("OpenConnections stops a connection that is added while it drains", () => {
  const { connections } = set();
  const before = new FakeConnection(connections);
  assertEquals(before.calls, []);
  connections.drain(10_000);
  assertEquals(new FakeConnection(connections).calls, ["stop"]);
  before.cut();
});

Deno.test("OpenConnections.drain gives lingering connections a second, and does not count them as cut", async () => {
  const { connections, advance } = set();
  const [lingering, later, running] = [1, 2, 3].map(() => new FakeConnection(connections));
  lingering.isLingering = true;
  const drained = connections.drain(10_000);
  advance(1_000);
  later.isLingering = true;
  advance(2_000);
  assertEquals([lingering, later, running].map(({ calls }) => calls.at(-1)), ["cut", "stop", "stop"]);
  advance(3_000);
  assertEquals([later, running].map(({ calls }) => calls.at(-1)), ["cut", "stop"]);
  running.isLingering = true;
  advance(10_000);
  assertEquals(await drained, { finished: 3, cut: 0 });
});

Deno.test("OpenConnections.drain counts a connection that came while it drained only when it is cut", async () => {
  const { connections, advance } = set();
  new FakeConnection(connections);
  const drained = connections.drain(1_000), newcomer = new FakeConnection(connections);
  connections.delete(newcomer);
  new FakeConnection(connections);
  advance(1_000);
  assertEquals(await drained, { finished: 0, cut: 2 });
});

Deno.test({
  name: "OpenConnections keeps the one that left last, for V8 to keep its shape, and no other",
  ignore: (await Deno.permissions.query({ name: "run" })).state !== "granted",
  fn: async () => {
    const program = `
      import { Clock } from ${JSON.stringify(import.meta.resolve("./clock.ts"))};
      import { OpenConnections } from ${JSON.stringify(import.meta.resolve("./open_connections.ts"))};
      const connections = new OpenConnections(new Clock());
      const pass = () => {
        const connection = {};
        connections.add(connection);
        connections.delete(connection);
        return new WeakRef(connection);
      };
      const refs = [pass(), pass(), pass()];
      await new Promise((resolve) => setTimeout(resolve)); // what a turn of the loop has seen lives as long as the turn
      gc();
      console.log(JSON.stringify(refs.map((ref) => ref.deref() !== undefined)));
    `;
    const args = ["eval", "--no-lock", "--v8-flags=--expose-gc", program];
    const { stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
    assertEquals(JSON.parse(new TextDecoder().decode(stdout)), [false, false, true]);
  },
});
