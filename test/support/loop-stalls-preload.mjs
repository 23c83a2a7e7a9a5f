// Loaded into a service before anything else (NODE_OPTIONS): appends to the file LOOP_STALLS_FILE each stretch in which the event
// loop had no turn, in milliseconds. Time that the thread only waited for a processor is told apart, as Linux counts it: the second
// figure of schedstat (https://docs.kernel.org/scheduler/sched-stats.html). Elsewhere it counts as nothing.
import { appendFileSync, readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const TICK_MS = 10;
const SHORTEST_TOLD_MS = 50;

function waitedMs() {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}

let last = { at: performance.now(), waited: waitedMs() };

function tick() {
  const now = { at: performance.now(), waited: waitedMs() };
  const wholeMs = now.at - last.at - TICK_MS;
  const busyMs = wholeMs - (now.waited - last.waited);
  if (wholeMs > SHORTEST_TOLD_MS) {
    const line = JSON.stringify({ wholeMs: Math.round(wholeMs), busyMs: Math.round(busyMs) });
    appendFileSync(process.env.LOOP_STALLS_FILE, `${line}\n`);
  }
  last = now;
}

// Threads of the service have loops of their own, which may be held up.
if (isMainThread) setInterval(tick, TICK_MS).unref();
