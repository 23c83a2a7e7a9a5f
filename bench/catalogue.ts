import type { Scenario } from './scenario.js';
import { drain } from './scenarios/drain.js';
import { growth } from './scenarios/growth.js';
import { heldWorker } from './scenarios/held-worker.js';
import { inFlight } from './scenarios/in-flight.js';
import { intake } from './scenarios/intake.js';
import { length } from './scenarios/length.js';
import { lists } from './scenarios/lists.js';
import { reading } from './scenarios/reading.js';
import { start } from './scenarios/start.js';
import { stream } from './scenarios/stream.js';
import { throughput } from './scenarios/throughput.js';

/** All scenarios, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  throughput,
  intake,
  heldWorker,
  inFlight,
  drain,
  growth,
  length,
  lists,
  reading,
  start,
  stream,
];
