/** All scenarios, in the order of the table. */
import type { Scenario } from "./scenario.ts";
import { idleKeepAlive, slowContent, slowHeads, slowReaders, vanishedPeers } from "./slow_peers.ts";

/** All scenarios. */
export const SCENARIOS: readonly Scenario[] = [slowHeads, slowContent, slowReaders, idleKeepAlive, vanishedPeers];
