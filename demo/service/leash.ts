/**
 * Loaded into the service by whoever starts it as a child (`node --import`); the service itself knows nothing of it.
 *
 * - At the first request that reaches this very process, the parent is told so. An answer alone proves nothing: another
 *   program may have taken the port while this one was starting.
 * - When the channel to the parent closes, because the parent says so or because it was killed, the service stops as
 *   after a SIGTERM. A signal would end a service that is still starting before it can take its database server down
 *   with it, so this waits until the service listens to signals.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { REACHED } from './leash-message.js';

const LOOK_INTERVAL_MS = 50;
/** Published by Node for each request that a server takes. */
const REQUESTS = 'http.server.request.start';

function onRequest(): void {
  unsubscribe(REQUESTS, onRequest);
  if (process.connected) process.send?.(REACHED);
}
subscribe(REQUESTS, onRequest);

process.once('disconnect', () => {
  const timer = setInterval(() => {
    if (process.listenerCount('SIGTERM') === 0) return;
    clearInterval(timer);
    process.emit('SIGTERM', 'SIGTERM');
  }, LOOK_INTERVAL_MS);
});
// The listener alone would keep a service alive that has nothing left to do.
process.channel?.unref();
