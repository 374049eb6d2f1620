/** Peers that break off: a flood of connections that are reset, in each phase. */
import { connect, type Socket } from "node:net";
import { figuresOf } from "../process_figures.ts";
import { attacked, GIVEN_BACK_MS, type Target } from "./attacked.ts";
import { ALL, type Scenario } from "./scenario.ts";

/** How many are there at the same time. */
const AT_A_TIME = 100;
/** How many are reset while nobody accepts: less than any server's backlog. */
const UNACCEPTED = 300;

/** What a peer does before it resets its connection; resolves when it is time. */
const PHASES: Record<string, (socket: Socket) => Promise<void> | void> = {
  "before the request": () => {},
  "in the head": (socket) => sent(socket, "GET / HTTP/1.1\r\nHo"),
  "in the content": (socket) => sent(socket, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc"),
  "in the answer": async (socket) => {
    await sent(socket, "GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n");
    await new Promise((resolve) => socket.once("data", resolve).once("close", resolve));
  },
};

/** Resets in each phase. */
export const resets: Scenario = {
  name: "resets",
  title: "connections that are reset, 2,000 in each of four phases and 300 before accept",
  servers: ALL,
  run: (stage) =>
    attacked(stage, async (target) => {
      await resetAll(target.port, target.isShort ? 200 : 2_000);
      await unaccepted(target);
    }, { rehearse: ({ port }) => resetAll(port, stage.isShort ? 100 : 500), restMs: GIVEN_BACK_MS, p99MsMax: 2_000 }),
};

async function resetAll(port: number, count: number): Promise<void> {
  for (const act of Object.values(PHASES)) {
    for (let done = 0; done < count; done += AT_A_TIME) {
      await Promise.all(Array.from({ length: AT_A_TIME }, () => broken(port, act)));
    }
  }
}

/** Opens a connection, does something, and resets it. */
async function broken(port: number, act: (socket: Socket) => Promise<void> | void): Promise<void> {
  const socket = await connected(port);
  await act(socket);
  await reset(socket);
}

/** Resets connections that the kernel has established while the server sleeps, so that it accepts what is gone. */
async function unaccepted({ port, pid }: Target): Promise<void> {
  const { pids } = await figuresOf(pid);
  for (const one of pids) Deno.kill(one, "SIGSTOP");
  try {
    const sockets = await Promise.all(Array.from({ length: UNACCEPTED }, () => connected(port)));
    await Promise.all(sockets.map(reset));
  } finally {
    for (const one of pids) Deno.kill(one, "SIGCONT");
  }
}

function connected(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port }, () => resolve(socket));
    // The server may be quicker to leave than we are.
    socket.on("error", reject);
  });
}

function sent(socket: Socket, text: string): Promise<void> {
  return new Promise((resolve) => void socket.write(text, () => resolve()));
}

function reset(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve();
    socket.on("close", () => resolve());
    socket.resetAndDestroy();
  });
}
