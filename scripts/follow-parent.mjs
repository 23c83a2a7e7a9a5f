// Loaded into the programs that npm's scripts start (`node --import`). npm hands on SIGTERM and SIGINT, but ends at a SIGHUP,
// or when it is killed, and leaves the program behind. So a program whose parent is gone stops as after a SIGTERM. The SIGHUP
// of a closed terminal does the same, unless the program listens to it.

/** Soon enough for whoever starts the next one on the same port. */
const LOOK_INTERVAL_MS = 500;

const stop = () => process.kill(process.pid, 'SIGTERM');

const parent = process.ppid;
const timer = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(timer);
  stop();
}, LOOK_INTERVAL_MS);
timer.unref();

process.on('SIGHUP', () => {
  if (process.listenerCount('SIGHUP') === 1) stop();
});
