/**
 * Loaded into the service by whoever starts it as a child (`node --import`); the service itself knows nothing of it.
 *
 * When the channel to the parent closes, because the parent says so or because it was killed, the service stops as after
 * a SIGTERM. A signal would end a service that is still starting before it can take its database server down with it,
 * so this waits until the service listens to signals.
 */
const LOOK_INTERVAL_MS = 50;

process.once('disconnect', () => {
  const timer = setInterval(() => {
    if (process.listenerCount('SIGTERM') === 0) return;
    clearInterval(timer);
    process.emit('SIGTERM', 'SIGTERM');
  }, LOOK_INTERVAL_MS);
});
// The listener alone would keep a service alive that has nothing left to do.
process.channel?.unref();
