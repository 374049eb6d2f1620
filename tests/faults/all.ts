/** All scenarios, in the order of the table. */
import { changedInFlight } from "./changed_in_flight.ts";
import { changingFiles } from "./changing_files.ts";
import { clockSetBack } from "./clock_set_back.ts";
import { noDescriptors } from "./descriptors.ts";
import { endlessRequests, unreadPipeline } from "./endless_requests.ts";
import { failingDisk, fifos } from "./failing_files.ts";
import { lostOutput } from "./lost_output.ts";
import { mutatedRequests } from "./mutated_requests.ts";
import { resets } from "./resets.ts";
import { rollingRestart } from "./rolling_restart.ts";
import type { Scenario } from "./scenario.ts";
import { idleKeepAlive, slowContent, slowHeads, slowReaders, vanishedPeers } from "./slow_peers.ts";
import { manyTargets, soaking, tenThousandIdle } from "./soaking.ts";
import { startProblems } from "./start_problems.ts";
import { killed, stopping, stoppingDownloads } from "./stopping.ts";
import { unpluggedPeers } from "./unplugged_peers.ts";

/** All scenarios. */
export const SCENARIOS: readonly Scenario[] = [
  ...[slowHeads, slowContent, slowReaders, idleKeepAlive, vanishedPeers, unpluggedPeers],
  ...[resets, noDescriptors, mutatedRequests, endlessRequests, unreadPipeline],
  ...[changingFiles, changedInFlight, fifos, failingDisk, clockSetBack],
  ...[stopping, stoppingDownloads, killed, rollingRestart, startProblems, lostOutput],
  ...[soaking, tenThousandIdle, manyTargets],
];
