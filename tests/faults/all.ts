/** All scenarios, in the order of the table. */
import { noDescriptors } from "./descriptors.ts";
import { endlessRequests, unreadPipeline } from "./endless_requests.ts";
import { mutatedRequests } from "./mutated_requests.ts";
import { resets } from "./resets.ts";
import type { Scenario } from "./scenario.ts";
import { idleKeepAlive, slowContent, slowHeads, slowReaders, vanishedPeers } from "./slow_peers.ts";

/** All scenarios. */
export const SCENARIOS: readonly Scenario[] = [
  slowHeads,
  slowContent,
  slowReaders,
  idleKeepAlive,
  resets,
  noDescriptors,
  mutatedRequests,
  endlessRequests,
  unreadPipeline,
  vanishedPeers,
];
