// Stops a program whose parent process is gone, as after a SIGTERM; loaded into the programs that
// npm's scripts start (`node --import`). npm forwards SIGTERM and SIGINT, but ends at a SIGHUP, or
// when it is killed, and leaves the program behind. The SIGHUP of a closed terminal also stops the
// program, unless it listens to that signal.

/** Soon enough for the next program on the same port. */
const POLL_INTERVAL_MS = 500;

const stop = () => process.kill(process.pid, 'SIGTERM');

const parent = process.ppid;
const timer = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(timer);
  stop();
}, POLL_INTERVAL_MS);
timer.unref();

process.on('SIGHUP', () => {
  if (process.listenerCount('SIGHUP') === 1) stop();
});
