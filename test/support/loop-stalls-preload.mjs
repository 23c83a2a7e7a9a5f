// Records stalls of the event loop; loaded into a service before anything else (NODE_OPTIONS). It
// appends each stall to the file LOOP_STALLS_FILE, in milliseconds. Time in which the thread only
// waited for a processor is counted separately, as Linux reports it: the second figure of schedstat
// (https://docs.kernel.org/scheduler/sched-stats.html). Elsewhere it is 0.
import { appendFileSync, readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const TICK_MS = 10;
const MIN_STALL_MS = 50;

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
  if (wholeMs > MIN_STALL_MS) {
    const line = JSON.stringify({ wholeMs: Math.round(wholeMs), busyMs: Math.round(busyMs) });
    appendFileSync(process.env.LOOP_STALLS_FILE, `${line}\n`);
  }
  last = now;
}

// Threads of the service have their own loops, which may be blocked.
if (isMainThread) setInterval(tick, TICK_MS).unref();
