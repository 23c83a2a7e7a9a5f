import type { Scenario } from './scenario.js';
import { heldWorker } from './scenarios/held-worker.js';
import { inFlight } from './scenarios/in-flight.js';
import { throughput } from './scenarios/throughput.js';

/** All scenarios, in the order they run in. */
export const SCENARIOS: readonly Scenario[] = [throughput, heldWorker, inFlight];
