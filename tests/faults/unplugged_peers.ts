/**
 * Peers whose cable is pulled: neither a FIN nor an acknowledgement ever comes from them again.
 *
 * Loopback cannot lose anything, so the server and the peers get networks of their own (Linux's network namespaces), with
 * a virtual cable between them. This module is three things:
 *
 * 1. the scenario, which runs this module again in the server's network
 * 2. there, with `attack`: the usual frame, and a cable, whose other end goes to
 * 3. the peers, with `peers`, in a network of their own: they connect, say their last words, and pull the cable
 */
import { delay } from "@std/async/delay";
import { startChild } from "../../bench/child_lines.ts";
import { figuresOf } from "../process_figures.ts";
import { octets } from "../raw_client.ts";
import { runTool } from "../tools.ts";
import { attacked } from "./attacked.ts";
import { Crowd } from "./crowd.ts";
import { type Outcome, OWN, type Scenario } from "./scenario.ts";
import { demandForgotten, LAST_WORDS, prepareLongAnswer } from "./slow_peers.ts";

const SERVER_ADDRESS = "10.231.7.1", PEERS_ADDRESS = "10.231.7.2", PLUGGED_MS = 10_000;

/** A command that runs this module in a network of its own. */
function inOwnNetwork(...args: string[]): string[] {
  return ["unshare", "--net", Deno.execPath(), "run", "--quiet", "--allow-all", import.meta.url, ...args];
}

/** Peers that are unplugged. */
export const unpluggedPeers: Scenario = {
  name: "unplugged_peers",
  waits: true,
  title: "the cable of peers is pulled, in five phases",
  servers: OWN,
  tools: ["ip", "unshare"],
  tries: ["unshare --net true"],
  async run({ isShort }) {
    const [command, ...args] = inOwnNetwork("attack", ...isShort ? ["short"] : []);
    const { code, stdout, stderr } = await runTool(command, args);
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout.split("\n").at(-2)!);
  },
};

async function attack(isShort: boolean): Promise<Outcome> {
  await ip("link set lo up");
  await ip("link add siesta0 type veth peer name peers0");
  await ip(`addr add ${SERVER_ADDRESS}/24 dev siesta0`);
  await ip("link set siesta0 up");
  const count = isShort ? 50 : 250;
  return await attacked({ server: "siesta", isShort }, async (target) => {
    const { descriptors } = await figuresOf(target.pid);
    const peers = startChild("unplugged_peers.ts", inOwnNetwork("peers", `${target.port}`, `${count}`));
    try {
      await ip(`link set peers0 netns ${await peers.hear(PLUGGED_MS)}`);
      await peers.say("plugged");
      const line = await peers.hear(PLUGGED_MS);
      target.findings.demand(line === "unplugged", `the peers said "${line}"`);
      const held = (await figuresOf(target.pid)).descriptors - descriptors;
      target.findings.demand(held >= count, `only ${held} of ${count} were there when the cable was pulled`);
      await demandForgotten(target, count, descriptors);
    } finally {
      await peers.stop();
    }
  }, { flags: ["--host", "0.0.0.0"], prepare: prepareLongAnswer });
}

/** Connects, says the last words, and pulls the cable. */
async function unplug(port: number, count: number): Promise<void> {
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).getReader();
  console.log(Deno.pid);
  await lines.read();
  await ip(`addr add ${PEERS_ADDRESS}/24 dev peers0`);
  await ip("link set peers0 up");
  const crowd = await Crowd.connect(port, count, SERVER_ADDRESS);
  const words = Object.values(LAST_WORDS).map(octets);
  await Promise.all(crowd.members.map((member, index) => member.send(words[index % words.length])));
  await delay(500); // some have their answer, others as much of it as fits
  await ip("link set peers0 down");
  console.log("unplugged");
  await lines.read(); // they stay, and hear nothing
}

async function ip(command: string): Promise<void> {
  const { code, stderr } = await runTool("ip", command.split(" "));
  if (code !== 0) throw new Error(`Cannot "ip ${command}": ${stderr.trim()}`);
}

if (import.meta.main) {
  const [role, ...args] = Deno.args;
  if (role === "peers") await unplug(Number(args[0]), Number(args[1]));
  else console.log(JSON.stringify(await attack(args[0] === "short")));
  Deno.exit(0);
}
